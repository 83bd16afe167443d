"""Floors and pacers that theory knows, and intervals over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
from scipy.stats import t as student

from dialer.pacing import Decision, Event, Snapshot
from sim.world.floor.durations import Duration
from sim.world.floor.engine import Floor
from sim.world.floor.result import ShiftResult
from sim.world.floor.scenario import FloorScenario, memoryless
from sim.world.limit import Analogue, Optimum, solve

SERVICE_S, PERIOD_S = 100.0, 2.0


class Poisson:
    """Launches blindly; the answers arrive as a Poisson process."""

    def __init__(self, calls_per_s: float, period_s: float, seed: int) -> None:
        self._mean = calls_per_s * period_s
        self._rng = np.random.default_rng([seed, 99])

    def observe(self, event: Event) -> None:
        """Blind."""

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        return Decision(calls=int(self._rng.poisson(self._mean)))


class Curve:
    """Keeps as many calls ringing as the solved optimum does."""

    def __init__(self, optimum: Optimum) -> None:
        self._optimum = optimum

    def observe(self, event: Event) -> None:
        """The state is all there is to know."""

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        busy = len(floor.talking) + len(floor.wrapping)
        return Decision(calls=max(0, self._optimum.ringing(busy) - len(floor.ringing)))


def interval(values: Sequence[float], confidence: float = 0.99) -> tuple[float, float]:
    """Interval of the mean."""
    mean, n = float(np.mean(values)), len(values)
    half = float(student.ppf((1 + confidence) / 2, n - 1) * np.std(values, ddof=1) / n**0.5)
    return mean - half, mean + half


def holds(values: Sequence[float], exact: float, widest: float) -> bool:
    """The interval holds the exact value, and is narrow enough to say something."""
    low, high = interval(values)
    return low <= exact <= high and high - low <= widest


def over_seeds(run: Callable[[int], float], seeds: int) -> list[float]:
    return [run(seed) for seed in range(seeds)]


def queue_of(agents: int, *, patience_s: float | None, threshold_s: float) -> FloorScenario:
    """A floor where everybody answers: only agents and the queue are left of it."""
    floor = memoryless(
        agents=agents, p=0.9999, target=0.5, hours=20, ring_s=10.0, service_s=SERVICE_S
    )
    floor = replace(floor, threshold_s=threshold_s)
    if patience_s is None:
        return floor
    patience = Duration(shape="exponential", mean_s=patience_s, most_s=1e9)
    return replace(floor, patience=patience)


def played(floor: FloorScenario, load_erl: float, seed: int) -> ShiftResult:
    blind = Poisson(load_erl / SERVICE_S / 0.98, PERIOD_S, seed)  # 0.98: the highest p
    return Floor(floor, blind, seed, period_s=PERIOD_S, keep_waits=True).run()


def on_the_curve(agents: int, p: float) -> tuple[Optimum, list[ShiftResult]]:
    """The solved optimum of a floor, and ten shifts that follow it."""
    optimum = solve(Analogue(agents=agents, answer_share=p, target=0.03))
    floor = memoryless(
        agents=agents, p=p, target=0.03, hours=25, ring_s=11.0, service_s=140.0
    )
    pacer = Curve(optimum)
    return optimum, [
        Floor(floor, pacer, seed, period_s=30.0, on_event=True).run() for seed in range(10)
    ]


def is_the_optimum(optimum: Optimum, runs: Sequence[ShiftResult]) -> bool:
    """They work and lose as much as it says."""
    occupancies = [run.occupancy for run in runs]
    shares = [run.abandoned_share for run in runs]
    return holds(occupancies, optimum.curve_occupancy, widest=0.015) and holds(
        shares, optimum.curve_abandoned, widest=0.008
    )
