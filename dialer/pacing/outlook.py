"""How much work the windows of the limits will still see, and so what may be spent. Pure.

Answers to come are agents times the share of time in which they work, over a talk and
wrap-up; at the end of a list no more people can answer than are left on it.
"""

from __future__ import annotations

from dataclasses import replace

from dialer.pacing.abandonment import Allowance
from dialer.pacing.learning import Learning
from dialer.pacing.snapshot import Snapshot
from dialer.pacing.staffing import best_occupancy

_SHIFT_CHANGE_S = 60.0  # over which a change in the number of agents is believed
_BUSY_MEMORY_S = 1200.0
_FIRST_PART = 0.9  # of what the square-root law gives, until it is seen
_FIRST_BUSY = 0.75  # where the law says nothing
_MOST_AT_ONCE = 1.6  # times the limit: what was saved is not spent in a burst
_PLAN_S = 2.0
_WITHOUT_LIMIT = Allowance(
    share=1.0, drops_left=1e9, answers_left=1e9, limit=1.0, window_s=1.0
)


class Outlook:
    """Plans anew each two seconds, and at once after a drop."""

    def __init__(self, learning: Learning) -> None:
        self._learnt = learning
        self.agents = 0.0  # logged in, of late
        self._busy: float | None = None  # share of them who talk or wrap up
        self._allowance = _WITHOUT_LIMIT
        self._planned_s = float("-inf")
        self._drops = 0.0
        self._room_then = 0
        self._placed = 0  # since then

    def placed(self) -> None:
        """A call left, which one at the end of a list does not come back."""
        self._placed += 1

    def see(self, floor: Snapshot, passed_s: float) -> None:
        """Follow the number of agents and how much they work."""
        agents = floor.idle + len(floor.talking) + len(floor.wrapping)
        self.agents += (agents - self.agents) * min(1.0, passed_s / _SHIFT_CHANGE_S)
        if self.agents < 1.0:
            self.agents = float(agents)
        if agents:
            if self._busy is None:
                self._busy = self._expected(agents)
            busy = 1.0 - floor.idle / agents
            self._busy += (busy - self._busy) * passed_s / _BUSY_MEMORY_S

    def _expected(self, agents: int) -> float:
        """Share of working time by the square-root law, before any is seen."""
        learnt = self._learnt
        limit = min((budget.share for budget in learnt.budgets), default=0.0)
        if not 0.0 < limit < 1.0:
            return _FIRST_BUSY
        rings, service_s = learnt.ringing.horizons_s, learnt.freeing.service_s
        ring_s = rings[len(rings) // 2]
        return _FIRST_PART * best_occupancy(agents, ring_s, max(service_s, 1.0), limit)

    def allow(self, now_s: float, floor: Snapshot) -> Allowance:
        """Return what the strictest limit allows."""
        budgets = self._learnt.budgets
        drops = sum(budget.abandoned for budget in budgets)
        fresh = now_s - self._planned_s < _PLAN_S and drops == self._drops
        if fresh or not budgets:
            return self._allowance
        self._planned_s, self._drops = now_s, drops
        busy = _FIRST_BUSY if self._busy is None else self._busy
        per_s = busy * self.agents / max(self._learnt.freeing.service_s, 1.0)
        most = self._people_left(floor)
        full = 1.0 / max(busy, 0.1)
        plans = [budget.allowance(now_s, per_s, most, full) for budget in budgets]
        strictest = min(plans, key=lambda plan: plan.share)
        share = min(strictest.share, _MOST_AT_ONCE * strictest.limit)
        self._allowance = replace(strictest, share=share)
        return self._allowance

    def _people_left(self, floor: Snapshot) -> float:
        """People who can still answer, as far as `room` tells: falling with each call."""
        if floor.room >= self._room_then or self._placed > 2000:
            self._room_then, self._placed = floor.room, 0
        taken = self._room_then - floor.room
        if self._placed < 50 or taken < 0.8 * self._placed:
            return 1e9
        return floor.room * self._learnt.ringing.share
