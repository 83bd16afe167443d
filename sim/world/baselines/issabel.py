"""Issabel's call centre: free agents, and busy ones thought to be near their end. Pure.

As published: every 3 s; a busy agent counts as soon free when 1 - exp(-(t + ring) / mean)
>= 0.97 for the time t already spent; waiting callers and ringing calls are taken off, and
what is left is divided by the answer rate of the last 30 minutes (0.2 at least). There is
no feedback from abandoned calls.

Differs: its queue's own timers are the floor's.
"""

from __future__ import annotations

from math import exp

from dialer.pacing import Decision, Event, Snapshot
from sim.world.baselines.seen import Seen

_PERIOD_S, _QUALITY, _WINDOW_S = 3.0, 0.97, 1800.0
_SHORT_S, _DEFAULT_RING_S, _DELAYS = 10.0, 8.0, 20


class Issabel:
    """Predictive, with its overcommit on."""

    period_s = _PERIOD_S

    def __init__(self) -> None:
        self._seen = Seen()
        self._next = 0.0

    def observe(self, event: Event) -> None:
        self._seen.learn(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        if now_s < self._next:
            return Decision(calls=0)
        self._next = now_s + _PERIOD_S
        seen = self._seen
        seen.forget(now_s - _WINDOW_S)
        wanted: float = floor.idle + self._soon(now_s, floor)
        wanted = max(0, wanted - len(floor.waiting) - len(floor.inbound_waiting))
        wanted = max(0, wanted - len(floor.ringing) - len(floor.undecided))
        if len(seen.placed_at) >= 10:
            share = min(1.0, len(seen.answered_at) / len(seen.placed_at))
            wanted = round(wanted / max(0.20, share))
        return Decision(calls=min(int(wanted), floor.room))

    def _soon(self, now_s: float, floor: Snapshot) -> int:
        long = [talk_s for talk_s in self._seen.talks_s if talk_s >= _SHORT_S]
        if len(long) < 10:
            return 0
        delays = list(self._seen.answer_delays)
        delays += [_DEFAULT_RING_S] * (_DELAYS - len(delays))
        ring_s, mean_s = sum(delays) / len(delays), sum(long) / len(long)
        return sum(
            1.0 - exp(-(now_s - since_s + ring_s) / mean_s) >= _QUALITY
            for since_s in floor.talking.values()
        )
