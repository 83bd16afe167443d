"""VICIdial's adaptive modes: a level of lines per agent, stepped every 15 seconds. Pure.

As published: each second agents ready, calls waiting and agents logged in (paused ones
too) are noted; every 15 s the level grows or falls by the mean of (ready - waiting) over
the agents, between 1 and the highest level allowed; every 60 s the day's share of drops
is counted, and past the limit HARD sets the level to 1, AVERAGE halves it, TAPERED scales
it by the hours left, read off the digits of the clock. Every 2.5 s lines are topped up to
level x (ready + talking).

Differs: drops are the floor's abandoned calls (its own timer is 5 s); one server; no
hopper; by its clock the shift ends at 21:00, where its taper ends; calls of a tick leave
together.
"""

from __future__ import annotations

from collections import deque
from typing import Literal

from dialer.pacing import Decision, Event, Snapshot
from sim.world.baselines.seen import Seen

Method = Literal["hard", "average", "tapered"]

_END_H, _LATEST = 21, 2100
_ADAPT_S, _COUNT_S, _DIAL_S = 15.0, 60.0, 2.5


class Vicidial:
    """`available_only` counts ready agents alone; `target` is the day's limit, 0..1.

    `hours` is the length of the shift.
    """

    period_s = 0.5  # samples each second, dials each 2.5

    def __init__(
        self,
        target: float,
        *,
        hours: float = 8.0,
        method: Method = "hard",
        max_level: float = 3.0,
        intensity: float = 0.0,
        available_only: bool = False,
    ) -> None:
        self._target, self._method, self._max = target, method, max_level
        self._intensity, self._available_only = intensity / 100.0, available_only
        self._begins_s = (_END_H - hours) * 3600.0
        self._seen = Seen()
        self._level = 1.0
        self._samples: deque[tuple[int, int, int]] = deque(maxlen=15)
        self._drops = self._minute_drops = 0.0
        self._next_sample = self._next_dial = 0.0
        self._next_adapt, self._next_count = _ADAPT_S, _COUNT_S

    def observe(self, event: Event) -> None:
        self._seen.learn(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        if now_s >= self._next_sample:
            self._next_sample = now_s + 1.0
            waiting = len(floor.waiting) + len(floor.inbound_waiting)
            self._samples.append((floor.idle, waiting, len(self._seen.agents)))
        if now_s >= self._next_count:
            self._next_count = now_s + _COUNT_S
            self._count(now_s)
        if now_s >= self._next_adapt:
            self._next_adapt = now_s + _ADAPT_S
            self._adapt(now_s)
        if now_s < self._next_dial:
            return Decision(calls=0)
        self._next_dial = now_s + _DIAL_S
        talking = 0 if self._available_only else len(floor.talking)
        goal = round(self._level * (floor.idle + talking))
        lines = len(floor.ringing) + len(floor.undecided) + len(floor.waiting) + talking
        return Decision(calls=min(max(0, goal - lines), floor.room))

    def _count(self, now_s: float) -> None:
        seen = self._seen
        seen.forget(now_s - 60.0)
        placed = len(seen.placed_at)
        self._minute_drops = len(seen.abandoned_at) / placed if placed > 20 else 0.0
        self._drops = seen.abandoned_share if seen.placed > 50 else 0.0

    def _adapt(self, now_s: float) -> None:
        n = len(self._samples)
        ready, waiting, total = (sum(each) / n for each in zip(*self._samples, strict=True))
        if total <= 0:
            return
        step = (ready - waiting) / total
        m = self._intensity
        step *= abs(m - 1.0) if step < 0 else m + 1.0
        level = max(1.0, min(round(self._level * (1.0 + step), 3), self._max))
        if self._minute_drops > 0.5:
            level /= 2
        if self._drops > self._target:
            level = self._braked(level, now_s)
        self._level = max(1.0, level)

    def _braked(self, level: float, now_s: float) -> float:
        if self._method == "hard":
            return 1.0
        if self._method == "average":
            return level / 2
        minutes = int((self._begins_s + now_s) // 60)
        left = _LATEST - (minutes // 60 * 100 + minutes % 60)
        if left < 0:
            return 1.0
        return level if left > 1000 else level * left / 1000
