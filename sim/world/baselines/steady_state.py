"""Blind launching at the rate that Erlang A allows in steady state. Pure.

From the agents logged in, the mean service time seen and the answer rate seen, the
highest load is found whose share abandoned stays at the target when patience is the
threshold; calls then leave evenly at load / (service x answer rate), whatever the floor
looks like at that moment. It shows what is lost by throwing the state away.
"""

from __future__ import annotations

from functools import lru_cache

from dialer.pacing import Decision, Event, Snapshot
from dialer.pacing.erlang import erlang_a
from sim.world.baselines.seen import Seen

_FIRST_SERVICE_S, _FEW = 140.0, 30


class SteadyState:
    """Open loop; one to one until a few calls have ended."""

    def __init__(self, target: float, threshold_s: float) -> None:
        self._target, self._threshold_s = target, threshold_s
        self._seen = Seen(calls=1000, talks=500)
        self._due, self._before_s = 0.0, 0.0

    def observe(self, event: Event) -> None:
        self._seen.learn(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        passed_s, self._before_s = now_s - self._before_s, now_s
        if self._seen.endings < _FEW:
            free = (
                floor.idle - len(floor.ringing) - len(floor.waiting) - len(floor.undecided)
            )
            return Decision(calls=min(max(0, free), floor.room))
        agents = floor.idle + len(floor.talking) + len(floor.wrapping)
        service_s = round(self._seen.mean_service_s(_FIRST_SERVICE_S) / 2) * 2.0
        load = highest_load(agents, service_s, self._threshold_s, self._target)
        self._due += passed_s * load / service_s / self._seen.answer_share(default=1.0)
        calls = min(int(self._due), floor.room)
        self._due = min(self._due - calls, 2.0 * max(agents, 1))
        return Decision(calls=calls)


@lru_cache(maxsize=4096)
def highest_load(agents: int, service_s: float, patience_s: float, target: float) -> float:
    """Load in erlang at which the target is just met."""
    low, high = 0.0, 2.0 * agents + 1.0
    for _ in range(30):
        middle = (low + high) / 2
        lost = float(erlang_a(agents, middle, max(service_s, 1.0), patience_s).abandons)
        low, high = (middle, high) if lost <= target else (low, middle)
    return low
