"""How many agents are kept for inbound calls in blended work. Pure.

All agents are busy except those kept, and whoever comes free goes to inbound callers
first, then refills the kept ones. That is an M/M/n queue seen from its top: with
inbound calls at rate `arrivals` and agents coming free at rate `ends`, a caller finds
nobody with probability r**kept, r = arrivals / ends, and then waits longer than t with
exp(-(ends - arrivals) * t), Erlang C's tail. With r >= 1 outbound calls must stop.
"""

from __future__ import annotations

from collections import deque
from math import ceil, exp, log, sqrt

_MEMORY_S = 900.0


class InboundRate:
    """Arrivals a second, remembered for a quarter of an hour."""

    def __init__(self) -> None:
        self._arrived: deque[float] = deque(maxlen=4096)
        self._begun_s: float | None = None

    def arrived(self, at_s: float) -> None:
        if self._begun_s is None:
            self._begun_s = at_s
        self._arrived.append(at_s)

    def per_s(self, now_s: float) -> float:
        """The larger of the rates over the whole memory and over its last fifth."""
        while self._arrived and self._arrived[0] <= now_s - _MEMORY_S:
            self._arrived.popleft()
        if not self._arrived or self._begun_s is None:
            return 0.0
        lived_s = min(_MEMORY_S, max(120.0, now_s - self._begun_s))
        fresh_s = min(lived_s, _MEMORY_S / 5)
        fresh = 0
        for at_s in reversed(self._arrived):
            if at_s <= now_s - fresh_s:
                break
            fresh += 1
        few = 2.0 * sqrt(fresh)  # a burst of two or three calls is no peak
        return max(len(self._arrived) / lived_s, (fresh - few) / fresh_s)


def agents_to_hold(
    arrivals_per_s: float, agents: int, service_s: float, target: tuple[float, float]
) -> int:
    """Return the fewest agents to keep idle so that `share` is answered `within_s`.

    >>> agents_to_hold(1 / 60, 20, 140.0, (0.8, 20.0))
    0
    >>> agents_to_hold(1 / 10, 20, 140.0, (0.9, 10.0))
    6
    """
    share, within_s = target
    if arrivals_per_s <= 0.0 or agents == 0:
        return 0
    ends_per_s = agents / max(service_s, 1.0)
    ratio = arrivals_per_s / ends_per_s
    if ratio >= 1.0:
        return agents
    late = 1.0 - share
    if late <= 0.0:
        return agents
    tail = exp(-(ends_per_s - arrivals_per_s) * within_s)
    if tail <= late:
        return 0
    return min(agents, ceil(log(late / tail) / log(ratio)))
