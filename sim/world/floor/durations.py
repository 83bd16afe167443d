"""Laws of durations, drawn by the thousand. Pure; all are in seconds.

A law is told by its mean and its coefficient of variation (standard deviation / mean),
which is how the field reports them.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

SHAPES = ("constant", "exponential", "gamma", "lognormal", "pareto", "endless")


class BadDuration(ValueError):
    """No such law, or a mean or variation that it cannot have."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Duration:
    """`pareto` has the heavy tail of its `cv` (> 1 is sensible); `endless` is for ever."""

    shape: str
    mean_s: float = 0.0
    cv: float = 1.0
    most_s: float = 7200.0

    def __post_init__(self) -> None:
        if self.shape not in SHAPES:
            raise BadDuration(f"{self.shape!r} is none of {', '.join(SHAPES)}")
        if not 0 <= self.mean_s < math.inf or not 0 < self.cv <= 10 or self.most_s <= 0:
            raise BadDuration(f"mean {self.mean_s} s, cv {self.cv}, most {self.most_s} s")

    def draw(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        """`size` durations, always with the same use of the generator."""
        if self.shape == "endless":
            return np.full(size, np.inf)
        if self.shape == "constant" or self.mean_s == 0:
            return np.full(size, self.mean_s)
        return np.minimum(self._drawn(rng, size), self.most_s)

    def _drawn(self, rng: np.random.Generator, size: int) -> NDArray[np.float64]:
        mean, cv = self.mean_s, self.cv
        match self.shape:
            case "exponential":
                return rng.exponential(mean, size)
            case "gamma":
                return rng.gamma(1.0 / cv**2, mean * cv**2, size)
            case "lognormal":
                variance = math.log1p(cv**2)
                return rng.lognormal(
                    math.log(mean) - variance / 2, math.sqrt(variance), size
                )
            case _:  # Lomax with finite variance: cv² = a / (a - 2)
                a = 2.0 * cv**2 / (cv**2 - 1.0) if cv > 1 else 50.0
                return mean * (a - 1.0) * rng.pareto(a, size)


ENDLESS = Duration(shape="endless")


def duration(table: Mapping[str, Any]) -> Duration:
    """Read a law from a scenario's table; raises BadDuration.

    >>> duration({"law": "lognormal", "mean": 120, "cv": 1.0}).mean_s
    120.0
    """
    rest = dict(table)
    shape = str(rest.pop("law", ""))
    known = {"mean": "mean_s", "cv": "cv", "most": "most_s"}
    if strange := sorted(set(rest) - set(known)):
        raise BadDuration(f"unknown: {', '.join(strange)}")
    try:
        numbers = {known[name]: float(value) for name, value in rest.items()}
    except (TypeError, ValueError):
        raise BadDuration(f"not numbers: {rest}") from None
    if shape not in {"endless", ""} and "mean_s" not in numbers:
        raise BadDuration(f"{shape}: mean is missing")
    return Duration(shape=shape, **numbers)
