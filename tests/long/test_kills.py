"""Processes are killed in mid-campaign: every attempt still has its one true end.

On the real stack; each is killed with SIGKILL and started again by the supervisor. The
carrier's own log says what the network really did.
"""

from __future__ import annotations

import os
import signal
from collections import Counter
from collections.abc import Sequence

import pytest
import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.db.engine import connect
from foundation.plan import UpSettings
from foundation.supervision import Child
from sim.runner import Stories, run
from sim.world.compare import Pair, compare
from tests.builders.rehearsed import ENDS, a_rehearsal, agent_states, ask
from tests.real_switch import eventually

pytestmark = pytest.mark.timeout(400)

AGENTS, DEBTORS = 8, 48
KILLED = (("dialer", 10), ("dialer", 20), ("asterisk", 30))  # once so many are placed
PATIENCE_S = 120  # for what takes a few seconds on a machine with nothing else to do


class Killing:
    """Kills processes in mid-run, and looks at what is left at the end."""

    stories: Stories

    def __init__(self) -> None:
        self.in_the_air: list[int] = []  # attempts without an end, at each kill
        self.ends: dict[int, int] = {}
        self.states: dict[str, int] = {}
        self.sources: Counter[str] = Counter()

    async def disturb(self, settings: UpSettings, children: Sequence[Child]) -> None:
        kept = {child.program.name: child for child in children}
        engine = connect(settings, pool_size=1)
        try:
            for name, placed in KILLED:
                await self._in_mid_run(engine, placed)
                process = kept[name].process
                assert process is not None
                os.kill(process.pid, signal.SIGKILL)
        finally:
            await engine.dispose()

    async def _in_mid_run(self, engine: AsyncEngine, placed: int) -> None:
        async def is_so() -> bool:
            ((all_, open_),) = await ask(
                engine, "SELECT count(*), count(*) - count(outcome) FROM attempt"
            )
            if all_ < placed or open_ < 3:
                return False
            self.in_the_air.append(open_)
            return True

        await eventually(is_so, within_s=PATIENCE_S)

    async def look(self, settings: UpSettings) -> None:
        engine = connect(settings, pool_size=1)
        try:
            await eventually(lambda: self._all_idle(engine), within_s=PATIENCE_S)
            self.ends = dict(await ask(engine, ENDS))
            sources = "SELECT outcome_source, count(*) FROM attempt GROUP BY 1"
            self.sources.update(dict(await ask(engine, sources)))
        finally:
            await engine.dispose()

    async def _all_idle(self, engine: AsyncEngine) -> bool:
        self.states = await agent_states(engine)
        return self.states == {"idle": AGENTS}


@pytest_asyncio.fixture(scope="module")
async def killing() -> Killing:
    killing = Killing()
    rehearsal = a_rehearsal("every_outcome", AGENTS, DEBTORS)
    killing.stories = await run(rehearsal, print, killing.look, killing.disturb)
    assert len(killing.in_the_air) == len(KILLED)
    return killing


@pytest.fixture
def pairs(killing: Killing) -> tuple[Pair, ...]:
    return compare(killing.stories.dialer, killing.stories.carrier).pairs


def test_outcomes_are_the_carriers_truth_but_for_calls_that_died_with_the_switch(
    killing: Killing, pairs: tuple[Pair, ...]
) -> None:
    lost = [pair for pair in pairs if pair.dialer == "switch_lost"]
    assert [pair for pair in pairs if pair.differs and pair not in lost] == []
    assert len(lost) <= killing.in_the_air[-1] + AGENTS  # some were placed just then


def test_each_attempt_has_exactly_one_end(killing: Killing) -> None:
    assert len(killing.stories.dialer) == DEBTORS
    assert killing.ends == {1: DEBTORS}


def test_some_ended_while_nobody_listened(killing: Killing) -> None:
    assert killing.sources["cel"] > 0


def test_no_number_was_invited_twice(killing: Killing) -> None:
    """Each debtor has one turn, so one INVITE at most."""
    invites = Counter(seen.number for seen in killing.stories.carrier)
    assert set(invites.values()) == {1}


def test_no_agent_is_stuck(killing: Killing) -> None:
    assert killing.states == {"idle": AGENTS}
