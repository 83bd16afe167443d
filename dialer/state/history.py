"""The last facts of a call, an agent or a debtor, for whoever looks into a violation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow, CallEventRow
from foundation.ids import inbound_attempt

MOST = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class Happened:
    """One fact; `data` holds no word of what a person said, wrote or is called."""

    at: datetime  # real UTC
    kind: str
    attempt: UUID | None
    data: dict[str, Any]


PRIVATE = ("note", "promise", "file")


async def history_of(
    connection: AsyncConnection, kind: str, subject: str, most: int = MOST
) -> list[Happened]:
    """The newest facts of an `attempt`, `agent` (by seat), `channel` or `debtor`, the
    oldest of them first."""
    fact = CallEventRow
    query = select(fact.at, fact.kind, fact.attempt_id, fact.data)
    wanted = _of(query, kind, subject)
    if wanted is None:
        return []
    rows = list(await connection.execute(wanted.order_by(fact.id.desc()).limit(most)))
    return [
        Happened(
            at=row.at,
            kind=row.kind,
            attempt=row.attempt_id,
            data={k: v for k, v in row.data.items() if k not in PRIVATE},
        )
        for row in reversed(rows)
    ]


def _of(query: Select[Any], kind: str, subject: str) -> Select[Any] | None:
    attempt = CallEventRow.attempt_id
    match kind:
        case "agent":
            seat = select(AgentRow.id).where(AgentRow.endpoint == subject)
            return query.where(CallEventRow.agent_id.in_(seat))
        case "channel":
            named = subject if "-" in subject else str(inbound_attempt(subject))
            return query.where(attempt == _uuid(named))
        case "attempt":
            return query.where(attempt == _uuid(subject))
        case "debtor":
            own = (
                select(AttemptRow.id)
                .where(AttemptRow.debtor_id == _uuid(subject))
                .order_by(AttemptRow.placed_at.desc())
                .limit(5)
            )
            return query.where(attempt.in_(own))
        case _:
            return None


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
