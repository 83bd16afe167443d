"""Laws of random durations, as values.

Pure: the generator comes in as an argument, so the same seed gives the same seconds.
All values are seconds, rounded to the millisecond, so that a trace reads back as it was
written.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np


class UnknownLaw(ValueError):
    """A scenario names a law that does not exist, or leaves out one of its parameters."""


@dataclass(frozen=True, slots=True)
class Constant:
    value: float

    def draw(self, _rng: np.random.Generator) -> float:
        return self.value


@dataclass(frozen=True, slots=True)
class Uniform:
    low: float
    high: float

    def draw(self, rng: np.random.Generator) -> float:
        return float(rng.uniform(self.low, self.high))


@dataclass(frozen=True, slots=True)
class Exponential:
    mean: float

    def draw(self, rng: np.random.Generator) -> float:
        return float(rng.exponential(self.mean))


@dataclass(frozen=True, slots=True)
class Lognormal:
    """`median` in seconds; `sigma` is the standard deviation of the logarithm."""

    median: float
    sigma: float

    def draw(self, rng: np.random.Generator) -> float:
        return float(rng.lognormal(np.log(self.median), self.sigma))


Shape = Constant | Uniform | Exponential | Lognormal

_SHAPES: dict[str, tuple[type[Shape], tuple[str, ...]]] = {
    "constant": (Constant, ("value",)),
    "uniform": (Uniform, ("low", "high")),
    "exponential": (Exponential, ("mean",)),
    "lognormal": (Lognormal, ("median", "sigma")),
}


@dataclass(frozen=True, slots=True)
class Law:
    """A shape, cut to the range from `at_least` to `at_most` seconds."""

    shape: Shape
    at_least: float = 0.0
    at_most: float = 3600.0

    def draw(self, rng: np.random.Generator) -> float:
        """Return seconds; one draw of the generator, whatever the cut."""
        seconds = self.shape.draw(rng)
        return round(min(max(seconds, self.at_least), self.at_most), 3)


def law(table: Mapping[str, Any]) -> Law:
    """Read a law from a scenario's table.

    >>> law({"law": "uniform", "low": 1, "high": 3})
    Law(shape=Uniform(low=1.0, high=3.0), at_least=0.0, at_most=3600.0)
    """
    rest = dict(table)
    name = rest.pop("law", None)
    if name not in _SHAPES:
        raise UnknownLaw(f"{name!r}: {', '.join(_SHAPES)}")
    kind, parameters = _SHAPES[name]
    missing = [parameter for parameter in parameters if parameter not in rest]
    if missing:
        raise UnknownLaw(f"{name}: falta {', '.join(missing)}")
    shape = kind(*(float(rest.pop(parameter)) for parameter in parameters))
    cut = {key: float(rest.pop(key)) for key in ("at_least", "at_most") if key in rest}
    if rest:
        raise UnknownLaw(f"{name}: {', '.join(rest)} não existe")
    return Law(shape, **cut)
