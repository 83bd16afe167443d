"""Talks of a process that died, with what the facts say of their callers."""

from __future__ import annotations

from dataclasses import asdict
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import left_open, robot_calls
from cobranca.contacts.robot_store import RobotCallRow
from dialer.calls.store import CallEventRow
from foundation.settings import ProcessSettings
from sim.throw_away import free_port
from tests.builders.processes import Processes
from tests.integration.contacts.test_robot_board import NOW, a_turn, begun, over
from tests.integration.dialer.test_recovery import attempts_of_a_dead_leader
from tests.real_switch import eventually
from ura.lives import Lives

GONE = uuid4()
LATER = NOW + timedelta(seconds=5)


async def told(engine: AsyncEngine, call: UUID, kind: str, **data: Any) -> None:
    values = {
        "attempt_id": call, "agent_id": None, "kind": kind, "at": LATER, "data": data,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(CallEventRow), values)


async def ends(engine: AsyncEngine) -> dict[UUID, tuple[Any, ...]]:
    async with engine.connect() as connection:
        rows = list(await connection.execute(select(RobotCallRow.__table__)))
    return {row.id: (row.outcome, row.hands_over, row.ended_at) for row in rows}


async def end(engine: AsyncEngine, *, untold: bool = False) -> int:
    async with engine.begin() as connection:
        return await left_open.end(connection, [GONE], untold=untold)


async def test_only_what_a_process_that_is_gone_had_in_hand_is_ended(
    engine: AsyncEngine,
) -> None:
    spoke, silent, done = [await begun(engine, holder=GONE) for _ in range(3)]
    another, nobodys = await begun(engine, holder=uuid4()), await begun(engine)
    await over(engine, done, a_turn(), outcome="done")
    async with engine.begin() as connection:
        await robot_calls.turn(connection, spoke, 1, asdict(a_turn()))
    for call in (spoke, silent, another, nobodys):
        await told(engine, call, "inbound")
    assert (await end(engine), await end(engine, untold=True)) == (2, 0)
    assert await ends(engine) == {
        spoke: ("broken", True, NOW + timedelta(seconds=2)),
        silent: ("broken", True, NOW),
        done: ("done", False, NOW + timedelta(seconds=60)),
        another: (None, False, None),
        nobodys: (None, False, None),
    }


@pytest.mark.parametrize(
    ("kind", "data", "wanted", "end_of_it"),
    [
        ("inbound", {}, False, ("broken", True)),
        ("back_to_floor", {}, False, ("broken", True)),
        ("found", {"state": "waiting"}, False, ("broken", True)),
        ("inbound", {}, True, ("taken", True)),
        ("hungup", {}, False, ("broken", False)),
        ("hungup", {}, True, ("broken", False)),
        ("resolved", {}, False, ("broken", False)),
    ],
)
async def test_a_person_was_to_have_him_only_if_he_came_to_the_floor(
    engine: AsyncEngine,
    kind: str,
    data: dict[str, str],
    wanted: bool,
    end_of_it: tuple[str, bool],
) -> None:
    call = await begun(engine, holder=GONE)
    if wanted:
        async with engine.begin() as connection:
            await robot_calls.take(connection, call, None, NOW)
    await told(engine, call, kind, **data)
    assert await end(engine) == 1
    assert await ends(engine) == {call: (*end_of_it, NOW)}


async def test_where_he_went_is_waited_for_and_nowhere_is_an_answer(
    engine: AsyncEngine,
) -> None:
    call = await begun(engine, holder=GONE)
    await told(engine, call, "found", state="with_robot")
    assert await end(engine) == 0
    async with engine.connect() as connection:
        assert await left_open.any_of(connection, [GONE])
    assert await end(engine, untold=True) == 1
    assert await ends(engine) == {call: ("broken", False, NOW)}


async def test_nobody_may_have_whom_a_campaign_without_agents_called(
    engine: AsyncEngine,
) -> None:
    (attempt,) = await attempts_of_a_dead_leader(engine, 1)
    call = await begun(engine, holder=GONE)
    async with engine.begin() as connection:
        await connection.execute(
            text("""UPDATE campaign SET policy = '{"mode": "agentless"}'""")
        )
        await connection.execute(
            text("UPDATE robot_call SET id = CAST(:attempt AS uuid)"), {"attempt": attempt}
        )
    await told(engine, UUID(attempt), "back_to_floor")
    await told(engine, UUID(attempt), "hungup")
    assert await end(engine) == 1
    assert await ends(engine) == {UUID(attempt): ("broken", False, NOW)}
    assert call != UUID(attempt)


async def test_a_second_process_leaves_what_a_living_one_has_in_hand(
    engine: AsyncEngine, settings: ProcessSettings, processes: Processes
) -> None:
    folder = settings.home / "ura" / "lives"

    async def a_ura() -> None:
        await processes.serving("ura", ACORDO_AGI__PORT=str(free_port()))

    before = set(folder.glob("*.life"))
    await a_ura()
    (living,) = set(folder.glob("*.life")) - before
    with Lives(folder) as ended_since:
        pass
    his = await begun(engine, holder=UUID(living.stem))
    left = await begun(engine, holder=ended_since.own)
    for call in (his, left):
        await told(engine, call, "inbound")
    await a_ura()

    async def is_ended() -> bool:
        return (await ends(engine))[left] == ("broken", True, NOW)

    await eventually(is_ended)
    assert (await ends(engine))[his] == (None, False, None)


async def test_what_no_process_stands_for_ends_once_no_call_can_last_so_long(
    engine: AsyncEngine,
) -> None:
    old, young, another = [await begun(engine, holder=h) for h in (None, None, uuid4())]
    began = text(
        "UPDATE robot_call SET began_at = clock_timestamp() - CAST(:ago AS interval)"
        " WHERE id = :call"
    )
    async with engine.begin() as connection:
        for call, hours in ((old, 5), (young, 3), (another, 5)):
            ago = timedelta(hours=hours)
            await connection.execute(began, {"call": call, "ago": ago})
        ended = await left_open.end_nobodys(connection)
        open_still = await left_open.any_of_nobody(connection)
    assert (ended, open_still) == (1, True)
    assert [outcome for outcome, _, at in (await ends(engine)).values() if at] == ["broken"]
