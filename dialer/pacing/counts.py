"""The chance that answers outnumber agents. Pure functions of means and variances.

A count with a mean and a variance is given the member of Panjer's class (binomial,
Poisson, negative binomial) that has them: exact for equal chances, and close for the
unequal ones of a floor. Large counts are taken as normal.
"""

from __future__ import annotations

from math import erf, exp, log, sqrt

_NORMAL_FROM = 14.0  # expected counts, both together
_TAIL = 1e-9
_LONGEST = 160


def panjer(mean: float, variance: float) -> list[float]:
    """Probabilities of 0, 1, 2, ... of the count with that mean and variance.

    >>> [round(p, 4) for p in panjer(1.0, 0.5)]
    [0.25, 0.5, 0.25]
    """
    if mean <= 0.0:
        return [1.0]
    ratio = variance / mean
    if abs(ratio - 1.0) < 1e-6:
        a, b, first = 0.0, mean, exp(-mean)
    else:
        ratio = max(ratio, 0.02)
        a = 1.0 - 1.0 / ratio
        size = mean / (ratio - 1.0)
        b = mean / ratio - a
        first = exp(-size * log(ratio))
    pmf, total, k = [first], first, 0
    while total < 1.0 - _TAIL and k < _LONGEST:
        k += 1
        nxt = pmf[-1] * (a + b / k)
        if nxt <= 0.0:
            break
        pmf.append(nxt)
        total += nxt
    return pmf if abs(total - 1.0) < 1e-7 else [p / total for p in pmf]


def shortage(free: int, done: tuple[float, float], answered: tuple[float, float]) -> float:
    """P(free + done - answered <= 0), both counts given by (mean, variance).

    >>> shortage(1, (0.0, 0.0), (0.0, 0.0)), shortage(0, (0.0, 0.0), (0.0, 0.0))
    (0.0, 1.0)
    """
    mean = free + done[0] - answered[0]
    variance = done[1] + answered[1]
    if done[0] + answered[0] > _NORMAL_FROM:
        return 0.5 * (1.0 + erf((0.5 - mean) / sqrt(2.0 * max(variance, 1e-9))))
    return _shortage_of(free, panjer(*done), panjer(*answered))


def _shortage_of(free: int, done: list[float], answered: list[float]) -> float:
    total = below = 0.0
    taken = 0
    for answers in range(max(0, free), len(answered)):
        upto = answers - free + 1
        while taken < upto and taken < len(done):
            below += done[taken]
            taken += 1
        total += answered[answers] * below
    if free < 0:
        return min(1.0, total)
    return min(1.0, total)
