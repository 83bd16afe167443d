"""The real dialer on the real switch does what the virtual floor says it will.

Twenty simulated agents over a trace in compressed time. The same people, in the order in
which they were really called, are then rung on the virtual floor by the same pacer. The
comparison means something only if it can fail: with the virtual floor's ring times
doubled it must.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from statistics import fmean

import pytest
from scipy.stats import binom
from sqlalchemy import text

from dialer.calls.agent import AgentState
from dialer.campaigns.running import DEFAULT_LIMITS
from dialer.figures.occupancy import BUSY
from dialer.pacing import Pacer, Policy
from foundation.db.engine import connect
from foundation.home import Home
from foundation.plan import UpSettings
from sim import scenarios
from sim.carrier import trace_file
from sim.runner import Rehearsal, run
from sim.world.compare import compare
from sim.world.floor.engine import Floor
from sim.world.floor.traced import TracedLeads, floor_of
from sim.world.laws import Law
from sim.world.trace import TraceRow

pytestmark = pytest.mark.timeout(1800)

SCENARIO = Path(__file__).with_name("floor.toml")
AGENTS, DEBTORS, SECONDS, RING_S = 20, 3_000, 780.0, 14
LEAST_ANSWERED = 500
POINTS = 0.03
CONFIDENCE = 0.999
SEEDS = range(10)

_SPAN = text(
    """
    SELECT max(at) FILTER (WHERE what->'status'->>1 = 'running') AS since,
           max(at) FILTER (WHERE what->'status'->>1 = 'stopped') AS until
      FROM campaign_change
    """
)
_CALLS = text(
    """
    SELECT number, placed_at, answered_at, abandoned FROM attempt
     WHERE direction = 'outbound' ORDER BY placed_at, id
    """
)
_STATES = text(
    """
    SELECT data->>'endpoint' AS agent, at, data->>'state' AS state
      FROM call_event WHERE kind = 'agent' ORDER BY id
    """
)


@dataclass(slots=True)
class Worked:
    """What the real floor did from the start of the campaign to its stop."""

    seconds: float
    occupancy: float
    answered: int
    abandoned: int
    rows: list[TraceRow]  # in the order in which they were called, then the others


@dataclass(frozen=True, slots=True)
class Predicted:
    """What the virtual floor says of the same people."""

    occupancy: float
    abandoned: float  # share of the answered

    def agrees(self, worked: Worked) -> bool:
        low, high = self.interval(worked.answered)
        near = abs(self.occupancy - worked.occupancy) <= POINTS
        return near and low <= worked.abandoned <= high

    def interval(self, answered: int) -> tuple[float, float]:
        low, high = binom.interval(CONFIDENCE, answered, self.abandoned)
        return float(low), float(high)


def occupancy(
    states: Sequence[tuple[str, datetime, str]], since: datetime, until: datetime
) -> float:
    """Talk and wrap-up over logged-in time in the span."""
    busy_s = logged_in_s = 0.0
    last: dict[str, tuple[datetime, AgentState]] = {}
    ends = [(agent, until, AgentState.OFFLINE.value) for agent, _, _ in states]
    for agent, at, name in [*states, *dict.fromkeys(ends)]:
        before = last.get(agent)
        last[agent] = (at, AgentState(name))
        if before is None:
            continue
        seconds = (min(at, until) - max(before[0], since)).total_seconds()
        if seconds > 0 and before[1] is not AgentState.OFFLINE:
            logged_in_s += seconds
            busy_s += seconds if before[1] in BUSY else 0.0
    return busy_s / logged_in_s


async def read(settings: UpSettings) -> Worked:
    engine = connect(settings, pool_size=1)
    try:
        async with engine.connect() as connection:
            span = (await connection.execute(_SPAN)).one()
            calls = list(await connection.execute(_CALLS))
            states = [tuple(row) for row in await connection.execute(_STATES)]
    finally:
        await engine.dispose()
    by_number = {row.number: row for row in trace_file.read(Home(settings.home).demo_trace)}
    rows = [by_number.pop(call.number.removeprefix("+")) for call in calls]
    answered = [call for call in calls if call.answered_at is not None]
    answered = [call for call in answered if call.answered_at < span.until]
    return Worked(
        seconds=(span.until - span.since).total_seconds(),
        occupancy=occupancy(states, span.since, span.until),
        answered=len(answered),
        abandoned=sum(call.abandoned for call in answered),
        rows=[*rows, *by_number.values()],
    )


def predict(worked: Worked, wrap_up_s: Law, *, rings: float = 1.0) -> Predicted:
    """Play the same people with the same pacer; agents' wrap-ups are drawn."""
    floor = floor_of(
        agents=AGENTS, seconds=worked.seconds, ring_limit_s=RING_S * rings, target=0.025
    )
    found = [
        Floor(
            floor,
            Pacer(Policy(limits=DEFAULT_LIMITS)),
            seed,
            on_event=True,
            leads=TracedLeads(worked.rows, wrap_up_s, seed, rings=rings),
        ).run()
        for seed in SEEDS
    ]
    return Predicted(
        occupancy=fmean(one.occupancy for one in found),
        abandoned=sum(one.abandoned for one in found) / sum(one.humans for one in found),
    )


async def test_the_virtual_floor_foretells_the_real_one() -> None:
    rehearsal = Rehearsal(
        scenario=SCENARIO, engine="asterisk", agents=AGENTS, debtors=DEBTORS,
        seconds=SECONDS, ring_s=RING_S,
    )  # fmt: skip
    seen: list[Worked] = []

    async def look(settings: UpSettings) -> None:
        seen.append(await read(settings))

    stories = await run(rehearsal, print, look=look)
    (worked,) = seen
    wrap_up_s = scenarios.load(SCENARIO).agents.wrap_up_s
    predicted = predict(worked, wrap_up_s)
    slower = predict(worked, wrap_up_s, rings=2.0)

    for name, one in (("floor", predicted), ("rings x2", slower)):
        low, high = one.interval(worked.answered)
        print(
            f"{name}: occupancy {one.occupancy:.1%} (real {worked.occupancy:.1%}), "
            f"abandoned {one.abandoned:.2%}, so {low:.0f} to {high:.0f} of "
            f"{worked.answered} (real {worked.abandoned})"
        )
    assert compare(stories.dialer, stories.carrier).differences == ()
    assert worked.answered >= LEAST_ANSWERED
    assert predicted.agrees(worked)
    assert not slower.agrees(worked)
