"""The chance that answers outnumber agents. Pure functions of means and variances.

A count with a mean and a variance is given the member of Panjer's class (binomial,
Poisson, negative binomial) that has them: exact for equal chances, and close for the
unequal ones of a floor. Large counts are taken as normal.
"""

from __future__ import annotations

from math import erf, exp, log, sqrt

_NORMAL_FROM = 14.0  # expected counts, both together
_TAIL = 1e-6
_LONGEST = 160
_HOPELESS = 0.3  # agents expected to be left over: the exact chance is of no interest


def panjer(mean: float, variance: float) -> tuple[float, float, float]:
    """Return P(0), a and b of the law with P(k) = (a + b / k) P(k - 1).

    >>> panjer(1.0, 0.5)
    (0.25, -1.0, 3.0)
    """
    ratio = max(variance / mean, 0.02)
    if abs(ratio - 1.0) < 1e-6:
        return exp(-mean), 0.0, mean
    a = 1.0 - 1.0 / ratio
    return exp(-mean / (ratio - 1.0) * log(ratio)), a, mean / ratio - a


def shortage(free: int, done: tuple[float, float], answered: tuple[float, float]) -> float:
    """P(free + done - answered <= 0), both counts given by (mean, variance).

    >>> shortage(1, (0.0, 0.0), (0.0, 0.0)), shortage(0, (0.0, 0.0), (0.0, 0.0))
    (0.0, 1.0)
    >>> round(shortage(2, (0.0, 0.0), (1.0, 0.5)), 4)
    0.25
    """
    return Supply(free, done).short_of(answered)


class Supply:
    """Agents free now and those who will be; remembers sums: asking again is cheap."""

    __slots__ = ("_done", "_free", "_sums")

    def __init__(self, free: int, done: tuple[float, float]) -> None:
        self._free, self._done = free, done
        self._sums: list[float] | None = None

    def short_of(self, answered: tuple[float, float]) -> float:
        """As `shortage`, for any number of answers."""
        free, (ends, spread) = self._free, self._done
        mean = free + ends - answered[0]
        if ends + answered[0] > _NORMAL_FROM:
            return _normal(mean, 2.0 * max(spread + answered[1], 1e-9))
        if self._sums is None:
            self._sums = _cumulated(ends, spread)
        return _exact(free, self._sums, *answered)

    def likely_short_of(self, answered: tuple[float, float]) -> float:
        """As `short_of`, but only roughly when it is likely anyhow."""
        mean = self._free + self._done[0] - answered[0]
        if mean < _HOPELESS:
            return _normal(mean, 2.0 * (self._done[1] + answered[1]) + 0.1)
        return self.short_of(answered)


def _normal(mean: float, twice_variance: float) -> float:
    """P(at most a half), the count being normal."""
    return 0.5 * (1.0 + erf((0.5 - mean) / sqrt(twice_variance)))


def _cumulated(mean: float, variance: float) -> list[float]:
    """P(count <= k) for k = 0, 1, ... until it is nearly 1."""
    if mean <= 1e-9:
        return [1.0]
    p, a, b = panjer(mean, variance)
    total, k = p, 0
    sums = [p]
    while total < 1.0 - _TAIL and k < _LONGEST:
        k += 1
        p *= a + b / k
        if p <= 0.0:
            break
        total += p
        sums.append(total)
    return sums


def _exact(free: int, done: list[float], mean: float, variance: float) -> float:
    """Sum over the answers of P(answers) * P(done <= answers - free)."""
    if mean <= 1e-9:
        return 0.0 if free > 0 else done[min(-free, len(done) - 1)]
    p, a, b = panjer(mean, variance)
    last = len(done) - 1
    total, seen, k = 0.0, 0.0, 0
    while True:
        seen += p
        if k >= free:
            total += p * done[min(k - free, last)]
        if seen > 1.0 - _TAIL or k >= _LONGEST:
            break
        k += 1
        p *= a + b / k
        if p <= 0.0:
            break
    return min(1.0, total / seen)
