"""The automatic conversation as seats and figures, on the real database."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_board, robot_calls
from cobranca.contacts.robot_calls import Arrived, Over
from cobranca.contacts.robot_store import RobotCallRow
from ura.conversation.record import TurnRecord
from ura.turn_writer import TurnWriter

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def a_turn(outcome: str = "yes", hypothesis: str = "sim") -> TurnRecord:
    return TurnRecord(
        state="purpose", begin_s=1.0, end_s=2.0, kind="speech", hypothesis=hypothesis,
        outcome=outcome,
    )  # fmt: skip


async def begun(
    engine: AsyncEngine, at: datetime = NOW, holder: UUID | None = None
) -> UUID:
    call = uuid4()
    arrived = Arrived(
        call=call, channel=f"{call.int % 1000}.1", flow="receptive",
        caller="+5511900100199", called="551130000100", at=at, holder=holder,
    )  # fmt: skip
    async with engine.begin() as connection:
        await robot_calls.begin(connection, arrived)
    return call


async def over(
    engine: AsyncEngine, call: UUID, *turns: TurnRecord, outcome: str, seconds: float = 60
) -> None:
    told: list[Mapping[str, Any]] = [asdict(turn) for turn in turns]
    ended = Over(
        outcome=outcome, hands_over=outcome in ("person", "broken"), state="x",
        at=NOW + timedelta(seconds=seconds), turns=told,
    )  # fmt: skip
    async with engine.begin() as connection:
        await robot_calls.end(connection, call, ended)


async def test_a_conversation_is_a_seat_until_it_ends(engine: AsyncEngine) -> None:
    call = await begun(engine)
    async with engine.begin() as connection:
        await robot_calls.turn(connection, call, 1, asdict(a_turn()))
        await robot_calls.turn(connection, call, 1, asdict(a_turn()))  # told twice: one
        await robot_calls.turn(connection, call, 2, asdict(a_turn(outcome="")))
        (seat,) = await robot_board.seats(connection, NOW)
        said = await robot_board.said(connection, call)
        assert await robot_board.seats(connection, NOW + timedelta(hours=2)) == []
    assert (seat.id, seat.called, seat.identified) == (call, "551130000100", False)
    assert (seat.understood, seat.missed) == (1, 1)
    assert [(one.number, one.hypothesis) for one in said] == [(1, "sim"), (2, "sim")]
    await over(engine, call, a_turn(), a_turn(outcome=""), a_turn(), outcome="done")
    async with engine.connect() as connection:
        assert await robot_board.seats(connection, NOW) == []
        assert len(await robot_board.said(connection, call)) == 3


async def test_the_day_tells_why_people_were_needed(engine: AsyncEngine) -> None:
    wanted = {"asked": "person", "not_understood": "", "matter": "several"}
    for last in wanted.values():
        await over(engine, await begun(engine), a_turn(outcome=last), outcome="person")
    await over(engine, await begun(engine), outcome="broken")
    await over(engine, await begun(engine), a_turn(), outcome="done", seconds=120)
    async with engine.connect() as connection:
        day = await robot_board.day(connection, NOW - timedelta(hours=1))
        before = await robot_board.day(connection, NOW + timedelta(hours=1))
    assert day.calls == 5
    assert day.talk_s == pytest.approx((4 * 60 + 120) / 5)
    assert day.transfers == dict.fromkeys((*wanted, "broken"), 1)
    assert day.understanding == 3 / 4  # of four answers
    assert (before.calls, before.talk_s, before.understanding) == (0, None, None)


async def test_who_takes_a_call_takes_it_once_and_it_is_no_hang_up(
    engine: AsyncEngine,
) -> None:
    call = await begun(engine)
    async with engine.begin() as connection:
        assert await robot_calls.take(connection, call, None, NOW) is not None
        assert await robot_calls.take(connection, call, None, NOW) is None
        (seat,) = await robot_board.seats(connection, NOW)
    assert seat.taken
    await over(engine, call, a_turn(), outcome="hung_up")
    async with engine.connect() as connection:
        day = await robot_board.day(connection, NOW - timedelta(hours=1))
        assert await robot_board.seats(connection, NOW) == []
    assert day.transfers == {"taken": 1}


@pytest.mark.parametrize("wanted_till", ["after_it", "before_it"])
@pytest.mark.parametrize(
    ("outcome", "hands_over"), [("done", False), ("person", True), ("hung_up", False)]
)
async def test_how_it_ended_by_itself_stands_though_a_person_had_asked_for_it(
    engine: AsyncEngine, outcome: str, hands_over: bool, wanted_till: str
) -> None:
    """Nobody took it: that is known before the conversation's end is kept, or after it."""
    call = await begun(engine)

    async def nobody_takes_it() -> None:
        async with engine.begin() as connection:
            await robot_calls.leave(connection, call)

    async with engine.begin() as connection:
        await robot_calls.take(connection, call, None, NOW)
    if wanted_till == "before_it":
        await nobody_takes_it()
    await over(engine, call, a_turn(), outcome=outcome)
    if wanted_till == "after_it":
        await nobody_takes_it()
    async with engine.connect() as connection:
        (row,) = await connection.execute(select(RobotCallRow.__table__))
    assert (row.outcome, row.hands_over, row.taken_at) == (outcome, hands_over, None)


@pytest.mark.parametrize(("outcome", "hands_over"), [("done", False), ("person", True)])
async def test_who_came_to_his_own_end_first_was_not_taken(
    engine: AsyncEngine, outcome: str, hands_over: bool
) -> None:
    call = await begun(engine)
    async with engine.begin() as connection:
        await robot_calls.take(connection, call, None, NOW)
    await over(engine, call, a_turn(), outcome=outcome)
    async with engine.connect() as connection:
        (row,) = await connection.execute(select(RobotCallRow.__table__))
    assert (row.outcome, row.hands_over) == (outcome, hands_over)


async def test_turns_are_written_while_the_conversation_goes_on(
    engine: AsyncEngine,
) -> None:
    call = await begun(engine)
    turns = TurnWriter(engine, call)
    writing = asyncio.create_task(turns.run())
    turns.take(a_turn(hypothesis="quero pagar"))
    async with asyncio.timeout(20), engine.connect() as connection:
        while not (said := await robot_board.said(connection, call)):
            await connection.rollback()
    writing.cancel()
    await asyncio.wait({writing})
    assert [one.hypothesis for one in said] == ["quero pagar"]
