"""How long a caller will wait: a quantile that is told, not a mean that half exceed.

Pure. With n agents at work, each free after a time like the ones before, callers are taken
at n / service a second; who is at position k is taken at the k-th of those instants, which
is Gamma(k, service / n) when services are as irregular as they mostly are (exponential).
Four of five callers wait no longer than what is told.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence

from scipy.special import gammaincinv

SHARE = 0.8  # of callers who wait no longer
USUAL_S = 240.0  # of talk and wrap-up, until there are enough to know better
FEWEST = 5
MINUTES = (1, 2, 3, 5, 10, 15)  # that can be told; more is `LONG`
POSITIONS = range(1, 10)
LONG, MANY = "long", "many"


class Services:
    """The last talks with their wrap-ups, in seconds."""

    def __init__(self) -> None:
        self._last: deque[float] = deque(maxlen=200)

    def add(self, seconds: float) -> None:
        self._last.append(seconds)

    @property
    def mean_s(self) -> float:
        if len(self._last) < FEWEST:
            return USUAL_S
        return sum(self._last) / len(self._last)


def wait_s(position: int, *, idle: int, agents: int, service_s: float) -> float:
    """Return what SHARE of callers at a position (from 1) wait at most.

    `agents` are at work or idle; inf: nobody is there. One who finds an idle agent waits
    for nothing.

    >>> round(wait_s(1, idle=0, agents=10, service_s=200))
    32
    >>> wait_s(1, idle=1, agents=10, service_s=200)
    0.0
    """
    left = position - idle
    if left <= 0:
        return 0.0
    if agents <= 0:
        return float("inf")
    return float(gammaincinv(left, SHARE)) * service_s / agents


def told_minutes(seconds: float) -> str:
    """Return the prompt's name for a wait: whole minutes that it does not exceed.

    >>> told_minutes(20), told_minutes(61), told_minutes(301), told_minutes(float("inf"))
    ('1', '2', '10', 'long')
    """
    return next((str(m) for m in MINUTES if seconds <= 60 * m), LONG)


def told_position(position: int) -> str:
    """Return the prompt's name for a position.

    >>> told_position(3), told_position(12)
    ('3', 'many')
    """
    return str(position) if position in POSITIONS else MANY


def positions(urgencies: Sequence[float]) -> list[int]:
    """Return each one's position from 1, the most urgent first; of equals the earlier.

    >>> positions([10.0, 50.0, 10.0])
    [2, 1, 3]
    """
    order = sorted(range(len(urgencies)), key=lambda at: (-urgencies[at], at))
    place = {at: number for number, at in enumerate(order, start=1)}
    return [place[at] for at in range(len(urgencies))]
