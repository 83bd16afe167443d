"""A term of office on a scripted switch and a real database."""

from __future__ import annotations

import json

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.scripted import Party
from dialer.shell.commands import Command
from foundation.routes import Route
from foundation.settings import ProcessSettings
from tests.builders.portfolio import some_seats
from tests.integration.dialer.office import (
    OUTCOMES,
    a_running_campaign,
    idle,
    office,
    placed,
    seat_or,
)
from tests.real_switch import eventually

AT_ONCE = """SELECT count(*) FROM attempt a, attempt b
              WHERE a.placed_at < b.placed_at AND b.placed_at < a.ended_at"""


async def test_one_agent_works_through_a_list_one_call_at_a_time(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 4, wrap_up_s=0.0)
    debtor = Party(answers_s=0.05, talks_s=1.0)
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


async def test_a_refused_call_frees_its_agent_for_the_next_debtor(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 5)
    busy = Party(refuses_s=0.05)
    async with office(engine, settings, seat_or(busy)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("busy", 5)])
        assert await floor.ask(AT_ONCE) == [(0,)]


async def test_wrap_up_ends_with_the_agents_disposition(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1)
    debtor = Party(answers_s=0.05, talks_s=1.0)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("answered", 1)])
        floor.leader.on_command(
            Command(do="wrap_up_done", agent="agent001", code="promise", right_party=True)
        )
        await floor.until("SELECT code, right_party FROM disposition", [("promise", True)])
        await eventually(idle(floor))
        assert floor.leader.floor.agents["agent001"].call is None


@pytest.mark.parametrize("in_talk", [True, False])
async def test_an_agent_can_hang_up_only_in_a_conversation(
    engine: AsyncEngine, settings: ProcessSettings, in_talk: bool
) -> None:
    await a_running_campaign(engine, 1)
    debtor = Party(answers_s=0.05) if in_talk else Party(answers_s=None)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001")
        await eventually(placed(floor, 1))
        if in_talk:
            joined = "SELECT count(*) FROM call_event WHERE kind = 'joined'"
            await floor.until(joined, [(1,)])
        would_end = floor.leader.floor.hang_up_for("agent001")
        assert len(would_end) == (1 if in_talk else 0)
        floor.leader.on_command(Command(do="hang_up", agent="agent001"))
        if in_talk:
            await floor.until(OUTCOMES, [("answered", 1)])
        assert await floor.ask(OUTCOMES) == [("answered" if in_talk else None, 1)]


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
        await eventually(placed(floor, 2))
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


async def test_a_call_that_comes_too_late_after_its_commit_is_not_sent(
    engine: AsyncEngine, settings: ProcessSettings, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.shell.outgoing.STALE_S", -1.0)
    await a_running_campaign(engine, 1)
    async with office(engine, settings, seat_or(Party(answers_s=0.0))) as floor:
        floor.seat("agent001")
        await floor.until(OUTCOMES, [("not_sent", 1)])
        assert [c for c in floor.telephony.placed if c.context == "debtor"] == []
        assert await floor.ask("SELECT outcome_source FROM attempt") == [("placement",)]


async def test_what_is_asked_before_the_floor_is_known_is_done_then(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    was = {
        "endpoint": "agent001", "state": "connecting", "wants": "paused", "pause_code": "",
        "since": "2026-03-10T13:00:00+00:00",
    }  # fmt: skip
    async with engine.begin() as connection:
        await some_seats(connection)
        query = text(
            "INSERT INTO call_event (agent_id, kind, at, data, epoch)"
            " SELECT id, 'agent', now(), CAST(:was AS jsonb), 0 FROM agent"
            " WHERE endpoint = 'agent001'"
        )
        await connection.execute(query, {"was": json.dumps(was)})
    early = [Command(do="available", agent="agent001")]
    script = seat_or(Party(answers_s=0.0))
    async with office(engine, settings, script, early=early) as floor:
        floor.telephony.register("agent001")
        await eventually(idle(floor))
        states = "SELECT DISTINCT data->>'state' FROM call_event WHERE kind = 'agent'"
        assert ("offline",) not in await floor.ask(states)


async def test_a_leader_whose_mandate_lapsed_notes_and_does_nothing_more(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 2)
    facts = "SELECT count(*) FROM call_event"
    async with office(engine, settings, seat_or(Party(answers_s=0.0))) as floor:
        floor.seat("agent001")
        await floor.until("SELECT count(*) FROM call_event WHERE kind = 'joined'", [(1,)])
        before = await floor.ask(facts)
        floor.leader.mandate.end()
        assert not floor.leader.may_place()
        (call,) = floor.leader.floor.calls
        await floor.telephony.hang_up(call)

        async def heard_of_it() -> bool:
            return call not in floor.leader.floor.calls

        await eventually(heard_of_it)
        assert await floor.ask(facts) == before
        assert await floor.ask(OUTCOMES) == [(None, 1)]
