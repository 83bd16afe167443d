"""A term of office on a scripted switch and a real database."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from cobranca.people.store import AgentRow
from dialer.adapters.board import Board
from dialer.adapters.call_log import CallLog
from dialer.adapters.cel import READ_LIMIT_S
from dialer.adapters.scripted import Party, ScriptedTelephony
from dialer.metrics import FloorMetrics
from dialer.ports import Origination
from dialer.routes import Routes
from dialer.settings import DialerSettings
from dialer.shell.commands import Command
from dialer.shell.leader import Leader, Tools
from foundation.bus import Bus
from foundation.bus import connect as connect_bus
from foundation.call_record import turn_over
from foundation.clock import Clock, OffsetClock
from foundation.db.contact_clock import contact_clock
from foundation.db.leadership import take
from foundation.ids import uuid7
from foundation.routes import Route, read_routes
from foundation.settings import ProcessSettings
from tests.builders.call_record import cel_line
from tests.builders.portfolio import a_campaign, a_portfolio, some_seats
from tests.real_switch import eventually

Script = Callable[[Origination], Party]


def seat_or(debtor: Party) -> Script:
    """Seats pick up at once; every debtor behaves the same."""
    headset = Party(answers_s=0.0)
    return lambda call: headset if call.context == "agent" else debtor


@dataclass(slots=True)
class Office:
    leader: Leader
    telephony: ScriptedTelephony
    log: CallLog
    engine: AsyncEngine

    def seat(self, *endpoints: str) -> None:
        for endpoint in endpoints:
            self.telephony.register(endpoint)
            self.leader.on_command(Command(do="log_in", agent=endpoint))
            self.leader.on_command(Command(do="available", agent=endpoint))

    async def ask(self, query: str) -> list[Any]:
        await self.log.drained()
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def until(self, query: str, expected: list[Any], within_s: float = 20) -> None:
        async def is_so() -> bool:
            return await self.ask(query) == expected

        await eventually(is_so, within_s=within_s)


@asynccontextmanager
async def office(
    engine: AsyncEngine,
    settings: ProcessSettings,
    script: Script,
    *,
    cel: Path = Path("/nonexistent/Master.csv"),
    routes: Sequence[Route] = (),
) -> AsyncIterator[Office]:
    """A leader at work; its tasks end with the block."""
    dialer_settings = DialerSettings.model_validate(settings.model_dump())
    async with engine.begin() as connection:
        await some_seats(connection)
        query = select(AgentRow.endpoint, AgentRow.id)
        agents: dict[str, UUID] = {r[0]: r[1] for r in await connection.execute(query)}
        clock: Clock = await contact_clock(connection, settings)
        term = await take(connection, "floor", "test", lease_s=600)
    assert term is not None
    assert isinstance(clock, OffsetClock)
    log = CallLog(engine, agents)
    log.contact_clock = clock
    redis = connect_bus(str(settings.redis_url and settings.redis_url.get_secret_value()))
    telephony = ScriptedTelephony(script)
    tools = Tools(
        settings=dialer_settings,
        engine=engine,
        telephony=telephony,
        policy=ContactPolicy(simulated_route=True),
        routes=Routes(routes or read_routes(settings)),
        contact_clock=clock,
        call_log=log,
        board=Board(Bus(redis)),
        metrics=FloorMetrics(CollectorRegistry()),
        new_leg=lambda: str(uuid7()),
        cel_path=cel,
    )
    async with telephony, asyncio.TaskGroup() as tasks:
        leader = Leader(tools, term, tasks)
        work = [
            tasks.create_task(log.run()),
            tasks.create_task(_follow(leader, telephony)),
            tasks.create_task(leader.sweep_for_ever()),
            tasks.create_task(leader.pacing.run(leader.may_place)),
        ]
        await eventually(_connected(leader))
        yield Office(leader, telephony, log, engine)
        leader.draining = True
        for task in work:
            task.cancel()
    await redis.aclose()


def _connected(leader: Leader) -> Callable[[], Any]:
    async def is_so() -> bool:
        return leader.connected

    return is_so


async def _follow(leader: Leader, telephony: ScriptedTelephony) -> None:
    async for event in telephony.events():
        await leader.on_event(event)


async def a_running_campaign(engine: AsyncEngine, debtors: int, **changed: Any) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=debtors)
        await a_campaign(connection, retries={"max_attempts": 1}, **changed)


OUTCOMES = "SELECT outcome, count(*) FROM attempt GROUP BY 1 ORDER BY 1"


async def test_one_agent_works_through_a_list_one_call_at_a_time(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 4, wrap_up_s=0.0)
    debtor = Party(answers_s=0.05, talks_s=0.1)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("answered", 4)])
        calls = [c for c in floor.telephony.placed if c.context == "debtor"]
        assert len(calls) == 4
        bridged = await floor.ask(
            "SELECT count(*) FROM attempt WHERE bridged_at IS NOT NULL"
        )
        assert bridged == [(4,)]
        await floor.until("SELECT status FROM campaign", [("finished",)])


async def test_nothing_is_dialled_without_an_agent(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 2)
    async with office(engine, settings, seat_or(Party(answers_s=0.0))) as floor:
        for _ in range(3):  # three whole rounds of the pacing
            await floor.leader.pacing.decide_once()
        assert floor.telephony.placed == []


async def test_a_gap_stops_the_pacing_and_no_call_is_lost_in_it(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 3, wrap_up_s=0.0)
    debtor = Party(answers_s=0.3, talks_s=30)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001", "agent002")
        await eventually(_placed(floor, 2))
        floor.telephony.lose("test")
        await eventually(_disconnected(floor))
        assert not floor.leader.may_place()
        await asyncio.sleep(0.6)  # both debtors answer unseen
        floor.telephony.restore()
        await eventually(_connected(floor.leader))
        talking = "SELECT count(*) FROM call_event WHERE kind = 'joined'"
        await floor.until(talking, [(2,)])
        calls = [o for o in floor.leader.floor.calls.values() if o.agent]
        assert {o.agent for o in calls} == {"agent001", "agent002"}


async def test_a_floor_that_cannot_be_read_now_is_read_again_before_anything_is_dialled(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 2, wrap_up_s=0.0)
    debtor = Party(answers_s=0.05, talks_s=0.1)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.telephony.lose("test")
        await eventually(_disconnected(floor))
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE call_event RENAME TO hidden"))
        floor.telephony.restore()
        floor.seat("agent001")
        await asyncio.sleep(1.2)  # two sweeps
        assert not floor.leader.may_place()
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE hidden RENAME TO call_event"))
        await floor.until(OUTCOMES, [("answered", 2)])


async def test_an_attempt_that_no_source_knows_is_closed_as_not_sent(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await attempts_of_a_dead_leader(engine, 1)
    async with office(engine, settings, seat_or(Party())) as floor:
        await floor.until(OUTCOMES, [("not_sent", 1)])
        sources = await floor.ask("SELECT outcome_source FROM attempt")
        assert sources == [("channels",)]


async def attempts_of_a_dead_leader(engine: AsyncEngine, many: int) -> list[str]:
    """Attempts of a minute ago that nobody has ended; their ids."""
    await a_running_campaign(engine, many)
    async with engine.begin() as connection:
        ids = await connection.execute(
            text(
                "INSERT INTO attempt (id, direction, campaign_id, debtor_id, number, route,"
                " epoch, placed_at, contact_day, abandoned) SELECT gen_random_uuid(),"
                " 'outbound', campaign_id, debtor_id, '+5511900000000', 'trunk', 0,"
                " now() - interval '1 minute', current_date, false FROM campaign_debtor"
                " RETURNING id::text"
            )
        )
        await connection.execute(text("UPDATE campaign_debtor SET state = 'leased'"))
        return list(ids.scalars())


async def test_what_rang_and_ended_in_a_gap_is_told_from_a_silent_carrier(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    """Their lines lie in an old part of the switch's record, or in two."""
    rang, silent = await attempts_of_a_dead_leader(engine, 2)
    cel, now = tmp_path / "Master.csv", datetime.now(UTC)
    in_part = [
        cel_line("CHAN_START", now - timedelta(seconds=50), rang),
        cel_line("CHAN_START", now - timedelta(seconds=50), silent),
        cel_line("LAST_WORD", now - timedelta(seconds=20), rang, code=180),
        cel_line("HANGUP", now - timedelta(seconds=20), rang, cause=19),
    ]
    cel.write_text("".join(in_part))
    assert turn_over(cel, part_bytes=1) is not None
    cel.write_text(cel_line("HANGUP", now - timedelta(seconds=20), silent, cause=19))
    async with office(engine, settings, seat_or(Party()), cel=cel) as floor:
        await floor.until(OUTCOMES, [("carrier_silent", 1), ("no_answer", 1)])
        rows = await floor.ask("SELECT id::text, outcome, outcome_source FROM attempt")
        assert set(rows) == {(rang, "no_answer", "cel"), (silent, "carrier_silent", "cel")}


async def test_nothing_is_guessed_or_dialled_while_the_record_cannot_be_read(
    engine: AsyncEngine,
    settings: ProcessSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    cel, read = tmp_path / "Master.csv", READ_LIMIT_S
    async with office(engine, settings, seat_or(Party()), cel=cel) as floor:
        floor.telephony.lose("test")
        await eventually(_disconnected(floor))
        monkeypatch.setattr("dialer.adapters.cel.READ_LIMIT_S", 0.0)
        (attempt,) = await attempts_of_a_dead_leader(engine, 1)
        cel.write_text(cel_line("HANGUP", datetime.now(UTC), attempt, cause=17))
        floor.telephony.restore()

        async def tried_twice() -> bool:
            return caplog.text.count("floor_unread") >= 2

        await eventually(tried_twice, within_s=20)
        assert not floor.leader.may_place()
        assert await floor.ask(OUTCOMES) == [(None, 1)]
        monkeypatch.setattr("dialer.adapters.cel.READ_LIMIT_S", read)
        await floor.until(OUTCOMES, [("busy", 1)])


async def test_nothing_is_dialled_while_the_switch_cannot_keep_its_record(
    engine: AsyncEngine,
    settings: ProcessSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    cel = tmp_path / "Master.csv"
    async with office(engine, settings, seat_or(Party()), cel=cel) as floor:
        assert floor.leader.may_place()
        monkeypatch.setattr("foundation.call_record.ROOM_BYTES", 2**62)
        floor.leader.record.look()
        assert not floor.leader.may_place()
        monkeypatch.setattr("foundation.call_record.ROOM_BYTES", 0)
        floor.leader.record.look()
        assert floor.leader.may_place()


async def test_a_call_that_began_to_ring_in_a_gap_rings_in_vain_after_it(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, ring_timeout_s=3.0)
    rings = Party(rings_s=0.5)
    async with office(engine, settings, seat_or(rings)) as floor:
        floor.seat("agent001")
        await eventually(_placed(floor, 1))
        floor.telephony.lose("test")
        await eventually(_disconnected(floor))

        async def rang_unseen() -> bool:
            return floor.telephony.ringing() == 1

        await eventually(rang_unseen)
        floor.telephony.restore()
        await floor.until(OUTCOMES, [("no_answer", 1)])
        assert await floor.ask("SELECT outcome_source FROM attempt") == [("events",)]


async def test_a_refused_call_frees_its_agent_for_the_next_debtor(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 5)
    busy = Party(refuses_s=0.05)
    async with office(engine, settings, seat_or(busy)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("busy", 5)])


async def test_wrap_up_ends_with_the_agents_disposition(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1)
    debtor = Party(answers_s=0.05, talks_s=0.1)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("answered", 1)])
        floor.leader.on_command(
            Command(do="wrap_up_done", agent="agent001", code="promise", right_party=True)
        )
        await floor.until("SELECT code, right_party FROM disposition", [("promise", True)])


@pytest.mark.parametrize("in_talk", [True, False])
async def test_an_agent_can_hang_up_only_in_a_conversation(
    engine: AsyncEngine, settings: ProcessSettings, in_talk: bool
) -> None:
    await a_running_campaign(engine, 1)
    debtor = Party(answers_s=0.05) if in_talk else Party(answers_s=None)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await eventually(_placed(floor, 1))
        if in_talk:
            joined = "SELECT count(*) FROM call_event WHERE kind = 'joined'"
            await floor.until(joined, [(1,)])
        would_end = floor.leader.floor.hang_up_for("agent001")
        assert len(would_end) == (1 if in_talk else 0)
        floor.leader.on_command(Command(do="hang_up", agent="agent001"))
        expected = [("answered", 1)] if in_talk else [(None, 1)]
        await floor.until(OUTCOMES, expected)


async def test_calls_spill_from_a_full_route_to_the_next_with_its_own_dial_string(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 3, caller_id="")
    first = Route(
        name="primeira",
        host="127.0.0.1",
        simulated=True,
        max_lines=1,
        caller_ids=("+551130001000",),
    )
    second = Route(
        name="segunda",
        host="127.0.0.1",
        simulated=True,
        max_lines=1,
        priority=20,
        number_template="0{csp}{national}",
        csp="15",
    )
    rings = Party(answers_s=None)
    async with office(engine, settings, seat_or(rings), routes=(second, first)) as floor:
        floor.seat("agent001", "agent002", "agent003")
        await eventually(_placed(floor, 2))
        for _ in range(3):  # both routes are full: the third debtor waits
            await floor.leader.pacing.decide_once()
        calls = [c for c in floor.telephony.placed if c.context == "debtor"]
        assert len(calls) == 2
        by_id = {call.channel: (call.dial, call.caller_id) for call in calls}
        rows = await floor.ask("SELECT id::text, route, number FROM attempt ORDER BY route")
        (one, first_route, number), (two, second_route, other) = rows
        assert (first_route, second_route) == ("primeira", "segunda")
        assert by_id[one] == (f"PJSIP/{number[1:]}@primeira", "+551130001000")
        assert by_id[two] == (f"PJSIP/015{other[3:]}@segunda", "")


async def test_a_number_that_is_not_for_its_route_is_never_sent(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1)
    async with office(engine, settings, seat_or(Party(answers_s=0.0))) as floor:
        # as if all that was asked before had let it through
        real = Route(name="trunk", host="127.0.0.1")
        floor.leader.tools.routes.named = lambda name: real  # type: ignore[method-assign]
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("not_sent", 1)])
        assert not [c for c in floor.telephony.placed if c.context == "debtor"]


def _placed(floor: Office, count: int) -> Callable[[], Any]:
    async def is_so() -> bool:
        return sum(c.context == "debtor" for c in floor.telephony.placed) == count

    return is_so


def _disconnected(floor: Office) -> Callable[[], Any]:
    async def is_so() -> bool:
        return not floor.leader.connected

    return is_so
