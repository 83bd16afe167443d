"""What the pacer has learnt, event by event. Pure.

Turns events into the figures of the models: rings, talks, wrap-ups, the level of
answers, the machine detector, inbound arrivals, failures of the carrier, and the
budgets of abandoned calls.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping

import numpy as np
from numpy.typing import NDArray

from dialer.pacing import events as ev
from dialer.pacing.abandonment import Budget
from dialer.pacing.carrier import Carrier
from dialer.pacing.detector import Detector
from dialer.pacing.freeing import Freeing
from dialer.pacing.inbound import InboundCalls
from dialer.pacing.ledger import Ledger, LiveCall, Stage
from dialer.pacing.level import AnswerLevel
from dialer.pacing.policy import Policy
from dialer.pacing.price import Price
from dialer.pacing.ringing import RingingCalls
from dialer.pacing.work import Work

Floats = NDArray[np.float64]


class Learning:
    """All models of one campaign."""

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self.ledger = Ledger()
        self.budgets = [Budget(share, window_s) for share, window_s in policy.limits]
        self.ringing = RingingCalls()
        self.level = AnswerLevel()
        self.freeing = Freeing()
        self.work = Work(self.freeing)
        self.detector = Detector(policy)
        self.inbound = InboundCalls()
        self.price = Price()
        self.carrier = Carrier()
        self.answers = 0  # people, ever
        self.score: float | None = None  # mean of late scores
        self._expected = 0.0  # of calls that stopped ringing, at level 1
        self._settled = 0.0
        self._new_answers = 0.0

    # -- events ------------------------------------------------------------------------

    def observe(self, event: ev.Event) -> None:
        """Learn one fact; raises UnknownCall."""
        match event:
            case ev.Placed(at_s=at_s, call=call, p=p):
                self.carrier.placed(call, at_s)
                self.ledger.placed(call, at_s, self._weigh(p))
            case ev.Answered(at_s=at_s, call=call):
                self._answered(self.ledger.of(call), at_s)
            case ev.Resolved(at_s=at_s, call=call, outcome=outcome):
                self._resolved(call, outcome, at_s)
            case ev.Abandoned(at_s=at_s, call=call):
                self._abandoned(call, at_s)
            case ev.InboundArrived(at_s=at_s, call=call):
                self.ledger.inbound(call, at_s)
                self.inbound.arrived(at_s)
            case ev.Greeted(call=call, start_s=start_s, end_s=end_s):
                self.detector.greeted(self.ledger.of(call), start_s, end_s)
            case ev.Judged(at_s=at_s, call=call, person=person):
                missed = self.detector.judged(self.ledger.of(call), person)
                self._count_missed(at_s, missed)
            case ev.HungUp(at_s=at_s, call=call):
                known = self.ledger.of(call)
                self._count(known, at_s)
                if known.stage is Stage.INBOUND:
                    self.inbound.waited(at_s - known.placed_s, left=True)
                self.ledger.end(call)
            case ev.Connected(at_s=at_s, call=call, agent=agent):
                self._connected(call, agent, at_s)
            case _:
                self.work.observe(event)

    def _weigh(self, p: float | None) -> float:
        """A score as a multiple of an ordinary call's chance."""
        if p is not None:
            self.score = p if self.score is None else self.score + 0.01 * (p - self.score)
        return self.weight_of(p)

    def weight_of(self, p: float | None) -> float:
        score = self.score if p is None else p
        if score is None:
            return 1.0
        return score * self.ringing.level / max(self.ringing.share, 0.005)

    def _answered(self, known: LiveCall, at_s: float) -> None:
        if known.stage is not Stage.RINGING:
            return
        known.answered_s = at_s
        if self._policy.amd:
            known.stage = Stage.UNDECIDED
            self._expect(known, at_s - known.placed_s)
        else:
            self._count(known, at_s)

    def _resolved(self, call: str, outcome: ev.CallOutcome, at_s: float) -> None:
        known = self.ledger.of(call)
        if known.stage in (Stage.OVER, Stage.INBOUND):
            return
        if outcome == "human":
            self.detector.decided(known, at_s, person=True)
            self._count(known, at_s)
            return
        if outcome == "machine":
            self.detector.decided(known, at_s, person=False)
        if known.counted and outcome == "machine":
            self._take_back(known, at_s)
        elif not known.counted:
            if outcome == "failed":
                self.carrier.failed(call)
            self._ended(known, outcome, at_s)
        if outcome == "machine" and self._policy.amd_errors_count:
            known.doubt = self.detector.error_share
            self._count_missed(at_s, known.doubt)
        self.ledger.end(call)

    def _ended(self, known: LiveCall, outcome: ev.CallOutcome, at_s: float) -> None:
        """A call stopped ringing without a person."""
        if outcome == "cancelled":
            self._stopped(known, at_s, human=False, other=False)
            return
        if outcome != "failed":
            self._stopped(known, known.answered_s or at_s, human=False, other=True)

    def _stopped(self, known: LiveCall, at_s: float, *, human: bool, other: bool) -> None:
        age_s = max(0.0, at_s - known.placed_s)
        self._expect(known, age_s)
        self._new_answers += float(human)
        self.ringing.ended(age_s, known.weight, human=human, other=other)

    def _expect(self, known: LiveCall, age_s: float) -> None:
        """What was to be expected of a call while it rang; once, when it stops ringing."""
        if not known.expected:
            known.expected = True
            self._expected += known.weight * self.ringing.expected_by(max(0.0, age_s))

    def _count(self, known: LiveCall, at_s: float) -> None:
        """A person answered; once per call."""
        if known.counted or known.stage is Stage.INBOUND:
            return
        answered_s = at_s if known.answered_s is None else known.answered_s
        if known.stage in (Stage.RINGING, Stage.UNDECIDED):
            self._stopped(known, answered_s, human=True, other=False)
            known.answered_s = answered_s
            known.stage = Stage.PERSON
        known.counted = True
        self.answers += 1
        for budget in self.budgets:
            budget.human(at_s)

    def _take_back(self, known: LiveCall, at_s: float) -> None:
        """What was taken for a person is a machine after all, and nobody was joined."""
        self._new_answers -= 1.0
        self.answers -= 1
        for budget in self.budgets:
            budget.human(at_s, -1.0)

    def _count_missed(self, at_s: float, people: float) -> None:
        """People whom the detector took for machines are abandoned people."""
        if not self._policy.amd_errors_count or people == 0.0:
            return
        for budget in self.budgets:
            budget.miss(at_s, people)

    def _abandoned(self, call: str, at_s: float) -> None:
        known = self.ledger.of(call)
        if known.dropped or known.stage is Stage.INBOUND:
            return
        self._count(known, at_s)
        known.dropped = True
        self.price.dropped()
        for budget in self.budgets:
            budget.abandon(at_s)
        self.ledger.end(call)

    def _connected(self, call: str, agent: str, at_s: float) -> None:
        known = self.ledger.of(call)
        self._count(known, at_s)
        if known.stage is Stage.INBOUND:
            self.inbound.waited(at_s - known.placed_s, left=False)
        self.ledger.end(call)
        self.work.joined(agent, at_s)

    # -- tables ------------------------------------------------------------------------

    def settle(self, still_expected: float) -> None:
        """Compare answers with what the calls that rang, and still ring, made likely."""
        now = self._expected + still_expected
        expected = max(0.0, now - self._settled)
        self.level.learn(expected, max(0.0, self._new_answers))
        self._settled = now
        self._new_answers = min(0.0, self._new_answers)

    def rebuild_rings(self, ringing_s: Floats, weights: Floats | None) -> None:
        """Make the tables of ringing calls anew; `ringing_s` are ages of those that do."""
        each = np.ones(len(ringing_s)) if weights is None else weights
        self.ringing.rebuild(self.level.mean, ringing_s, each)
        self._expected = 0.0
        self._settled = self.ringing.add_up(self.ringing.bins(ringing_s), weights).expected

    def begin_frees(
        self, now_s: float, talking: Mapping[str, float], wrapping: Mapping[str, float]
    ) -> None:
        """Begin new tables of busy agents; instants are those of the snapshot."""
        later_s = self.detector.need_to_limit_s
        horizons = tuple(t + later_s for t in self.ringing.horizons_s)
        self.work.see_wrapping(wrapping)
        self.freeing.begin(
            (*horizons, later_s),
            _ages(now_s, talking.values()),
            _ages(now_s, wrapping.values()),
        )


def _ages(now_s: float, instants: Iterable[float]) -> Floats:
    return now_s - np.fromiter(instants, np.float64)
