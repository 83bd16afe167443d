"""How fast a decision and the floor are, by the processor's clock."""

from __future__ import annotations

import time
from dataclasses import replace

import numpy as np

from sim.bench.figures import Figure
from sim.bench.pacing import field
from sim.bench.pacing.aims import DECISION_AIM_US
from sim.bench.pacing.runs import Timed
from sim.world.baselines.ratio import Ratio
from sim.world.floor.engine import AnyPacer, Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts

FLOOR_AIM_S = 30.0
_QUICK_HOURS, _DECISION_HOURS = 0.25, 0.2


def floor_of(agents: int, hours: float) -> FloorScenario:
    """A plain floor, thirty percent answer."""
    return FloorScenario(
        name="speed", about="", hours=hours, target=0.03,
        shifts=Shifts(groups=(Group(agents=agents),)), parts=(ListPart(share=1.0, p=0.3),),
    )  # fmt: skip


def speed(quick: bool) -> list[Figure]:
    """Decisions for 500 agents; 200 agents x 8 h alone, and with the core inside."""
    return [*_decisions(), *_floors(_QUICK_HOURS if quick else 8.0)]


def _decisions() -> list[Figure]:
    floor = floor_of(500, _DECISION_HOURS)
    timed = Timed(field.ALL[field.CORE](floor, 1))
    Floor(floor, timed, 1, period_s=0.25).run()
    p50, p99 = (float(np.percentile(timed.ns, share)) / 1000 for share in (50, 99))
    return [
        Figure(
            what="decision, 500 agents, p99", value=p99, unit="µs",
            compared_with=f"p50 {p50:.0f} µs, {len(timed.ns)} decisions",
            aim=f"< {DECISION_AIM_US:.0f} µs", met=p99 < DECISION_AIM_US,
        )
    ]  # fmt: skip


def _floors(hours: float) -> list[Figure]:
    whole = floor_of(200, 8.0)
    bare_s = _played_s(whole, Ratio(1.0))
    part = replace(whole, hours=hours)
    core_s = _played_s(part, field.ALL[field.CORE](part, 1)) * 8.0 / hours
    said = "" if hours == whole.hours else f"from {hours:g} h"
    return [
        Figure(
            what="floor alone, 200 agents x 8 h", value=bare_s, unit="s", aim="< 10 s",
            met=bare_s < 10,
        ),
        Figure(
            what="floor with the core, 200 agents x 8 h", value=core_s, unit="s",
            compared_with=said, aim=f"< {FLOOR_AIM_S:.0f} s", met=core_s < FLOOR_AIM_S,
        ),
    ]  # fmt: skip


def _played_s(floor: FloorScenario, pacer: AnyPacer) -> float:
    begun = time.process_time()
    Floor(floor, pacer, 1, period_s=0.5).run()
    return time.process_time() - begun
