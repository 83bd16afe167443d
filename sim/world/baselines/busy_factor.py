"""The classic busy factor: agents weighted by the chance to be free inside a window. Pure.

After David's patents of 1995 (US 5,640,445; 5,926,528): each busy agent counts with
P(done inside the window | time in call) from the durations seen; lines are what those and
the free agents need at the answer rate seen; the window grows while abandonment is below
the target and shrinks when it is above.

Differs: the step of the window is ours (10 % every 30 s), as it is not published; its
answer rate remembers 1500 calls, the better of two memories tried.
"""

from __future__ import annotations

import numpy as np

from dialer.pacing import Decision, Event, Snapshot
from sim.world.baselines.seen import Seen

_PERIOD_S, _ADJUST_S = 1.0, 30.0
_SHORTEST_S, _LONGEST_S, _FIRST_S = 1.0, 30.0, 8.0


class BusyFactor:
    """`target` is the share of answered calls that may be abandoned."""

    period_s = _PERIOD_S

    def __init__(self, target: float) -> None:
        self._target = target
        self._seen = Seen(calls=1500, talks=500)
        self._window_s = _FIRST_S
        self._next, self._next_adjust = 0.0, _ADJUST_S

    def observe(self, event: Event) -> None:
        self._seen.learn(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        if now_s >= self._next_adjust:
            self._next_adjust = now_s + _ADJUST_S
            factor = 1.1 if self._seen.abandoned_share < self._target else 1 / 1.1
            self._window_s = min(max(self._window_s * factor, _SHORTEST_S), _LONGEST_S)
        if now_s < self._next:
            return Decision(calls=0)
        self._next = now_s + _PERIOD_S
        agents = floor.idle + self._soon(now_s, floor) - len(floor.waiting)
        agents -= len(floor.inbound_waiting)
        p = self._seen.answer_share(default=1.0)
        coming = (len(floor.ringing) + len(floor.undecided)) * p
        wanted = int(max(0.0, agents - coming) / p)
        return Decision(calls=min(wanted, floor.room))

    def _soon(self, now_s: float, floor: Snapshot) -> float:
        lived = np.array(self._seen.ordered_s)
        if lived.size < 20:
            return 0.0
        since = [*floor.talking.values(), *floor.wrapping.values()]
        # a wrap-up began after its talk: its age is counted from the end of the talk
        offset = np.zeros(len(since))
        talks = self._seen.talks_s
        offset[len(floor.talking) :] = sum(talks) / len(talks) if talks else 0.0
        ages = now_s - np.array(since) + offset
        longer = lived.size - np.searchsorted(lived, ages, side="right")
        after = lived.size - np.searchsorted(lived, ages + self._window_s, side="right")
        return float(np.sum((longer - after) / np.maximum(longer, 1)))
