"""Use cases of identification: what was heard in a call, judged and remembered.

The record that answers are compared with is opened here and goes nowhere else.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.identity import (
    Answered,
    Claimed,
    Denied,
    Fact,
    Known,
    Level,
    Standing,
    Step,
    standing,
    steps_of,
    to_ask,
)
from cobranca.contacts.store import IdentityStepRow
from cobranca.debtors.service import open_document
from cobranca.debtors.store import DebtorRow
from foundation.crypto import Keys
from foundation.ids import uuid7

_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:call, 0))")


class NotAskedNow(RuntimeError):
    """Esta pergunta não cabe neste momento da identificação."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Hearing:
    """One call in which somebody is being identified. `agent` None: by the robot."""

    attempt: UUID
    debtor: UUID
    agent: UUID | None
    at: datetime


async def known_of(connection: AsyncConnection, keys: Keys, debtor: UUID) -> Known:
    """Return what the debtor's answers are compared with; raises SealBroken, UnknownKey."""
    query = select(DebtorRow.document_sealed, DebtorRow.birth_date)
    row = (await connection.execute(query.where(DebtorRow.id == debtor))).one()
    return Known(open_document(keys, row.document_sealed), row.birth_date)


async def standing_of(connection: AsyncConnection, attempt: UUID) -> Standing:
    """Return where the identification of a call is."""
    query = (
        select(IdentityStepRow.kind, IdentityStepRow.fact, IdentityStepRow.right)
        .where(IdentityStepRow.attempt_id == attempt)
        .order_by(IdentityStepRow.id)
    )
    rows = [(r.kind, r.fact, r.right) for r in await connection.execute(query)]
    return standing(steps_of(rows))


async def heard_who(
    connection: AsyncConnection, hearing: Hearing, step: Claimed | Denied
) -> Standing:
    """Remember who the person says to be; the caller commits."""
    await _alone(connection, hearing)
    await _remember(connection, hearing, step)
    return await standing_of(connection, hearing.attempt)


async def heard_answer(
    connection: AsyncConnection, hearing: Hearing, known: Known, fact: Fact, answer: str
) -> Standing:
    """Judge an answer and remember whether it was right; the caller commits.

    Raises UnreadableAnswer (nothing is remembered) and NotAskedNow: nobody claims to be
    the debtor, the fact is known already, or answers were wrong too often.
    """
    await _alone(connection, hearing)
    now = await standing_of(connection, hearing.attempt)
    if fact not in to_ask(known, now):
        raise NotAskedNow(fact)
    await _remember(connection, hearing, Answered(fact, known.is_right(fact, answer)))
    return await standing_of(connection, hearing.attempt)


async def _alone(connection: AsyncConnection, hearing: Hearing) -> None:
    """Two answers at once are judged one after the other, so that the limit holds."""
    await connection.execute(_ONE_AT_A_TIME, {"call": str(hearing.attempt)})


async def _remember(connection: AsyncConnection, hearing: Hearing, step: Step) -> None:
    answered = step if isinstance(step, Answered) else None
    await connection.execute(
        insert(IdentityStepRow),
        {
            "id": uuid7(),
            "attempt_id": hearing.attempt,
            "agent_id": hearing.agent,
            "kind": type(step).__name__.lower(),
            "fact": answered and answered.fact.value,
            "right": answered and answered.right,
            "at": hearing.at,
        },
    )


__all__ = [
    "Hearing", "Level", "NotAskedNow", "heard_answer", "heard_who", "known_of",
    "standing_of",
]  # fmt: skip
