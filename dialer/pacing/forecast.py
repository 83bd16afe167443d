"""The floor over the next ring times: agents that come free, calls that are answered.

Pure. For each horizon (a quantile of the time to a person's answer): how many agents
will be free by then, as mean and variance, and how many people will have answered.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from math import inf

import numpy as np
from numpy.typing import NDArray

from dialer.pacing.counts import Supply

Floats = NDArray[np.float64]
Count = tuple[float, float]  # mean, variance


@dataclass(slots=True)
class Forecast:
    """One entry per horizon; `free` agents are there already, less those who leave."""

    free: list[int]
    done: list[Count]
    answered: list[Count]
    new_call: list[float]  # chance that a call placed now is answered by then
    spread: float  # coefficient of variation of the level of answers
    doubt: float = 0.0  # the same of the rate at which agents come free
    _supply: list[Supply] = field(default_factory=list)

    def chance_of_drop(self, more: float, enough: float = inf) -> float:
        """That a call answered among `more` others placed now finds no agent.

        Counts no further once it is above `enough`.
        """
        if not self._supply:
            doubted = self.doubt * self.doubt
            self._supply = [
                Supply(free, (ends, spread + doubted * ends * ends))
                for free, (ends, spread) in zip(self.free, self.done, strict=True)
            ]
        total, enough = 0.0, enough * len(self.free)
        uncertain = self.spread * self.spread
        for supply, (mean, variance), q in zip(
            self._supply, self.answered, self.new_call, strict=True
        ):
            mean += more * q
            variance += more * q * (1.0 - q) + uncertain * mean * mean
            total += supply.likely_short_of((mean, variance))
            if total > enough:
                break
        return total / len(self.free)


def counted(chances: Floats) -> tuple[list[float], list[float]]:
    """Means and variances of the sums of independent yes-or-no counts, by column."""
    if len(chances) == 0:
        width = chances.shape[1]
        return [0.0] * width, [0.0] * width
    means = np.add.reduce(chances, 0)
    variances = means - np.einsum("ij,ij->j", chances, chances)
    return means.tolist(), variances.tolist()


def most_calls(forecast: Forecast, theta: float, weights: list[float], cap: int) -> int:
    """Return how many calls may be placed so that the last one's risk is at most theta.

    The first one's is known to be. `weights` are multiples of an ordinary call's chance
    of answer; beyond them calls are ordinary. Looks for n by doubling, then by halving.
    """
    if cap <= 0:
        return 0
    good, step = 1, 1
    while good < cap:
        tried = min(cap, good + step)
        if forecast.chance_of_drop(_before(weights, tried), theta) > theta:
            bad = tried
            break
        good, step = tried, step * 2
    else:
        return good
    while bad - good > 1:
        middle = (good + bad) // 2
        if forecast.chance_of_drop(_before(weights, middle), theta) > theta:
            bad = middle
        else:
            good = middle
    return good


def _before(weights: list[float], nth: int) -> float:
    """Weight of the calls before the n-th."""
    others = nth - 1
    if not weights:
        return float(others)
    known = sum(weights[:others])
    return known + max(0, others - len(weights)) * (sum(weights) / len(weights))
