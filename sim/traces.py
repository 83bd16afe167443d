"""Where traces come from: a scenario and a list of numbers, or a campaign's calls."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import ContactPointRow
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from foundation.brasil.ddd import AREAS
from sim.carrier.catalogue import catalogue
from sim.world.generation import generate
from sim.world.recorded import PastCall
from sim.world.scenario import Scenario
from sim.world.trace import TraceRow

_LENGTHS = (12, 13)  # 55, DDD, fixed or mobile number
_GIVEN_UP_SLACK_S = 0.5


class BadNumber(ValueError):
    """A line of a list of numbers is no Brazilian number in E.164."""


class NoSuchCampaign(ValueError):
    """No campaign has this name."""


def trace_of(scenario: Scenario, numbers: list[str]) -> Iterator[TraceRow]:
    """Draw the trace of these numbers, with the committed clips."""
    ufs = {ddd: area.uf for ddd, area in AREAS.items()}
    return generate(scenario, numbers, catalogue(), ufs)


def numbers_of_file(path: Path) -> list[str]:
    """Read one number a line, with or without +; empty lines and # lines are left out."""
    found: dict[str, None] = {}
    for place, line in enumerate(path.read_text("utf-8-sig").splitlines(), start=1):
        text = line.strip().removeprefix("+")
        if not text or text.startswith("#"):
            continue
        if not (text.isascii() and text.isdigit() and text.startswith("55")):
            raise BadNumber(f"{path.name}, linha {place}: esperado 55, DDD e número")
        if len(text) not in _LENGTHS:
            raise BadNumber(f"{path.name}, linha {place}: número com {len(text)} dígitos")
        found[text] = None
    return list(found)


async def numbers_of_database(engine: AsyncEngine) -> list[str]:
    """Read every telephone of every debtor."""
    query = (
        select(ContactPointRow.value)
        .where(ContactPointRow.kind == "phone")
        .group_by(ContactPointRow.value)
        .order_by(ContactPointRow.value)
    )
    async with engine.connect() as connection:
        return [value.removeprefix("+") for value in await connection.scalars(query)]


async def past_calls(engine: AsyncEngine, campaign: str) -> list[PastCall]:
    """Read the finished outbound calls of a campaign; raises NoSuchCampaign."""
    async with engine.connect() as connection:
        found = await connection.execute(
            select(CampaignRow.id, CampaignRow.ring_timeout_s).where(
                CampaignRow.name == campaign
            )
        )
        row = found.one_or_none()
        if row is None:
            raise NoSuchCampaign(campaign)
        attempts = await connection.execute(
            select(
                AttemptRow.number,
                AttemptRow.placed_at,
                AttemptRow.ringing_at,
                AttemptRow.answered_at,
                AttemptRow.ended_at,
                AttemptRow.outcome,
                AttemptRow.sip_code,
            ).where(
                AttemptRow.campaign_id == row.id,
                AttemptRow.direction == "outbound",
                AttemptRow.outcome.is_not(None),
                AttemptRow.ended_at.is_not(None),
            )
        )
        longest_s = row.ring_timeout_s - _GIVEN_UP_SLACK_S
        return [_past_call(*attempt, longest_s=longest_s) for attempt in attempts]


def _past_call(
    number: str,
    placed_at: datetime,
    ringing_at: datetime | None,
    answered_at: datetime | None,
    ended_at: datetime | None,
    outcome: str | None,
    sip_code: int | None,
    *,
    longest_s: float,
) -> PastCall:
    end = (ended_at or placed_at).timestamp()
    return PastCall(
        number=number,
        placed_at=placed_at.timestamp(),
        ringing_at=ringing_at.timestamp() if ringing_at else None,
        answered_at=answered_at.timestamp() if answered_at else None,
        ended_at=end,
        outcome=outcome or "",
        sip_code=sip_code,
        given_up=answered_at is None and end - placed_at.timestamp() >= longest_s,
    )
