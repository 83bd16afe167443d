"""How many agents are kept for inbound calls in blended work. Pure.

All agents are busy except those kept, and whoever comes free goes to inbound callers
first, then refills the kept ones: Erlang's queue seen from its top (`erlang.py`), with
patience (A) once callers were seen to leave, without it (C) before.
"""

from __future__ import annotations

from collections import deque
from math import sqrt

import numpy as np

from dialer.pacing.erlang import answered_keeping

_MEMORY_S = 900.0
_LEFT_KNOWN = 10  # callers who left, from which their patience is believed
_LEFT_MEMORY = 200.0
_PLAN_S = 2.0  # for which a number stays as planned


class InboundCalls:
    """Arrivals a second over the last quarter of an hour, and how long callers wait."""

    def __init__(self) -> None:
        self._arrived: deque[float] = deque(maxlen=4096)
        self._begun_s: float | None = None
        self._waited_s = 0.0
        self._left = 0.0

    def arrived(self, at_s: float) -> None:
        """One more caller."""
        if self._begun_s is None:
            self._begun_s = at_s
        self._arrived.append(at_s)

    def waited(self, seconds: float, *, left: bool) -> None:
        """A caller's wait is over: an agent came, or patience ended."""
        self._waited_s += max(0.0, seconds)
        self._left += float(left)
        if self._left > _LEFT_MEMORY:
            self._left *= 0.5
            self._waited_s *= 0.5

    @property
    def patience_s(self) -> float | None:
        """Mean time after which a caller leaves, those who were served as censored."""
        if self._left < _LEFT_KNOWN or self._waited_s <= 0.0:
            return None
        return self._waited_s / self._left

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


class Blend:
    """How many agents to keep now; planned anew each few seconds."""

    def __init__(self, callers: InboundCalls, target: tuple[float, float] | None) -> None:
        self._callers, self._target = callers, target
        self._planned = (float("-inf"), -1, 0)  # when, of how many agents, how many

    def hold(self, now_s: float, agents: int, service_s: float) -> int:
        """Agents to keep out of `agents`; none without a target."""
        if self._target is None:
            return 0
        planned_s, planned_of, hold = self._planned
        if agents != planned_of or now_s - planned_s >= _PLAN_S:
            callers = self._callers
            hold = agents_to_hold(
                callers.per_s(now_s), agents, service_s, self._target, callers.patience_s
            )
            self._planned = now_s, agents, hold
        return hold


def agents_to_hold(
    arrivals_per_s: float,
    agents: int,
    service_s: float,
    target: tuple[float, float],
    patience_s: float | None = None,
) -> int:
    """Return the fewest agents to keep idle so that `share` is answered `within_s`.

    All of them when even that does not do.

    >>> agents_to_hold(1 / 60, 20, 140.0, (0.8, 20.0))
    0
    >>> agents_to_hold(1 / 10, 20, 140.0, (0.9, 10.0))
    7
    """
    share, within_s = target
    if arrivals_per_s <= 0.0 or agents <= 0:
        return 0
    load_erl = arrivals_per_s * max(service_s, 1.0)
    in_time = answered_keeping(agents, load_erl, max(service_s, 1.0), within_s, patience_s)
    enough = np.flatnonzero(in_time >= share)
    return int(enough[0]) if len(enough) else agents
