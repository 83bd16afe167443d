"""Choose a factor by playing the next four minutes (as impactdialing does). Pure.

As published: with at least five agents on calls and fifty recent attempts, six factors
from 1 to attempts/answers are each tried on four minutes, second by second, with ring and
talk times drawn from those recorded; the factor of highest use whose simulated share
abandoned is below the limit is kept, cut by a quarter while the real share is above it.
Lines are factor x available - ringing - presented.

Differs: chosen anew every minute; the play begins from the floor as it is, each talk with
a fresh duration; the limit is the target.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from dialer.pacing import Decision, Event, Snapshot
from sim.world.baselines.seen import Seen

_CHOOSE_S, _AHEAD_S, _FACTORS = 60.0, 240, 6


class MinutesAhead:
    """The generator is the caller's, so a run can be had again."""

    def __init__(self, target: float, rng: np.random.Generator) -> None:
        self._target, self._rng = target, rng
        self._seen = Seen(calls=100, talks=100)
        self._factor = 1.0
        self._next = _CHOOSE_S

    def observe(self, event: Event) -> None:
        self._seen.learn(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        if now_s >= self._next:
            self._next = now_s + _CHOOSE_S
            self._choose(floor)
        available = floor.idle - len(floor.waiting) - len(floor.inbound_waiting)
        wanted = int(self._factor * max(0, available) + 1e-9)
        wanted -= len(floor.ringing) + len(floor.undecided)
        return Decision(calls=min(max(0, wanted), floor.room))

    def _choose(self, floor: Snapshot) -> None:
        seen = self._seen
        if len(floor.talking) < 5 or seen.endings < 50 or len(seen.ordered_s) < 10:
            self._factor = 1.0
            return
        per_answer = 1.0 / seen.answer_share(default=1.0)
        best, self._factor = -1.0, 1.0
        for i in range(1, _FACTORS + 1):
            factor = max(1.0, per_answer * i / _FACTORS)
            used, abandoned = self._played(factor, floor)
            if abandoned < self._target and used > best:
                best, self._factor = used, factor
        if seen.abandoned_share > self._target:
            self._factor = max(1.0, 0.75 * self._factor)

    def _played(self, factor: float, floor: Snapshot) -> tuple[float, float]:
        """(share of agents' time in use, share abandoned) over the next minutes."""
        seen, rng = self._seen, self._rng
        agents = floor.idle + len(floor.talking) + len(floor.wrapping)
        services: Sequence[float] = seen.ordered_s
        delays = np.array(seen.all_delays)
        size = _AHEAD_S * 4 + 20 * agents
        talks = rng.choice(services, size)
        rings = rng.choice(delays, size).astype(np.int64) + 1
        humans = rng.random(size) < seen.answer_share(default=1.0)
        horizon = _AHEAD_S + int(max(max(services), delays.max())) + 3
        frees, ends = [0] * (horizon + 1), [0] * (horizon + 1)
        answers = [0] * (horizon + 1)
        busy = agents - floor.idle
        for k in range(busy):
            frees[min(horizon, int(talks[-1 - k] * rng.random()) + 1)] += 1
        ringing = used = lost = people = drawn = 0
        for second in range(_AHEAD_S):
            busy -= frees[second]
            ringing -= ends[second]
            people += answers[second]
            joined = min(answers[second], agents - busy)
            lost += answers[second] - joined
            for _ in range(joined):
                frees[min(horizon, second + 1 + int(talks[drawn % size]))] += 1
                drawn += 1
            busy += joined
            used += busy
            for _ in range(max(0, int(factor * (agents - busy)) - ringing)):
                at = second + int(rings[drawn % size])
                ends[at] += 1
                answers[at] += int(humans[drawn % size])
                ringing += 1
                drawn += 1
        return used / (_AHEAD_S * max(agents, 1)), lost / people if people else 0.0
