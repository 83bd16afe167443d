"""One campaign of 500 calls with every outcome that a network has, on the real stack."""

from __future__ import annotations

import wave
from dataclasses import dataclass
from datetime import timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest
import pytest_asyncio
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.recordings.opening import open_recording
from foundation.db.engine import connect
from foundation.home import Home
from foundation.plan import UpSettings
from sim import scenarios
from sim.carrier import trace_file
from sim.personas.sounds import seconds
from sim.runner import Rehearsal, Stories, run
from sim.world.compare import Comparison, compare
from sim.world.trace import TraceRow
from tests.real_switch import eventually

CALLS = 500
QUIET_RMS = 30  # of 32,768: below it a channel carries no sound
AUDIBLE_S = 0.5  # of what was said, within the recording: more than a pause in a word
HEADSET_PAUSE_S = 1.0  # the agents' headsets never are silent for longer
pytestmark = pytest.mark.timeout(600)


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recording: RMS of the debtor's and of our channel, how long it is, and how much
    of what the debtor said by the trace was said while it ran."""

    debtor: float
    ours: float
    lasts_s: float
    said_s: float


class Seen:
    """What was looked at while everything was still up."""

    stories: Stories
    ends: dict[int, int]
    agents: dict[str, int]
    recorded: dict[UUID, Recorded]
    clear: list[Path]

    async def look(self, settings: UpSettings) -> None:
        engine = connect(settings)
        try:
            await self._look(settings, engine)
        finally:
            await engine.dispose()

    async def _look(self, settings: UpSettings, engine: AsyncEngine) -> None:
        home = Home(settings.home)

        async def all_sealed() -> bool:
            async with engine.connect() as connection:
                query = "SELECT count(*) FROM outbox WHERE done_at IS NULL"
                left: int = (await connection.execute(text(query))).scalar_one()
                return left == 0

        async def all_idle() -> bool:
            async with engine.connect() as connection:
                return set(await _agents(connection)) == {"idle"}

        await eventually(all_sealed, within_s=90)
        await eventually(all_idle, within_s=90)
        async with engine.begin() as connection:
            self.agents = await _agents(connection)
            self.ends = await _ends(connection)
            query = """
                SELECT * FROM (
                       SELECT id, ltrim(number, '+') AS number, bridged_at,
                              ended_at - answered_at AS lasted,
                              row_number() OVER (PARTITION BY number ORDER BY placed_at)
                         FROM attempt WHERE outcome <> 'not_sent') sent
                 WHERE bridged_at IS NOT NULL"""
            bridged = (await connection.execute(text(query))).all()
        drawn = {(row.number, row.nth): row for row in trace_file.read(home.demo_trace)}
        self.recorded = {
            call.id: await _recorded(
                engine, home, call.id, call.lasted, drawn[call.number, call.row_number]
            )
            for call in bridged
        }
        self.clear = list(home.recordings_clear.iterdir())


async def _agents(connection: AsyncConnection) -> dict[str, int]:
    query = """
        SELECT state, count(*) FROM (
               SELECT DISTINCT ON (agent_id) data->>'state' AS state FROM call_event
                WHERE kind = 'agent' ORDER BY agent_id, id DESC) last
         GROUP BY state"""
    return {state: many for state, many in await connection.execute(text(query))}


async def _ends(connection: AsyncConnection) -> dict[int, int]:
    """How many attempts have so many ends."""
    query = """
        SELECT ends, count(*) FROM (
               SELECT a.id, count(e.id) AS ends FROM attempt a
                 LEFT JOIN call_event e ON e.attempt_id = a.id
                  AND e.kind IN ('hungup', 'resolved', 'not_sent')
                GROUP BY a.id) counted
         GROUP BY ends"""
    return {ends: many for ends, many in await connection.execute(text(query))}


async def _recorded(
    engine: AsyncEngine, home: Home, attempt: UUID, lasted: timedelta, drawn: TraceRow
) -> Recorded:
    pieces = await open_recording(engine, home, attempt, by="test")
    with wave.open(BytesIO(b"".join(pieces))) as sound:
        assert (sound.getnchannels(), sound.getframerate()) == (2, 8000)
        frames = np.frombuffer(sound.readframes(sound.getnframes()), "<i2")
    both = frames.reshape(-1, 2).astype(float)
    debtor, ours = np.sqrt((both**2).mean(axis=0))
    lasts_s, until_s = len(both) / 8000, lasted.total_seconds()
    said_s = sum(
        max(0.0, min(said.at_s + seconds(said.what), until_s) - max(said.at_s, from_s))
        for from_s in [until_s - lasts_s]
        for said in drawn.says
    )
    return Recorded(float(debtor), float(ours), lasts_s, said_s)


@pytest_asyncio.fixture(scope="module")
async def seen() -> Seen:
    rehearsal = Rehearsal(
        scenario=scenarios.FOLDER / "every_outcome.toml",
        engine="asterisk",
        agents=20,
        debtors=CALLS,
        seconds=None,
    )
    seen = Seen()
    seen.stories = await run(rehearsal, print, seen.look)
    return seen


@pytest.fixture
def comparison(seen: Seen) -> Comparison:
    return compare(seen.stories.dialer, seen.stories.carrier)


def test_the_dialers_outcomes_equal_the_carriers_truth_row_for_row(
    comparison: Comparison,
) -> None:
    assert comparison.differences == ()
    assert comparison.placed == CALLS


def test_every_network_outcome_occurred(comparison: Comparison) -> None:
    occurred = {line.outcome for line in comparison.lines if line.dialer}
    # an attempt that a busy machine delays for over a second is never sent
    assert occurred - {"not_sent"} == {
        "answered",
        "busy",
        "no_answer",
        "invalid_number",
        "rejected",
        "congestion",
        "carrier_silent",
    }


def test_each_attempt_has_exactly_one_end(seen: Seen) -> None:
    assert seen.ends == {1: CALLS}


def test_no_agent_is_stuck(seen: Seen) -> None:
    assert seen.agents == {"idle": 20}


def test_bridged_calls_have_recordings_with_sound_on_both_channels(seen: Seen) -> None:
    assert len(seen.recorded) > 100
    silent = {
        attempt: recorded
        for attempt, recorded in seen.recorded.items()
        if (recorded.lasts_s > HEADSET_PAUSE_S and recorded.ours < QUIET_RMS)
        or (recorded.said_s > AUDIBLE_S and recorded.debtor < QUIET_RMS)
    }
    assert silent == {}
    asked = [r for r in seen.recorded.values() if min(r.said_s, r.lasts_s) > AUDIBLE_S]
    assert len(asked) > len(seen.recorded) / 2


def test_no_clear_recording_is_left(seen: Seen) -> None:
    assert seen.clear == []
