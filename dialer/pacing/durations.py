"""How long a talk or a wrap-up goes on, given how long it has gone on. Pure.

A hazard on logarithmic bins, drawn towards that of a lognormal law fitted to the same
data: few observations give the law, many give the bins. Durations in progress count as
censored, so the first short talks of a shift do not make talks look short.
"""

from __future__ import annotations

from math import erfc, exp, log, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LONGEST_S = 1800
_EDGES: Floats = np.concatenate(([0.0], np.geomspace(2.0, LONGEST_S, 30)))
_WIDTHS: Floats = np.diff(_EDGES)
_BIN_OF: NDArray[np.intp] = np.searchsorted(_EDGES, np.arange(LONGEST_S) + 0.5) - 1
_SECONDS: Floats = np.arange(LONGEST_S, dtype=np.float64) + 0.5
_MEMORY = 1500.0  # durations
_PULL = 6.0  # ended durations per bin that the law is worth
_Z: Floats = np.linspace(-6.0, 8.0, 561)


def _mills(z: float) -> float:
    """Hazard of the standard normal."""
    tail = 0.5 * erfc(z / sqrt(2.0))
    return exp(-0.5 * z * z) / sqrt(2.0 * pi) / tail if tail > 1e-300 else z


_MILLS: Floats = np.array([_mills(float(z)) for z in _Z])


class Durations:
    """Learns from ended durations; `hazard` is per second, for each second of age."""

    def __init__(self, median_s: float, sigma: float, worth: float) -> None:
        self._ended: Floats = np.zeros(len(_WIDTHS))
        self._lasted_s: Floats = np.zeros(len(_WIDTHS))
        self._n = worth
        self._sum = worth * log(median_s)
        self._squares = worth * (log(median_s) ** 2 + sigma**2)
        self._none = 0.0
        self.count = 0

    def ended(self, duration_s: float) -> None:
        """One more; 0 means that there was none at all (no wrap-up)."""
        self.count += 1
        if self.count % 50 == 0:
            self._forget(1.0 - 50.0 / _MEMORY)
        if duration_s <= 0.0:
            self._none += 1.0
            return
        duration_s = min(duration_s, LONGEST_S - 0.5)
        lasted = np.clip(duration_s - _EDGES[:-1], 0.0, _WIDTHS)
        self._lasted_s += lasted
        self._ended[int(np.searchsorted(_EDGES, duration_s)) - 1] += 1.0
        size = log(max(duration_s, 0.5))
        self._n += 1.0
        self._sum += size
        self._squares += size * size

    def _forget(self, keep: float) -> None:
        self._ended *= keep
        self._lasted_s *= keep
        self._n *= keep
        self._sum *= keep
        self._squares *= keep
        self._none *= keep

    @property
    def none_share(self) -> float:
        """Chance that there is no such duration at all."""
        return self._none / (self._n + self._none)

    def hazard(self, ages_s: Floats) -> Floats:
        """Chance per second of ending, by second of age; `ages_s` are in progress."""
        mean = self._sum / self._n
        sigma = sqrt(max(self._squares / self._n - mean * mean, 0.01))
        z = (np.log(_SECONDS) - mean) / sigma
        law = np.interp(z, _Z, _MILLS) / (_SECONDS * sigma)
        law_of_bin = np.bincount(_BIN_OF, law, len(_WIDTHS)) / np.maximum(
            np.bincount(_BIN_OF, None, len(_WIDTHS)), 1
        )
        lasted = self._lasted_s
        if len(ages_s):
            lasted = lasted + np.clip(ages_s[:, None] - _EDGES[:-1], 0.0, _WIDTHS).sum(0)
        factor = (self._ended + _PULL) / (lasted * law_of_bin + _PULL)
        return np.minimum(law * factor[_BIN_OF], 2.0)

    def mean_s(self, ages_s: Floats) -> float:
        """Expected whole duration, 0 included."""
        survival = np.exp(-np.cumsum(self.hazard(ages_s)))
        return float(1.0 + survival.sum()) * (1.0 - self.none_share)
