"""Two dialers on one database: the leader stands still, Valkey is emptied, the leader dies.

On the real stack. The other takes over, what the deposed one left behind is resolved, and
when that one wakes up it does nothing more. The carrier's own log is the truth.
"""

from __future__ import annotations

import os
import signal
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from typing import Any

import pytest
import pytest_asyncio
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.state.checking import Checked, check
from dialer.state.rebuild import Rebuilt, rebuild_attempts
from foundation.bus import BOARD, Bus
from foundation.bus import connect as connect_bus
from foundation.db.engine import connect
from foundation.embedded.valkey import redis_url
from foundation.living import pid_of
from foundation.plan import UpSettings
from foundation.supervision import Child
from sim.runner import Stories, run
from sim.world.compare import compare
from tests.builders.processes import Processes
from tests.builders.rehearsed import ENDS, a_rehearsal, agent_states, ask
from tests.real_switch import eventually

pytestmark = pytest.mark.timeout(600)

AGENTS, DEBTORS = 8, 60
PATIENCE_S = 120  # for what takes a few seconds on a machine with nothing else to do
TAKE_OVER_S = 5.0  # the aim; ten times as long is a failure

TERM = "SELECT max(epoch) FROM call_event WHERE kind = 'term_began'"
COUNTS = """SELECT count(*), count(*) - count(outcome), count(*) FILTER (WHERE epoch = 2)
              FROM attempt"""
LATE = """SELECT count(*) FROM attempt a, call_event e
           WHERE e.kind = 'term_began' AND e.epoch = a.epoch + 1 AND a.placed_at > e.at"""
MOVED = """SELECT count(*) FROM call_event a, call_event e
            WHERE e.kind = 'term_began' AND e.epoch = a.epoch + 1 AND a.id > e.id
              AND a.kind = 'agent'"""


class Succession:
    """Stops, wakes and kills leaders in mid-run; remembers what came of it."""

    stories: Stories
    checked: Checked
    rebuilt: Rebuilt

    def __init__(self) -> None:
        self.left_open: list[Any] = []  # attempts without an end when the leader stopped
        self.took_s: list[float] = []
        self.drawn_s = 0.0
        self.told: dict[str, Any] = {}

    async def disturb(self, settings: UpSettings, children: Sequence[Child]) -> None:
        (first,) = [child for child in children if child.program.name == "dialer"]
        assert first.process is not None
        engine = connect(settings, pool_size=1)
        client = connect_bus(redis_url(settings))
        try:
            async with Processes({}) as processes:
                second = await processes.start("dialer")
                await second.until(503)
                await self._until(engine, lambda all_, open_, _: all_ >= 12 and open_ >= 3)
                await self._stop(engine, first.process.pid)
                await self._until(engine, lambda _, __, mine: mine >= 6)
                os.kill(first.process.pid, signal.SIGCONT)
                await self._empty(client)
                await self._until(engine, lambda all_, open_, _: all_ >= 34 and open_ >= 2)
                await self._kill_the_leader(engine)
        finally:
            with suppress(ProcessLookupError):
                os.kill(first.process.pid, signal.SIGCONT)
            await client.aclose()
            await engine.dispose()

    async def _until(self, engine: AsyncEngine, enough: Any) -> None:
        async def is_so() -> bool:
            ((all_, open_, mine),) = await ask(engine, COUNTS)
            return bool(enough(all_, open_, mine))

        await eventually(is_so, within_s=PATIENCE_S)

    async def _stop(self, engine: AsyncEngine, pid: int) -> None:
        before = time.monotonic()
        os.kill(pid, signal.SIGSTOP)
        rows = await ask(engine, "SELECT id FROM attempt WHERE outcome IS NULL")
        self.left_open = [row[0] for row in rows]
        await self._taken(engine, 2, before)

    async def _kill_the_leader(self, engine: AsyncEngine) -> None:
        """Whichever it is by now: a busy machine may have made them change places."""
        ((holder, epoch),) = await ask(engine, "SELECT holder, epoch FROM leadership")
        before = time.monotonic()
        os.kill(pid_of(holder), signal.SIGKILL)
        await self._taken(engine, epoch + 1, before)

    async def _taken(self, engine: AsyncEngine, epoch: int, before: float) -> None:
        async def is_so() -> bool:
            ((last,),) = await ask(engine, TERM)
            return bool(last >= epoch)

        await eventually(is_so, within_s=10 * TAKE_OVER_S)
        self.took_s.append(time.monotonic() - before)

    async def _empty(self, client: Redis) -> None:
        before = time.monotonic()
        await client.flushall()

        async def is_drawn() -> bool:
            return len(await Bus(client).table(BOARD)) == AGENTS

        await eventually(is_drawn, within_s=PATIENCE_S)
        self.drawn_s = time.monotonic() - before

    async def look(self, settings: UpSettings) -> None:
        engine = connect(settings, pool_size=2)
        try:
            await eventually(lambda: self._all_idle(engine), within_s=PATIENCE_S)
            for name, query in {"ends": ENDS, "late": LATE, "moved": MOVED}.items():
                self.told[name] = await ask(engine, query)
            rows = await ask(engine, "SELECT id FROM attempt WHERE outcome IS NULL")
            self.told["open"] = rows
            self.rebuilt = await rebuild_attempts(engine, write=False)
            self.checked = await check(settings)
        finally:
            await engine.dispose()

    async def _all_idle(self, engine: AsyncEngine) -> bool:
        self.told["states"] = await agent_states(engine)
        return bool(self.told["states"] == {"idle": AGENTS})


@pytest_asyncio.fixture(scope="module")
async def succession() -> Succession:
    succession = Succession()
    rehearsal = a_rehearsal("every_outcome", AGENTS, DEBTORS)
    succession.stories = await run(rehearsal, print, succession.look, succession.disturb)
    told = ", ".join(f"{seconds:.1f} s" for seconds in succession.took_s)
    print(f"taken over after {told}; board drawn again after {succession.drawn_s:.1f} s")
    return succession


def test_another_leads_soon_after_the_leader_stood_still_and_after_it_died(
    succession: Succession,
) -> None:
    assert len(succession.took_s) == 2  # each within ten times the aim, or it had failed


def test_the_deposed_leader_commits_nothing_and_moves_nobody(
    succession: Succession,
) -> None:
    assert succession.told["late"] == [(0,)]
    assert succession.told["moved"] == [(0,)]


def test_what_the_deposed_leader_left_open_has_its_one_end(succession: Succession) -> None:
    assert len(succession.left_open) >= 3
    assert succession.told["open"] == []
    assert succession.told["ends"] == [(1, DEBTORS)]


def test_outcomes_are_the_carriers_truth(succession: Succession) -> None:
    stories = succession.stories
    pairs = compare(stories.dialer, stories.carrier).pairs
    assert [pair for pair in pairs if pair.differs] == []


def test_no_number_was_invited_twice(succession: Succession) -> None:
    invites = Counter(seen.number for seen in succession.stories.carrier)
    assert set(invites.values()) == {1}


def test_an_emptied_valkey_is_drawn_again_and_no_agent_is_stuck(
    succession: Succession,
) -> None:
    assert succession.drawn_s < PATIENCE_S
    assert succession.told["states"] == {"idle": AGENTS}


def test_nothing_impossible_is_left(succession: Succession) -> None:
    assert succession.checked.violations == []
    assert succession.checked.agents == AGENTS


def test_the_columns_are_what_the_facts_say(succession: Succession) -> None:
    assert (succession.rebuilt.attempts, succession.rebuilt.untold) == (DEBTORS, 0)
    assert succession.rebuilt.changed == {}
