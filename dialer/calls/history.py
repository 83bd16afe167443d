"""What happened with a debtor before: attempts, what was recorded of them, promises."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import Integer, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.store import PromiseRow
from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow, DispositionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Past:
    """One earlier attempt. Times of calling are real UTC, but `contact_day`."""

    attempt: UUID
    direction: str
    number: str  # E.164; to be masked before it is shown
    placed_at: datetime
    contact_day: date  # local, on the compliance clock
    outcome: str | None
    talk_s: float | None  # None: nobody talked
    code: str | None  # of the disposition
    note: str | None
    agent: str | None  # name of who recorded it
    promised: Decimal | None
    promised_on: date | None


_HISTORY = (  # made once, as making a statement costs more than asking it
    select(
        AttemptRow.id,
        AttemptRow.direction,
        AttemptRow.number,
        AttemptRow.placed_at,
        AttemptRow.contact_day,
        AttemptRow.outcome,
        AttemptRow.bridged_at,
        AttemptRow.ended_at,
        DispositionRow.code,
        DispositionRow.note,
        AgentRow.name.label("agent"),
        PromiseRow.amount,
        PromiseRow.due_on,
    )
    .outerjoin(DispositionRow, DispositionRow.attempt_id == AttemptRow.id)
    .outerjoin(AgentRow, AgentRow.id == DispositionRow.agent_id)
    .outerjoin(PromiseRow, PromiseRow.attempt_id == AttemptRow.id)
    .where(AttemptRow.debtor_id == bindparam("debtor"), AttemptRow.id != bindparam("but"))
    .order_by(AttemptRow.contact_day.desc(), AttemptRow.placed_at.desc())
    .limit(bindparam("most", type_=Integer))
)


async def history_of(
    connection: AsyncConnection, debtor: UUID, *, but: UUID, limit: int = 30
) -> list[Past]:
    """Return the latest attempts to this debtor, the newest first, `but` left out."""
    values = {"debtor": debtor, "but": but, "most": limit}
    rows = await connection.execute(_HISTORY, values)
    return [
        Past(
            attempt=row.id,
            direction=row.direction,
            number=row.number,
            placed_at=row.placed_at,
            contact_day=row.contact_day,
            outcome=row.outcome,
            talk_s=_seconds(row.bridged_at, row.ended_at),
            code=row.code,
            note=row.note,
            agent=row.agent,
            promised=row.amount,
            promised_on=row.due_on,
        )
        for row in rows
    ]


def _seconds(begin: datetime | None, end: datetime | None) -> float | None:
    return (end - begin).total_seconds() if begin and end else None
