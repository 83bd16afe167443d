"""What becomes of a call that rings: hazards of a person and of anything else, by age.

Pure. A call is answered by a person, or ends otherwise (machine, busy, no answer), and
each of the two has its own hazard at each age (competing risks). The *shape* by age is
learnt slowly from calls that ended, with those that still ring as censored; the *level*
of human answers is another matter (`level.py`) and multiplies the human hazard. A call
with a score counts as that multiple of a call without.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

BIN_S = 0.5
BINS = 150  # older calls count as 75 s old
_MEMORY = 3000.0  # calls
_PRIOR_CALLS = 24.0
UNIT_SHARE = 0.25  # answered by a person at level 1
QUANTILES = (0.12, 0.38, 0.62, 0.88)  # of the time to a person's answer
_MEANS = len(QUANTILES)


class Sums(NamedTuple):
    """Of the calls that ring; at the level of the tables, the last two at level 1."""

    answers: list[float]  # chances of an answer by each horizon
    squares: list[float]  # of the same chances
    hazard: float  # per bin
    expected: float  # answers up to now


class RingingCalls:
    """Learns the hazards; `rebuild` turns them into tables by age."""

    def __init__(self) -> None:
        ages = (np.arange(BINS) + 0.5) * BIN_S
        human = np.exp(-0.5 * (np.log(ages / 9.0) / 0.55) ** 2) / ages
        other = np.exp(-0.5 * ((ages - 28.0) / 3.0) ** 2) / 3.0
        other += 0.5 * np.exp(-0.5 * (np.log(ages / 4.0) / 0.7) ** 2) / ages
        self._human: Floats = human / human.sum() * UNIT_SHARE * _PRIOR_CALLS
        self._other: Floats = other / other.sum() * (1 - UNIT_SHARE) * _PRIOR_CALLS
        self._weighed: Floats = self._human + self._other  # where calls ended, by weight
        self._counted: Floats = self._weighed.copy()
        self.calls = 0
        self.rebuild(1.0, np.empty(0), np.empty(0))

    def ended(self, age_s: float, weight: float, *, human: bool, other: bool) -> None:
        """A call stopped ringing; neither human nor other means it was cut short."""
        at = min(BINS - 1, int(age_s / BIN_S))
        if human:
            self._human[at] += 1.0
        elif other:
            self._other[at] += 1.0
        self._weighed[at] += weight
        self._counted[at] += 1.0
        self.calls += 1
        if self.calls % 50 == 0:
            keep = 1.0 - 50.0 / _MEMORY
            for counts in (self._human, self._other, self._weighed, self._counted):
                counts *= keep

    def rebuild(self, level: float, ages_s: Floats, weights: Floats) -> None:
        """Make the tables for this level; calls that ring now count as censored."""
        weighed, counted = self._weighed, self._counted
        if len(ages_s):
            at = np.minimum((ages_s * (1 / BIN_S)).astype(np.intp), BINS - 1)
            weighed = weighed + np.bincount(at, weights, BINS)
            counted = counted + np.bincount(at, None, BINS)
        human = _smooth(self._human) / np.maximum(_at_risk(weighed), 0.05)
        other = self._other / np.maximum(_at_risk(counted), 0.05)
        human = _to_unit(human, other)
        self.level = level
        leave = np.minimum(human * level + other, 0.98)
        survival = np.concatenate(([1.0], np.cumprod(1.0 - leave)))
        reach = np.concatenate(([0.0], np.cumsum(survival[:-1] * human * level)))
        self.hazard: Floats = human  # per bin, at level 1
        self.expected_mid: Floats = np.cumsum(human) - 0.5 * human
        self.share = float(reach[-1])  # of new calls, answered by a person
        self.ring_s = float(survival[:-1].sum()) * BIN_S  # mean, whatever the end
        wanted = np.array(QUANTILES) * reach[-1]
        steps = np.maximum(2, np.searchsorted(reach, wanted))
        self.horizons_s: tuple[float, ...] = tuple((steps * BIN_S).tolist())
        later = np.minimum(np.arange(BINS)[:, None] + steps[None, :], BINS)
        self.answers: Floats = (reach[later] - reach[:BINS, None]) / np.maximum(
            survival[:BINS, None], 1e-6
        )
        np.minimum(self.answers, 0.98, out=self.answers)
        self.of_new_call: list[float] = self.answers[0].tolist()
        self._sums: Floats = np.column_stack(  # read at once: a decision is short
            (self.answers, self.hazard, self.expected_mid, self.answers**2)
        )

    def add_up(self, bins: NDArray[np.intp], weights: Floats | None) -> Sums:
        """Sums over calls of those ages."""
        if weights is None:
            sums = (np.bincount(bins, None, BINS) @ self._sums).tolist()
        else:
            sums = (np.bincount(bins, weights, BINS) @ self._sums[:, : _MEANS + 2]).tolist()
            squares = np.bincount(bins, weights * weights, BINS)
            sums += (squares @ self._sums[:, _MEANS + 2 :]).tolist()
        return Sums(sums[:_MEANS], sums[_MEANS + 2 :], sums[_MEANS], sums[_MEANS + 1])

    def expected_by(self, age_s: float) -> float:
        """Answers expected of one call up to that age, at level 1."""
        return float(self.expected_mid[min(BINS - 1, int(age_s / BIN_S))])

    def bins(self, ages_s: Floats) -> NDArray[np.intp]:
        return np.minimum((ages_s * (1 / BIN_S)).astype(np.intp), BINS - 1)


def _to_unit(human: Floats, other: Floats) -> Floats:
    """Scale the human hazard so that UNIT_SHARE of new calls are answered at level 1.

    Else shape and level would both follow the same answers, and the product twice.
    """
    for _ in range(4):
        survival = np.cumprod(1.0 - np.minimum(human + other, 0.98))
        share = human[0] + float(survival[:-1] @ human[1:])
        human = human * (UNIT_SHARE / max(share, 1e-4))
    return human


def _at_risk(ends: Floats) -> Floats:
    """Calls that rang through each bin, half of those that ended in it."""
    return np.cumsum(ends[::-1])[::-1] - 0.5 * ends


def _smooth(counts: Floats) -> Floats:
    out = counts * 0.4
    out[1:] += 0.2 * counts[:-1]
    out[:-1] += 0.2 * counts[1:]
    out[2:] += 0.1 * counts[:-2]
    out[:-2] += 0.1 * counts[2:]
    return out
