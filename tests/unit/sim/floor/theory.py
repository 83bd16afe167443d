"""Pacers that theory knows, and intervals over seeds."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np
from scipy.stats import t as student

from dialer.pacing import Decision, Event, Snapshot
from sim.world.limit import Optimum


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
