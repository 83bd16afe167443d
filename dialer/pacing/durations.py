"""How long a talk or a wrap-up goes on, given how long it has gone on. Pure.

A hazard on logarithmic bins, drawn towards that of lognormal laws: each of a grid of
them is believed as far as it explains what ended at which age *and* what has not ended
yet, so the first short talks of a shift do not make talks look short. Few observations
give the laws, many give the bins.
"""

from __future__ import annotations

from math import erfc, exp, pi, sqrt

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

LONGEST_S = 900  # who talks longer ends at the rate of that age
_EDGES: Floats = np.unique(np.round([0.0, *np.geomspace(2.0, LONGEST_S, 28)]))
_WIDTHS: Floats = np.diff(_EDGES)
_SECONDS: Floats = np.arange(LONGEST_S, dtype=np.float64) + 0.5
_BIN_OF: NDArray[np.intp] = np.searchsorted(_EDGES, _SECONDS) - 1
_MEMORY = 1500.0  # durations
_PULL = 6.0  # ended durations per bin that the laws are worth
_MOST_PER_S = 2.0


def _mills(z: float) -> float:
    """Hazard of the standard normal."""
    tail = 0.5 * erfc(z / sqrt(2.0))
    return exp(-0.5 * z * z) / sqrt(2.0 * pi) / tail if tail > 1e-300 else z


_Z: Floats = np.linspace(-8.0, 12.0, 801)
_MILLS: Floats = np.array([_mills(float(z)) for z in _Z])
_MEDIANS: Floats = np.repeat(np.geomspace(3.0, 700.0, 36), 4)
_SIGMAS: Floats = np.tile([0.45, 0.7, 0.95, 1.25], 36)
_LAWS: Floats = np.minimum(
    np.interp((np.log(_SECONDS) - np.log(_MEDIANS)[:, None]) / _SIGMAS[:, None], _Z, _MILLS)
    / (_SECONDS * _SIGMAS[:, None]),
    _MOST_PER_S,
)
_LAWS_BY_BIN: Floats = np.stack(
    [np.bincount(_BIN_OF, law, len(_WIDTHS)) for law in _LAWS]
) / np.bincount(_BIN_OF, None, len(_WIDTHS))
_LOG_LAWS: Floats = np.log(np.maximum(_LAWS_BY_BIN, 1e-12))


class Durations:
    """Learns from ended durations; `median_s` is believed within a factor of two."""

    def __init__(self, median_s: float) -> None:
        self._prior: Floats = -0.5 * (np.log(_MEDIANS / median_s) / 0.7) ** 2
        self._ended: Floats = np.zeros(len(_WIDTHS))
        self._lasted_s: Floats = np.zeros(len(_WIDTHS))
        self._none = 0.0
        self.count = 0

    def ended(self, duration_s: float) -> None:
        """One more; 0 means that there was none at all (no wrap-up)."""
        self.count += 1
        if self.count % 50 == 0:
            keep = 1.0 - 50.0 / _MEMORY
            self._ended *= keep
            self._lasted_s *= keep
            self._none *= keep
        if duration_s <= 0.0:
            self._none += 1.0
            return
        duration_s = min(duration_s, LONGEST_S - 0.5)
        self._lasted_s += np.clip(duration_s - _EDGES[:-1], 0.0, _WIDTHS)
        self._ended[int(np.searchsorted(_EDGES, duration_s)) - 1] += 1.0

    @property
    def none_share(self) -> float:
        """Chance that there is no such duration at all."""
        return self._none / (float(self._ended.sum()) + self._none + 2.0)

    def hazard(self, ages_s: Floats) -> Floats:
        """Chance per second of ending, by second of age; `ages_s` are in progress."""
        lasted = self._lasted_s
        if len(ages_s):
            lasted = lasted + np.clip(ages_s[:, None] - _EDGES[:-1], 0.0, _WIDTHS).sum(0)
        fit = self._prior + _LOG_LAWS @ self._ended - _LAWS_BY_BIN @ lasted
        weights = np.exp(fit - fit.max())
        weights /= weights.sum()
        believed = np.flatnonzero(weights > 1e-3)
        law = weights[believed] @ _LAWS[believed]
        law_by_bin = weights[believed] @ _LAWS_BY_BIN[believed]
        factor = (self._ended + _PULL) / (lasted * law_by_bin + _PULL)
        hazard: Floats = np.minimum(law * factor[_BIN_OF], _MOST_PER_S)
        return hazard
