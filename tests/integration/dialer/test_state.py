"""The floor's state from its facts: built anew, guarded, taken over, seen as it was."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.scripted import Party
from dialer.calls.agent import Agent, AgentState
from dialer.ports import Origination
from dialer.shell.facts import Step
from dialer.state.invariants import violations
from dialer.state.looking import look
from dialer.state.rebuild import rebuild_attempts, rebuild_board
from dialer.state.replay import floor_at
from foundation.bus import BOARD, Bus
from foundation.bus import connect as connect_bus
from foundation.ids import uuid7
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import (
    OUTCOMES,
    Office,
    Script,
    a_running_campaign,
    office,
)
from tests.real_switch import eventually

AGENTS = """SELECT DISTINCT ON (agent_id) data->>'endpoint', data->>'state' FROM call_event
             WHERE kind = 'agent' ORDER BY agent_id, id DESC"""
BROKEN = "SELECT code, subject, repair, cleared_at IS NULL FROM violation ORDER BY seen_at"
ROWS = """SELECT id, outcome, outcome_source, ringing_at, answered_at, bridged_at, ended_at,
                 cause, sip_code, agent_id, abandoned FROM attempt ORDER BY id"""
WIPED = """UPDATE attempt SET outcome = NULL, outcome_source = NULL, ringing_at = NULL,
                  answered_at = NULL, bridged_at = NULL, ended_at = NULL, cause = NULL,
                  sip_code = NULL, agent_id = NULL, abandoned = true"""


def all_sorts() -> Script:
    """Debtors who answer, are busy, do not exist, and ring in vain, in turn."""
    ends = [
        Party(answers_s=0.05, talks_s=0.3),
        Party(refuses_s=0.05),
        Party(refuses_s=0.05, cause=1, sip_code=404),
        Party(rings_s=0.01),
        Party(rings_s=None),
    ]

    def script(call: Origination) -> Party:
        if call.context == "agent":
            return Party(answers_s=0.0)
        ends.append(ends.pop(0))
        return ends[-1]

    return script


async def states_are(floor: Office, *states: str) -> bool:
    return sorted(state for _, state in await floor.ask(AGENTS)) == list(states)


async def free_the_office(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE leadership SET expires_at = now()"))


async def test_columns_and_board_are_built_anew_as_they_were(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 5, wrap_up_s=0.0, ring_timeout_s=1.0)
    client = connect_bus(str(settings.redis_url and settings.redis_url.get_secret_value()))
    async with office(engine, settings, all_sorts()) as floor:
        floor.seat("agent001")
        expected = [
            ("answered", 1), ("busy", 1), ("carrier_silent", 1), ("invalid_number", 1),
            ("no_answer", 1),
        ]  # fmt: skip
        await floor.until(OUTCOMES, expected)
        before = await floor.ask(ROWS)
        dry = await rebuild_attempts(engine, write=False)
        assert (dry.attempts, dry.untold, dry.changed) == (5, 0, {})
        async with engine.begin() as connection:
            await connection.execute(text(WIPED))
        rebuilt = await rebuild_attempts(engine, write=True)
        assert len(rebuilt.changed) == 5
        assert await floor.ask(ROWS) == before
        shown = {a.endpoint: a.state.value for a in floor.leader.floor.agents.values()}
    await client.delete(BOARD)
    assert await rebuild_board(engine, Bus(client)) == 1
    board = await Bus(client).table(BOARD)
    assert {endpoint: entry["state"] for endpoint, entry in board.items()} == shown
    await client.aclose()


async def test_a_new_leader_finds_the_wrap_up_and_the_ended_talk_of_the_old_one(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 2, wrap_up_s=300.0, threshold_s=60.0)
    durations = [0.05, 600.0]

    def script(call: Origination) -> Party:
        if call.context == "agent":
            return Party(answers_s=0.0)
        return Party(answers_s=0.05, talks_s=durations.pop(0))

    async with office(engine, settings, script) as floor:
        floor.seat("agent001", "agent002")
        await eventually(lambda: states_are(floor, "talking", "wrap_up"))
        old = {a.endpoint: a for a in floor.leader.floor.agents.values()}
    await free_the_office(engine)

    async with office(engine, settings, script) as floor:  # another switch: all calls died
        for endpoint in old:
            floor.telephony.register(endpoint)
        await eventually(lambda: states_are(floor, "wrap_up", "wrap_up"))
        now = {a.endpoint: a for a in floor.leader.floor.agents.values()}
        assert {a.call for a in now.values()} == {a.call for a in old.values()}
        (wrapping,) = [a for a in old.values() if a.state is AgentState.WRAP_UP]
        assert now[wrapping.endpoint].since == wrapping.since
        assert floor.leader.floor.wrap_up_until(now[wrapping.endpoint]) == (
            wrapping.since + timedelta(seconds=300)
        )
        await floor.until(OUTCOMES, [("answered", 1), ("switch_lost", 1)])
        dry = await rebuild_attempts(engine, write=False)
        assert dry.changed == {}


async def looked(floor: Office) -> None:
    """Two looks, as the guard takes them one after the other."""
    for _ in range(2):
        await floor.leader.guard.look()


async def test_a_channel_of_nobody_is_told_ended_and_told_to_be_gone(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    async with office(engine, settings, lambda _: Party(answers_s=0.0)) as floor:
        stray = str(uuid7())
        call = Origination(
            channel=stray, dial="PJSIP/5511900000000@trunk", context="debtor", timeout_s=30
        )
        await floor.telephony.originate(call)
        await looked(floor)
        assert floor.leader.guard.looked.violations == 1
        code, subject, repair, open_ = (await floor.ask(BROKEN))[0]
        assert (code, subject) == ("channel_without_attempt", f"channel:{stray}")
        assert (repair, open_) == ("end_channel", True)
        await eventually(lambda: no_channels(floor))
        await looked(floor)
        assert [row[3] for row in await floor.ask(BROKEN)] == [False]
        assert floor.leader.guard.looked.violations == 0


async def no_channels(floor: Office) -> bool:
    return await floor.telephony.channels() == []


async def test_a_leader_whose_floor_is_not_the_switchs_reads_it_again(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    """A bug is planted in the floor: an agent talks with nobody."""
    async with office(engine, settings, lambda _: Party(answers_s=0.0)) as floor:
        floor.seat("agent001")
        await floor.until(AGENTS, [("agent001", "idle")])
        agents = floor.leader.floor.agents
        right = agents["agent001"]
        wrong = replace(right, state=AgentState.TALKING, call=str(uuid7()))
        await leave(floor, wrong)
        await looked(floor)
        assert (await floor.ask(BROKEN))[0][:3] == (
            "state_differs", "agent:agent001", "reread",
        )  # fmt: skip

        async def mended() -> bool:
            return agents["agent001"].state is AgentState.WRAP_UP

        await eventually(mended)
        await looked(floor)
        assert all(not row[3] for row in await floor.ask(BROKEN))


async def leave(floor: Office, agent: Agent) -> None:
    """Have an agent stand in the floor and in the facts as a bug would leave him."""
    step = Step()
    floor.leader.floor.put(agent, datetime.now(UTC), step)
    floor.leader.carry_out(step)
    await floor.log.drained()


async def test_the_floor_is_shown_as_it_was_and_a_working_one_breaks_nothing(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1, wrap_up_s=300.0, threshold_s=60.0)
    began = datetime.now(UTC)
    debtor = Party(answers_s=4.0, talks_s=600.0)

    def script(call: Origination) -> Party:
        return Party(answers_s=0.0) if call.context == "agent" else debtor

    async with office(engine, settings, script) as floor:
        floor.seat("agent001")
        await floor.until("SELECT count(*) FROM call_event WHERE kind = 'joined'", [(1,)])
        picture = await look(engine, floor.telephony, {})
        assert violations(picture) == []
        assert (len(picture.calls), len(picture.talks())) == (1, 1)
        facts = "SELECT kind, at FROM call_event WHERE attempt_id IS NOT NULL"
        at = dict(await floor.ask(facts))
        async with engine.connect() as connection:
            none = (await floor_at(connection, began - timedelta(seconds=1))).floor
            ringing = max(at["placed"], at["ringing"])  # two clocks in this test
            rang = (await floor_at(connection, ringing)).floor
            talked = await floor_at(connection, datetime.now(UTC))
    assert (none.agents, none.calls, none.leading.epoch) == ((), (), None)
    assert [call.state for call in rang.calls] == ["ringing"]
    assert [agent.state for agent in rang.agents] == ["idle"]
    (agent,), (call,) = talked.floor.agents, talked.floor.calls
    assert (agent.state, agent.call) == ("talking", call.attempt)
    assert (call.state, call.agent) == ("talking", "agent001")
    assert talked.floor.leading.epoch == 1
    assert list(talked.campaigns.values()) == ["Março"]
