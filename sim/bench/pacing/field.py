"""Who competes: our core, its steady-state mode, and the baselines. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import numpy as np

from dialer.pacing import Pacer
from sim.world.baselines.busy_factor import BusyFactor
from sim.world.baselines.issabel import Issabel
from sim.world.baselines.minutes_ahead import MinutesAhead
from sim.world.baselines.ratio import Ratio
from sim.world.baselines.steady_state import SteadyState
from sim.world.baselines.vicidial import Method, Vicidial
from sim.world.floor.engine import AnyPacer
from sim.world.floor.scenario import FloorScenario

Make = Callable[[FloorScenario, int], AnyPacer]

CORE, ERLANG = "core", "core-erlang"
OURS = (CORE, ERLANG)


def _ratio(calls_per_agent: float) -> Make:
    return lambda _floor, _seed: Ratio(calls_per_agent)


def _vicidial(method: Method) -> Make:
    return lambda floor, _: Vicidial(floor.target, hours=floor.hours, method=method)


def _level(max_level: float, available_only: bool, limit: float) -> Make:
    """HARD with its highest level set, and its own limit at a part of the target."""
    return lambda floor, _: Vicidial(
        limit * floor.target,
        hours=floor.hours,
        max_level=max_level,
        available_only=available_only,
    )


def _levels() -> dict[str, Make]:
    kinds = (
        ("max", (1.1, 1.2, 1.35, 1.6, 2.0, 3.0)),
        ("ready", (2.0, 3.0, 4.5, 7.0, 12.0)),
    )
    return {
        f"vicidial-{kind}-{level:g}-{limit:g}": _level(level, kind == "ready", limit)
        for kind, levels in kinds
        for level in levels
        for limit in (1.0, 0.8)
    }


FIELD: Mapping[str, Make] = {
    CORE: lambda floor, _: Pacer(floor.policy()),
    ERLANG: lambda floor, _: Pacer(replace(floor.policy(), mode="erlang")),
    "one-to-one": _ratio(1.0),
    "ratio-2": _ratio(2.0),
    "vicidial-hard": _vicidial("hard"),
    "vicidial-average": _vicidial("average"),
    "vicidial-tapered": _vicidial("tapered"),
    "issabel": lambda _floor, _seed: Issabel(),
    "busy-factor": lambda floor, _: BusyFactor(floor.target),
    "minutes-ahead": lambda floor, seed: MinutesAhead(
        floor.target, np.random.default_rng([seed, 7])
    ),
    "steady-state": lambda floor, _: SteadyState(floor.target, floor.threshold_s),
}

#: name -> settings of which the best is taken after the fact
TUNED: Mapping[str, Mapping[str, Make]] = {
    "ratio-tuned": {
        f"ratio-{calls:g}": _ratio(calls) for calls in (1.5, 2.0, 3.0, 4.0, 6.0, 9.0, 13.0)
    },
    "vicidial-tuned": _levels(),
}

ALL: Mapping[str, Make] = {
    **FIELD, **{name: make for group in TUNED.values() for name, make in group.items()}
}  # fmt: skip
