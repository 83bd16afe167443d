"""How many calls to place now, and why: one mind per campaign.

Pure: no clock, no I/O, no randomness. Events are observed, the floor is shown, a
decision comes back. Five modes share the same models, bounds and budgets.
"""

from __future__ import annotations

from collections.abc import Iterable
from math import floor as whole
from math import isfinite

import numpy as np

from dialer.pacing.abandonment import Allowance, Budget
from dialer.pacing.border import calls_of, check, check_event
from dialer.pacing.events import Event, Placed
from dialer.pacing.inbound import Blend
from dialer.pacing.learning import Learning
from dialer.pacing.ledger import Stage
from dialer.pacing.one_to_one import calls_for, old_calls
from dialer.pacing.outlook import Outlook
from dialer.pacing.policy import MOST_LINES_PER_AGENT, Policy
from dialer.pacing.predictive import Plan, Predictive
from dialer.pacing.rate import CallsPerSecond
from dialer.pacing.snapshot import (
    ClockWentBack,
    Decision,
    Reason,
    Snapshot,
)
from dialer.pacing.steady import Steady

__all__ = ["Decision", "Pacer", "Snapshot"]

_FORGOTTEN_S = 600.0  # a call that rings in no snapshot for so long was lost
_REPLAY_S = 15.0  # in a history, between two looks


class Pacer:
    """Decides for one campaign. `history` refills budgets and models after a restart."""

    def __init__(self, policy: Policy, history: Iterable[Event] | None = None) -> None:
        self.policy = policy
        self._learnt = Learning(policy)
        self._mind = Predictive(self._learnt, policy.min_ring_s)
        self._steady = Steady(self._learnt)
        self._outlook = Outlook(self._learnt)
        self._rate = None if policy.max_cps is None else CallsPerSecond(policy.max_cps)
        self._now_s = float("-inf")
        self._decided_s: float | None = None
        self._swept_s = float("-inf")
        self._probed_s = float("-inf")
        self._blend = Blend(self._learnt.inbound, policy.inbound_target)
        self._first_limit = min((share for share, _ in policy.limits), default=1.0)
        self._replay(history or ())

    @property
    def budgets(self) -> list[Budget]:
        """One per limit of the policy, in its order."""
        return self._learnt.budgets

    def observe(self, event: Event) -> None:
        """Learn one fact; raises ClockWentBack, UnknownCall, BadObservation."""
        check_event(event)
        self._move_to(event.at_s)
        self._learnt.observe(event)
        if isinstance(event, Placed):
            self._outlook.placed()
            if self._rate is not None:
                self._rate.count(event.at_s)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        """Return how many calls to place; raises ClockWentBack, ImpossibleSnapshot."""
        if not isfinite(now_s):
            raise ClockWentBack(f"{now_s} is no instant")
        check(now_s, floor)
        self._move_to(now_s)
        self._adopt(now_s, floor)
        agents = floor.idle + len(floor.talking) + len(floor.wrapping)
        passed_s = 0.0 if self._decided_s is None else min(5.0, now_s - self._decided_s)
        self._decided_s = now_s
        if self.policy.mode == "agentless":
            return self._decision(now_s, floor, "capacity", floor.room, 0, {})
        self._outlook.see(floor, passed_s)
        hold = self._blend.hold(now_s, agents, self._learnt.freeing.service_s)
        held = min(floor.idle, len(floor.inbound_waiting) + hold)
        free = floor.idle - held - len(floor.waiting)
        owed = max(0, len(floor.inbound_waiting) + hold - floor.idle)
        each = calls_for(now_s, floor, free)
        if self.policy.mode == "progressive":
            over = old_calls(now_s, floor, -each, self.policy.min_ring_s)
            return self._decision(now_s, floor, "one_to_one", each, held, {}, over)
        self._mind.look(now_s, floor, free - owed)
        allowance = self._outlook.allow(now_s, floor)
        self._mind.learn_price(passed_s, allowance.share, allowance.limit)
        figures = self._figures(floor, free, allowance)
        if allowance.share <= 0.0:
            over = self._mind.give_up(now_s, floor, 0.0)
            return self._decision(now_s, floor, "budget_spent", each, held, figures, over)
        return self._decide_ahead(now_s, floor, allowance, free - owed, held, figures)

    # -- modes -------------------------------------------------------------------------

    def _decide_ahead(
        self,
        now_s: float,
        floor: Snapshot,
        allowance: Allowance,
        free: int,
        held: int,
        figures: dict[str, float],
    ) -> Decision:
        agents = floor.idle + len(floor.talking) + len(floor.wrapping)
        each = calls_for(now_s, floor, free)
        if self.policy.mode == "ratio":
            lines = whole((self.policy.ratio or 1.0) * max(0, free))
            calls = max(each, lines - len(floor.ringing) - len(floor.undecided))
            figures["ratio"] = self.policy.ratio or 1.0
            over = self._mind.give_up(now_s, floor, 1.0)
            return self._decision(now_s, floor, "ratio", calls, held, figures, over)
        if self.policy.mode == "erlang":
            lines = self._steady.lines(agents - held, allowance.limit)
            figures["lines"] = lines
            calls = max(each, lines - len(floor.ringing))
            over = self._mind.give_up(now_s, floor, 1.0)
            return self._decision(now_s, floor, "steady_state", calls, held, figures, over)
        most = min(self._bounds(now_s, floor).values())
        plan = self._mind.plan(now_s, floor, allowance, most + 1)  # one more shows a bound
        figures |= _plan_figures(plan)
        calls = max(each, plan.calls)
        code = "risk" if plan.calls >= each else "one_to_one"
        return self._decision(now_s, floor, code, calls, held, figures, plan.cancels)

    def _decision(
        self,
        now_s: float,
        floor: Snapshot,
        code: str,
        wanted: int,
        held: int,
        figures: dict[str, float],
        cancels: tuple[str, ...] = (),
    ) -> Decision:
        """Clip to the bounds; the first reason is what binds."""
        wanted = max(0, wanted)
        bounds = self._bounds(now_s, floor)
        calls = min(wanted, *bounds.values())
        reasons = [
            Reason(name, {"calls": float(bound), "wanted": float(wanted)})
            for name, bound in bounds.items()
            if bound == calls and bound < wanted
        ]
        reasons.append(Reason(code, {"calls": float(wanted), **figures}))
        if held > 0:
            waiting = float(len(floor.inbound_waiting))
            reasons.append(
                Reason("held_for_inbound", {"agents": float(held), "waiting": waiting})
            )
        if calls and self._learnt.carrier.is_out:
            self._probed_s = now_s
        if cancels:
            reasons.append(Reason("old_calls_given_up", {"calls": float(len(cancels))}))
        return Decision(calls=calls, cancels=cancels, held=held, reasons=tuple(reasons))

    def _bounds(self, now_s: float, floor: Snapshot) -> dict[str, int]:
        bounds = {"no_room": floor.room}
        if self.policy.mode != "agentless":
            agents = floor.idle + len(floor.talking) + len(floor.wrapping)
            most = int(MOST_LINES_PER_AGENT * agents)
            if self.policy.mode == "predictive" and self._mind.starting(now_s):
                most = agents + self._steady.first_lines(agents, self._first_limit)
            bounds["lines_per_agent"] = max(0, most - len(floor.ringing))
        if self._rate is not None:
            bounds["calls_per_second"] = self._rate.left(now_s)
        if self.policy.max_lines is not None:
            lines = len(floor.talking) + len(floor.waiting) + len(floor.undecided)
            bounds["lines"] = max(0, self.policy.max_lines - lines - len(floor.ringing))
        if self._learnt.carrier.is_out:
            due = now_s - self._probed_s >= 1.0
            bounds["carrier_outage"] = max(1, int(self._outlook.agents / 20)) if due else 0
        return bounds

    # -- what is behind ----------------------------------------------------------------

    def _figures(
        self, floor: Snapshot, free: int, allowance: Allowance
    ) -> dict[str, float]:
        return {
            "free": float(free),
            "ringing": float(len(floor.ringing)),
            "answer_share": self._learnt.ringing.share,
            "budget_left": allowance.drops_left,
            "target": allowance.limit,
        }

    def _adopt(self, now_s: float, floor: Snapshot) -> None:
        ledger = self._learnt.ledger
        for calls, stage in (
            (floor.ringing, Stage.RINGING),
            (floor.undecided, Stage.UNDECIDED),
            (floor.waiting, Stage.PERSON),
            (floor.inbound_waiting, Stage.INBOUND),
        ):
            if calls and not ledger.live.keys() >= calls.keys():
                ledger.adopt(calls.items(), stage)
        if now_s - self._swept_s > 60.0:
            self._swept_s = now_s
            for call, known in list(ledger.live.items()):
                shown = call in floor.ringing or call in floor.waiting
                if not shown and now_s - known.placed_s > _FORGOTTEN_S:
                    ledger.end(call)

    def _move_to(self, at_s: float) -> None:
        if at_s < self._now_s:
            raise ClockWentBack(f"{at_s} after {self._now_s}")
        self._now_s = at_s
        self._learnt.carrier.pass_to(at_s)
        for budget in self._learnt.budgets:
            budget.forget(at_s)

    def _replay(self, history: Iterable[Event]) -> None:
        """Live through earlier events, looking at the ledger as if it were the floor."""
        looked_s = float("-inf")
        for event in history:
            for call in calls_of(event):
                self._learnt.ledger.placed(call, event.at_s, 1.0)
            self.observe(event)
            if event.at_s - looked_s >= _REPLAY_S:
                looked_s = event.at_s
                ringing = [
                    c for c in self._learnt.ledger.live.values() if c.stage is Stage.RINGING
                ]
                ages = event.at_s - np.array([c.placed_s for c in ringing])
                weights = np.array([c.weight for c in ringing])
                rings = self._learnt.ringing
                self._learnt.settle(rings.add_up(rings.bins(ages), weights).expected)
                self._learnt.rebuild_rings(ages, weights)


def _plan_figures(plan: Plan) -> dict[str, float]:
    return {
        "theta": plan.theta,
        "risk": plan.risk,
        "soon_free": plan.soon_free,
        "answers": plan.answers,
    }
