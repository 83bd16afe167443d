"""Recordings as a supervisor looks for them: filters, the newest first, page by page.

No name and no whole number of a debtor is in it.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, case, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AgentRow, UserRow
from dialer.calls.store import AttemptRow, DispositionRow
from dialer.campaigns.store import CampaignRow
from dialer.recordings.store import RecordingRow
from foundation.brasil.phone import masked_phone

LATEST_SEALING = timedelta(days=7)  # after the call; the worker may have been away

Ending = Literal["talked", "abandoned", "alone"]

#: How the call went for the person who answered it.
ENDING: ColumnElement[str] = case(
    (AttemptRow.abandoned, "abandoned"),
    (AttemptRow.bridged_at.is_not(None), "talked"),
    else_="alone",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """None asks nothing. `before` is the last recording of the page before."""

    since: datetime
    until: datetime
    campaign: UUID | None = None
    agent: UUID | None = None
    ending: Ending | None = None
    disposition: str | None = None
    before: UUID | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """One recording of the list."""

    id: UUID
    attempt: UUID
    placed_at: datetime
    seconds: float
    direction: str
    number: str  # masked
    campaign: str | None
    agent: str | None
    ending: str
    disposition: str | None


async def recordings(connection: AsyncConnection, sought: Sought) -> list[Listed]:
    """The newest that match, at most `limit`."""
    query = (
        _query()
        .where(
            RecordingRow.sealed_at >= sought.since,
            RecordingRow.sealed_at < sought.until + LATEST_SEALING,
            AttemptRow.placed_at >= sought.since,
            AttemptRow.placed_at < sought.until,
            *_tests(sought),
        )
        .order_by(RecordingRow.id.desc())
        .limit(sought.limit)
    )
    return [_listed(row) for row in await connection.execute(query)]


async def recording(connection: AsyncConnection, number: UUID) -> Listed | None:
    row = (await connection.execute(_query().where(RecordingRow.id == number))).first()
    return None if row is None else _listed(row)


def _tests(sought: Sought) -> list[ColumnElement[bool]]:
    tests: list[ColumnElement[bool]] = []
    if sought.campaign is not None:
        tests.append(AttemptRow.campaign_id == sought.campaign)
    if sought.agent is not None:
        tests.append(AttemptRow.agent_id == sought.agent)
    if sought.ending is not None:
        tests.append(ENDING.in_([sought.ending]))
    if sought.disposition is not None:
        tests.append(DispositionRow.code == sought.disposition)
    if sought.before is not None:
        tests.append(RecordingRow.id < sought.before)
    return tests


def _query() -> Any:
    return (
        select(
            RecordingRow.id,
            RecordingRow.attempt_id,
            RecordingRow.seconds,
            AttemptRow.placed_at,
            AttemptRow.direction,
            AttemptRow.number,
            CampaignRow.name.label("campaign"),
            AgentRow.name.label("seat"),
            UserRow.name.label("user"),
            ENDING.label("ending"),
            DispositionRow.code.label("disposition"),
        )
        .join(AttemptRow, AttemptRow.id == RecordingRow.attempt_id)
        .outerjoin(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .outerjoin(AgentRow, AgentRow.id == AttemptRow.agent_id)
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .outerjoin(DispositionRow, DispositionRow.attempt_id == AttemptRow.id)
    )


def _listed(row: Any) -> Listed:
    return Listed(
        id=row.id,
        attempt=row.attempt_id,
        placed_at=row.placed_at,
        seconds=row.seconds,
        direction=row.direction,
        number=masked_phone(row.number),
        campaign=row.campaign,
        agent=row.user or row.seat,
        ending=row.ending,
        disposition=row.disposition,
    )
