"""Use cases of calls that the automatic conversation leads. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow
from cobranca.contacts.store import IdentityStepRow
from foundation.clock import SAO_PAULO


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Somebody is on the line. `caller` empty: the network does not tell who."""

    call: UUID
    channel: str
    flow: str
    caller: str
    called: str
    at: datetime


def protocol(number: int, at: datetime) -> str:
    """Return the number that the caller is told: the year, and which call it was.

    >>> from datetime import UTC
    >>> protocol(7, datetime(2026, 3, 10, 13, tzinfo=UTC))
    '26000007'
    """
    return f"{at.astimezone(SAO_PAULO):%y}{number:06d}"


async def begin(connection: AsyncConnection, arrived: Arrived) -> str:
    """Keep that a conversation begins; return its protocol number."""
    row = {
        "id": arrived.call,
        "channel": arrived.channel,
        "flow": arrived.flow,
        "caller": arrived.caller or None,
        "called": arrived.called,
        "began_at": arrived.at,
        "hands_over": False,
        "understood": 0,
        "missed": 0,
    }
    made = insert(RobotCallRow).values(row).returning(RobotCallRow.number)
    return protocol((await connection.execute(made)).scalar_one(), arrived.at)


async def claimed(connection: AsyncConnection, call: UUID, debtor: UUID) -> None:
    """Keep whose CPF was given."""
    await _set(connection, call, {"claimed_id": debtor})


async def wrong_answers(connection: AsyncConnection, debtor: UUID, since: datetime) -> int:
    """How often somebody who gave this debtor's CPF answered wrong since then."""
    query = (
        select(func.count())
        .select_from(IdentityStepRow)
        .join(RobotCallRow, RobotCallRow.id == IdentityStepRow.attempt_id)
        .where(
            RobotCallRow.claimed_id == debtor,
            IdentityStepRow.right.is_(False),
            IdentityStepRow.at >= since,
        )
    )
    return int(await connection.scalar(query) or 0)


async def identified(connection: AsyncConnection, call: UUID, debtor: UUID) -> None:
    """Keep who it turned out to be."""
    await _set(connection, call, {"debtor_id": debtor})


async def agreed(connection: AsyncConnection, call: UUID, agreement: UUID) -> None:
    """Keep what was agreed in it."""
    await _set(connection, call, {"agreement_id": agreement})


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """How a conversation ended; `turns` as rows without the call."""

    outcome: str
    hands_over: bool
    state: str
    at: datetime
    turns: Sequence[Mapping[str, Any]]


async def end(connection: AsyncConnection, call: UUID, over: Over) -> None:
    """Keep how it ended, with its turns."""
    understood = sum(bool(turn["outcome"]) for turn in over.turns)
    values = {
        "ended_at": over.at,
        "outcome": over.outcome,
        "hands_over": over.hands_over,
        "state": over.state,
        "understood": understood,
        "missed": len(over.turns) - understood,
    }
    await _set(connection, call, values)
    rows = [
        {**turn, "call_id": call, "number": number}
        for number, turn in enumerate(over.turns, start=1)
    ]
    if rows:
        await connection.execute(insert(RobotTurnRow), rows)


async def _set(connection: AsyncConnection, call: UUID, values: Mapping[str, Any]) -> None:
    await connection.execute(
        update(RobotCallRow).where(RobotCallRow.id == call).values(values)
    )
