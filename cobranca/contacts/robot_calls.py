"""Use cases of calls that the automatic conversation leads. The caller commits."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import case, func, insert, literal, or_, select, update
from sqlalchemy.dialects.postgresql import Insert
from sqlalchemy.dialects.postgresql import insert as pg_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.masking import masked
from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow
from cobranca.contacts.store import IdentityStepRow
from foundation.clock import SAO_PAULO

BROKEN = "broken"  # the outcome of one that a fault of ours ended
TAKEN = "taken"  # the outcome of a call that a person took from the robot
OBEYED = timedelta(seconds=15)  # the switch obeys within milliseconds
HUNG_UP = "hung_up"  # of one whose caller went, as the conversation tells it


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrived:
    """Somebody is on the line. `caller` empty: the network does not tell who.

    `holder`: which life of the robot's process talks with him.
    """

    call: UUID
    channel: str
    flow: str
    caller: str
    called: str
    at: datetime
    holder: UUID | None = None


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
        "holder": arrived.holder,
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


async def turn(
    connection: AsyncConnection, call: UUID, number: int, told: Mapping[str, Any]
) -> None:
    """Keep one turn as soon as it is over, so that the call can be followed."""
    counted = "understood" if told["outcome"] else "missed"
    made = await connection.execute(_turns(call, [told], number))
    if made.rowcount:
        await _set(connection, call, {counted: getattr(RobotCallRow, counted) + 1})


async def take(
    connection: AsyncConnection, call: UUID, who: UUID | None, now: datetime
) -> str | None:
    """Keep that a person takes the call from the robot; return its channel.

    None: the conversation is over, or somebody has taken it already; one for payment is
    part of an agent's call, who takes it back himself.
    """
    taken = (
        update(RobotCallRow)
        .where(
            RobotCallRow.id == call,
            RobotCallRow.ended_at.is_(None),
            RobotCallRow.taken_at.is_(None),
            RobotCallRow.flow != "payment",
        )
        .values(taken_at=now, taken_by=who)
        .returning(RobotCallRow.channel)
    )
    channel: str | None = await connection.scalar(taken)
    return channel


async def wanted_in_vain(connection: AsyncConnection) -> Sequence[UUID]:
    """Open conversations that a person took so long ago that they should be over."""
    since = func.clock_timestamp() - OBEYED
    query = select(RobotCallRow.id).where(
        RobotCallRow.ended_at.is_(None), RobotCallRow.taken_at < since
    )
    return (await connection.scalars(query)).all()


async def leave(connection: AsyncConnection, call: UUID) -> None:
    """Nobody takes it after all. One whose line was cut was ended by its caller."""
    was_taken = RobotCallRow.outcome == TAKEN
    values = {
        "taken_at": None,
        "taken_by": None,
        "outcome": case((was_taken, HUNG_UP), else_=RobotCallRow.outcome),
        "hands_over": case((was_taken, False), else_=RobotCallRow.hands_over),
    }
    await _set(connection, call, values)


@dataclass(frozen=True, slots=True, kw_only=True)
class Over:
    """How a conversation ended; `turns` as rows without the call."""

    outcome: str
    hands_over: bool
    state: str
    at: datetime
    turns: Sequence[Mapping[str, Any]]


async def end(connection: AsyncConnection, call: UUID, over: Over) -> None:
    """Keep how it ended, with the turns that are not kept yet.

    The line of a call that a person took is cut; that is no hang-up. One that came to its
    own end before that ended so, whoever had asked for it.
    """
    understood = sum(bool(turn["outcome"]) for turn in over.turns)
    cut = RobotCallRow.taken_at.is_not(None) & literal(over.outcome == HUNG_UP)
    values = {
        "ended_at": over.at,
        "outcome": case((cut, TAKEN), else_=over.outcome),
        "hands_over": or_(cut, literal(over.hands_over)),
        "state": over.state,
        "understood": understood,
        "missed": len(over.turns) - understood,
    }
    await _set(connection, call, values)
    if over.turns:
        await connection.execute(_turns(call, over.turns, 1))


def _turns(call: UUID, told: Sequence[Mapping[str, Any]], first: int) -> Insert:
    rows = [
        {**one, **_masked(one), "call_id": call, "number": number}
        for number, one in enumerate(told, start=first)
    ]
    return pg_insert(RobotTurnRow).values(rows).on_conflict_do_nothing()


def _masked(turn: Mapping[str, Any]) -> dict[str, str]:
    """What was said, without numbers that tell who somebody is."""
    return {name: masked(turn[name]) for name in ("asked", "hypothesis", "phrase")}


async def broke_off(connection: AsyncConnection, call: UUID, at: datetime) -> None:
    """Keep that it ended when a system was away, unless its own ending was kept."""
    await connection.execute(
        update(RobotCallRow)
        .where(RobotCallRow.id == call, RobotCallRow.ended_at.is_(None))
        .values(ended_at=at, outcome=BROKEN)
    )


async def _set(connection: AsyncConnection, call: UUID, values: Mapping[str, Any]) -> None:
    await connection.execute(
        update(RobotCallRow).where(RobotCallRow.id == call).values(values)
    )
