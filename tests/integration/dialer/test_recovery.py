"""A gap in the events: what happened in it is read from the switch, or not guessed."""

from __future__ import annotations

import asyncio
import math
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.cel import READ_LIMIT_S
from dialer.adapters.scripted import Party
from dialer.shell.commands import Command
from foundation.call_record import turn_over
from foundation.settings import ProcessSettings
from tests.builders.call_record import cel_line
from tests.integration.dialer.office import (
    OUTCOMES,
    Office,
    a_running_campaign,
    connected,
    disconnected,
    office,
    placed,
    seat_or,
)
from tests.real_switch import eventually


async def test_a_gap_stops_the_pacing_and_no_call_is_lost_in_it(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 3, wrap_up_s=0.0, threshold_s=60.0)
    debtor = Party(answers_s=0.3, talks_s=30)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.seat("agent001", "agent002")
        await eventually(placed(floor, 2))
        floor.telephony.lose("test")
        await eventually(disconnected(floor))
        assert not floor.leader.may_place()

        async def both_answered_unseen() -> bool:
            return floor.telephony.ringing() == 0

        await eventually(both_answered_unseen)
        floor.telephony.restore()
        await eventually(connected(floor.leader))
        talking = "SELECT count(*) FROM call_event WHERE kind = 'joined'"
        await floor.until(talking, [(2,)])
        calls = [o for o in floor.leader.floor.calls.values() if o.agent]
        assert {o.agent for o in calls} == {"agent001", "agent002"}


@pytest.mark.parametrize("leaves", [False, True], ids=["stays", "left"])
async def test_who_is_with_the_robot_is_his_agents_after_a_gap(
    engine: AsyncEngine, settings: ProcessSettings, leaves: bool
) -> None:
    await a_running_campaign(engine, 1)
    async with office(engine, settings, seat_or(Party(answers_s=0.0))) as floor:
        floor.telephony.robot_there = True
        floor.seat("agent001")
        joined = "SELECT count(*) FROM call_event WHERE kind = 'joined'"
        await floor.until(joined, [(1,)])
        floor.leader.on_command(Command(do="to_robot", agent="agent001"))
        await floor.until("SELECT count(*) FROM call_event WHERE kind = 'paying'", [(1,)])
        if leaves:
            floor.leader.on_command(Command(do="leave_to_robot", agent="agent001"))
        ((call, known),) = floor.leader.floor.calls.items()
        agent = floor.leader.floor.agents["agent001"]
        assert (agent.state, agent.held) == (
            ("wrap_up", False) if leaves else ("talking", True)
        )
        floor.telephony.lose("test")
        await eventually(disconnected(floor))
        floor.telephony.restore()
        await eventually(connected(floor.leader))
        agent = floor.leader.floor.agents["agent001"]
        assert (agent.state, agent.held) == (
            ("wrap_up", False) if leaves else ("talking", True)
        )
        assert (known.call.state, known.agent) == (
            "with_robot",
            None if leaves else "agent001",
        )
        floor.telephony.robot_done(call)
        if leaves:
            floor.leader.on_command(Command(do="wrap_up_done", agent="agent001"))
        await floor.until(joined, [(2,)])
        assert known.agent == "agent001"


async def test_a_hold_outlasts_a_gap(
    engine: AsyncEngine, settings: ProcessSettings
) -> None:
    await a_running_campaign(engine, 1)
    async with office(engine, settings, seat_or(Party(answers_s=0.0))) as floor:
        floor.seat("agent001")
        agent = "SELECT data->>'held' FROM call_event WHERE kind = 'agent'"
        last = f"{agent} ORDER BY id DESC LIMIT 1"
        await floor.until("SELECT count(*) FROM call_event WHERE kind = 'joined'", [(1,)])
        floor.leader.on_command(Command(do="hold", agent="agent001"))
        await floor.until("SELECT count(*) FROM call_event WHERE kind = 'held'", [(1,)])
        floor.telephony.lose("test")
        await eventually(disconnected(floor))
        floor.telephony.restore()
        await eventually(connected(floor.leader))
        floor.leader.on_command(Command(do="resume", agent="agent001"))
        await floor.until("SELECT count(*) FROM call_event WHERE kind = 'joined'", [(2,)])
        await floor.until(last, [("false",)])
        assert not floor.leader.floor.agents["agent001"].held


async def test_a_floor_that_cannot_be_read_now_is_read_again_before_anything_is_dialled(
    engine: AsyncEngine, settings: ProcessSettings, caplog: pytest.LogCaptureFixture
) -> None:
    await a_running_campaign(engine, 2, wrap_up_s=0.0)
    debtor = Party(answers_s=0.05, talks_s=0.1)
    async with office(engine, settings, seat_or(debtor)) as floor:
        floor.telephony.lose("test")
        await eventually(disconnected(floor))
        async with engine.begin() as connection:
            await connection.execute(text("ALTER TABLE call_event RENAME TO hidden"))
        floor.telephony.restore()
        floor.seat("agent001")

        async def tried_twice() -> bool:
            return caplog.text.count("floor_unread") >= 2

        await eventually(tried_twice)
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


@pytest.mark.parametrize("looks", [100, 1], ids=["within_its_patience", "after_it"])
async def test_an_end_that_is_written_down_late_is_no_loss(
    engine: AsyncEngine,
    settings: ProcessSettings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    looks: int,
) -> None:
    """The switch writes a channel's end into its record after it took the channel away."""
    monkeypatch.setattr("dialer.shell.recovery.RECORD_LOOKS", looks)
    monkeypatch.setattr("dialer.shell.recovery.CHECK_EVERY_S", math.inf)  # no later look
    cel = tmp_path / "Master.csv"
    async with office(engine, settings, seat_or(Party()), cel=cel) as floor:
        channel = await gone_in_a_gap(engine, floor, cel)
        floor.telephony.restore()
        if looks == 1:  # else the gap is not over before the end is there
            await eventually(connected(floor.leader))
        assert await floor.ask(OUTCOMES) == [(None, 1)]
        with cel.open("a") as record:
            record.write(cel_line("HANGUP", datetime.now(UTC), channel, cause=17))
        if looks == 1:
            monkeypatch.setattr("dialer.shell.recovery.CHECK_EVERY_S", 0.1)
        await floor.until(OUTCOMES, [("busy", 1)])
        assert await floor.ask("SELECT outcome_source FROM attempt") == [("cel",)]


async def test_what_lived_when_the_switch_died_is_lost_with_it(
    engine: AsyncEngine, settings: ProcessSettings, tmp_path: Path
) -> None:
    cel = tmp_path / "Master.csv"
    async with office(engine, settings, seat_or(Party()), cel=cel) as floor:
        await gone_in_a_gap(engine, floor, cel)
        floor.telephony.restore(restarted=True)
        await eventually(connected(floor.leader))
        assert await floor.ask(OUTCOMES) == [("switch_lost", 1)]


@pytest.mark.parametrize(
    ("restarted", "outcome"), [(True, "switch_lost"), (False, "not_sent")]
)
async def test_what_a_dead_switch_was_asked_for_may_have_rung(
    engine: AsyncEngine, settings: ProcessSettings, restarted: bool, outcome: str
) -> None:
    """Neither an event nor its record tells of it: it died before it wrote them."""
    async with office(engine, settings, seat_or(Party())) as floor:
        floor.telephony.lose("test")
        await eventually(disconnected(floor))
        (attempt,) = await attempts_of_a_dead_leader(engine, 1)
        async with engine.begin() as connection:
            asked = (
                "INSERT INTO call_event (attempt_id, kind, at, data, epoch)"
                " SELECT id, 'placed', placed_at, jsonb_build_object('threshold_s', 2.0,"
                " 'wrap_up_s', 30.0, 'agentless', false), 0 FROM attempt"
            )
            await connection.execute(text(asked))
        floor.telephony.restore(restarted=restarted)
        await eventually(connected(floor.leader))
        assert await floor.ask("SELECT id::text, outcome FROM attempt") == [
            (attempt, outcome)
        ]


async def gone_in_a_gap(engine: AsyncEngine, floor: Office, cel: Path) -> str:
    """A call is refused while nobody hears the switch, which has not yet written down
    its end; returns its channel."""
    await a_running_campaign(engine, 1)
    floor.seat("agent001")
    await floor.until("SELECT count(*) FROM call_event WHERE kind = 'ringing'", [(1,)])
    floor.telephony.lose("test")
    await eventually(disconnected(floor))
    (channel,) = [c.channel for c in floor.telephony.placed if c.context == "debtor"]
    floor.telephony.refuse(channel, cause=17, sip_code=486)
    line = cel_line("CHAN_START", datetime.now(UTC), channel)
    await asyncio.to_thread(cel.write_text, line)
    return channel


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
        await eventually(disconnected(floor))
        monkeypatch.setattr("dialer.adapters.cel.READ_LIMIT_S", 0.0)
        (attempt,) = await attempts_of_a_dead_leader(engine, 1)
        cel.write_text(cel_line("HANGUP", datetime.now(UTC), attempt, cause=17))
        floor.telephony.restore()

        async def tried_twice() -> bool:
            return caplog.text.count("floor_unread") >= 2

        await eventually(tried_twice)
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
        await eventually(placed(floor, 1))
        floor.telephony.lose("test")
        await eventually(disconnected(floor))

        async def rang_unseen() -> bool:
            return floor.telephony.ringing() == 1

        await eventually(rang_unseen)
        floor.telephony.restore()
        await floor.until(OUTCOMES, [("no_answer", 1)])
        assert await floor.ask("SELECT outcome_source FROM attempt") == [("events",)]
