"""Reads an agent's day from the facts and from what was recorded."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import ContactPointRow, DebtorRow
from dialer.calls.shift import Change, Shift, shift
from dialer.calls.store import AttemptRow, CallEventRow, DispositionRow
from dialer.campaigns.store import CampaignRow

_LATEST = 6000  # facts that are looked at: far more than one agent makes in a day


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What an agent did since the day began."""

    shift: Shift
    right_party: int  # conversations with the debtor (CPC)
    promises: int
    recorded: int


async def day_of(
    connection: AsyncConnection, agent: UUID, begin: datetime, until: datetime
) -> Day:
    """Return the day from `begin` (real UTC) until now."""
    fact = CallEventRow
    latest = (
        select(fact.id, fact.kind, fact.at, fact.attempt_id, fact.data)
        .where(CallEventRow.agent_id == agent)
        .order_by(CallEventRow.id.desc())
        .limit(_LATEST)
        .subquery()
    )
    facts = select(latest.c.at, latest.c.data, latest.c.attempt_id).where(
        latest.c.kind == "agent"
    )
    rows = await connection.execute(facts.order_by(latest.c.id))
    changes = [Change.of_fact(row.at, row.data, row.attempt_id) for row in rows]
    said = select(
        func.count(),
        func.count().filter(DispositionRow.right_party.is_(True)),
    ).where(DispositionRow.agent_id == agent, DispositionRow.at >= begin)
    recorded, right_party = (await connection.execute(said)).one()
    promised = (
        select(func.count())
        .select_from(DispositionRow)
        .where(
            DispositionRow.agent_id == agent,
            DispositionRow.at >= begin,
            DispositionRow.code == "promise",
        )
    )
    return Day(
        shift=shift(changes, begin, until),
        right_party=right_party,
        promises=await connection.scalar(promised) or 0,
        recorded=recorded,
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Unrecorded:
    """A conversation of which nothing was recorded yet."""

    attempt: UUID
    answered_at: datetime  # real UTC, as `ended_at`
    ended_at: datetime
    number: str  # E.164; to be masked before it is shown
    debtor_name: str | None
    campaign: str | None
    zone: str | None  # IANA name of where the telephone is


async def unrecorded(
    connection: AsyncConnection, agent: UUID, begin: datetime, *, limit: int = 20
) -> list[Unrecorded]:
    """Return the agent's ended conversations since `begin` without a disposition."""
    query = (
        select(
            AttemptRow.id.label("attempt"),
            AttemptRow.answered_at,
            AttemptRow.ended_at,
            AttemptRow.number,
            DebtorRow.name.label("debtor_name"),
            CampaignRow.name.label("campaign"),
            ContactPointRow.zone,
        )
        .outerjoin(DebtorRow, DebtorRow.id == AttemptRow.debtor_id)
        .outerjoin(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .outerjoin(ContactPointRow, ContactPointRow.id == AttemptRow.contact_point_id)
        .outerjoin(DispositionRow, DispositionRow.attempt_id == AttemptRow.id)
        .where(
            AttemptRow.agent_id == agent,
            AttemptRow.answered_at >= begin,
            AttemptRow.ended_at.is_not(None),
            DispositionRow.id.is_(None),
        )
        .order_by(AttemptRow.answered_at)
        .limit(limit)
    )
    return [Unrecorded(**row._mapping) for row in await connection.execute(query)]
