"""From shifts to figures with an interval, and whether a replay is to be trusted. Pure.

Each shift is one day that could have been; the interval is where 95 % of such days lie:
mean ± t · s · sqrt(1 + 1/n). Differences are taken shift by shift, between settings that
met the same people, so most of what chance does to a day falls out of them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from statistics import fmean, stdev

from scipy.special import stdtrit

from sim.world.replay.day import FIGURES

LEVEL = 0.95
WIDEST = 0.02  # half a share's interval, at most, for a day to say anything
SHARES = ("occupancy", "abandoned_share")

Figures = Mapping[str, float]


class TooFewShifts(ValueError):
    """An interval needs at least two shifts."""


@dataclass(frozen=True, slots=True)
class Estimate:
    """`half` is half the width of the interval."""

    mean: float
    half: float

    @property
    def low(self) -> float:
        return self.mean - self.half

    @property
    def high(self) -> float:
        return self.mean + self.half

    def holds(self, value: float) -> bool:
        return abs(value - self.mean) <= self.half + 1e-12


def estimate(values: Sequence[float]) -> Estimate:
    """Raises TooFewShifts.

    >>> found = estimate([0.88, 0.90, 0.89, 0.91, 0.87])
    >>> round(found.mean, 3), round(found.half, 3)
    (0.89, 0.048)
    """
    n = len(values)
    if n < 2:
        raise TooFewShifts(f"{n}")
    factor = float(stdtrit(n - 1, 0.5 + LEVEL / 2)) * sqrt(1 + 1 / n)
    return Estimate(fmean(values), factor * stdev(values))


def estimates(shifts: Sequence[Figures]) -> dict[str, Estimate]:
    """Each figure of the shifts."""
    return {name: estimate([shift[name] for shift in shifts]) for name in FIGURES}


def gains(shifts: Sequence[Figures], others: Sequence[Figures]) -> dict[str, Estimate]:
    """Each figure of `shifts` less that of `others`, seed by seed."""
    pairs = list(zip(shifts, others, strict=True))
    return {name: estimate([a[name] - b[name] for a, b in pairs]) for name in FIGURES}


@dataclass(frozen=True, slots=True)
class Trust:
    """What speaks against a replay: shares outside their interval, or too wide a one."""

    outside: tuple[str, ...]
    wide: tuple[str, ...]

    @property
    def good(self) -> bool:
        return not (self.outside or self.wide)


def trust(worked: Figures, replayed: Mapping[str, Estimate]) -> Trust:
    """Compare a day with its replay under its own settings."""
    return Trust(
        outside=tuple(n for n in SHARES if not replayed[n].holds(worked[n])),
        wide=tuple(n for n in SHARES if replayed[n].half > WIDEST),
    )
