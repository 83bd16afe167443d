"""The outbound calls of a floor: ringing, undecided, waiting for an agent, abandoned.

Pure. What counts is what the product would count: a call answered by a person, or by
what detection takes for one; abandoned when nobody was joined at the threshold and the
person was still there.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol

from dialer.pacing import (
    Abandoned,
    Answered,
    Connected,
    Event,
    Greeted,
    HungUp,
    Judged,
    Placed,
    Resolved,
)
from sim.world.floor.leads import Lead
from sim.world.floor.scenario import FloorScenario, value_at
from sim.world.floor.staff import Staff

FAILED_AFTER_S = 0.8
REVIEWED_AFTER_S = 60.0

Handler = Callable[[float, Any, Any], None]
Later = Callable[[float, Handler, Any, Any], None]


class JoinedHandler(Protocol):
    def __call__(self, at_s: float, agent: str, talk_s: float, wrap_s: float) -> None: ...


class Calls:
    """All calls under way, and what became of the others."""

    __slots__ = (
        "_clock",
        "_joined",
        "_later",
        "_level",
        "_observe",
        "_queue",
        "_scenario",
        "_staff",
        "abandoned",
        "cancelled",
        "false_machines",
        "false_people",
        "humans",
        "hung_up",
        "placed",
        "ringing",
        "scores",
        "undecided",
        "waiting",
        "waits",
    )  # fmt: skip

    def __init__(
        self,
        scenario: FloorScenario,
        staff: Staff,
        observe: Callable[[Event], None],
        later: Later,
        joined: JoinedHandler,
    ) -> None:
        self._scenario, self._staff = scenario, staff
        self._observe, self._later, self._joined = observe, later, joined
        self._clock = ("connect", "greeting_start", "greeting_end").index(
            scenario.clock_start
        )
        seconds = range(int(scenario.end_s) + 2)
        self._level = [value_at(scenario.level, second) for second in seconds]
        self.ringing: dict[str, float] = {}
        self.undecided: dict[str, float] = {}
        self.waiting: dict[str, float] = {}
        self.scores: dict[str, float] = {}
        self._queue: dict[str, tuple[Lead, bool]] = {}  # beside `waiting`: is it a person
        self.humans: list[float] = []
        self.abandoned: list[float] = []
        self.waits: list[float] | None = None
        self.placed = self.cancelled = self.hung_up = 0
        self.false_machines = self.false_people = 0

    def place(self, at_s: float, lead: Lead) -> None:
        """Dial; how it will end is decided by the lead and the hour."""
        call = lead.call
        self.placed += 1
        self.ringing[call] = at_s
        if lead.score is not None:
            self.scores[call] = lead.score
        self._observe(Placed(at_s=at_s, call=call, p=lead.score))
        outcome, after_s = self._ending(at_s, lead)
        self._later(at_s + after_s, self._resolve, outcome, lead)

    def cancel(self, at_s: float, call: str) -> None:
        """Give a ringing call up."""
        del self.ringing[call]
        self.scores.pop(call, None)
        self.cancelled += 1
        self._observe(Resolved(at_s=at_s, call=call, outcome="cancelled"))

    def take_waiting(self, at_s: float, agent: str) -> bool:
        """Join the agent and the person who waits longest; false when nobody waits."""
        for call in self.waiting:
            since_s = self.waiting.pop(call)
            if self.waits is not None:
                self.waits.append(at_s - since_s)
            self._staff.begins(at_s, agent)
            self._join(at_s, agent, *self._queue.pop(call))
            return True
        return False

    def _ending(self, at_s: float, lead: Lead) -> tuple[str, float]:
        scenario = self._scenario
        for begin, end in scenario.outages:
            if begin <= at_s < end:
                return "failed", FAILED_AFTER_S
        if lead.ending is not None:
            return lead.ending
        limit_s = scenario.rings.limit_s
        p = min(0.98, lead.p * self._level[int(at_s)])
        if lead.answer_u < p:
            outcome, after_s = "human", lead.human_ring_s
        else:
            others, u = scenario.others, lead.other_u
            if u < others.machine:
                outcome, after_s = "machine", lead.machine_ring_s
            elif u < others.machine + others.busy:
                outcome, after_s = "busy", lead.refusal_ring_s
            elif u < others.machine + others.busy + others.invalid:
                outcome, after_s = "invalid", lead.refusal_ring_s
            else:
                return "no_answer", limit_s
        return (outcome, after_s) if after_s < limit_s else ("no_answer", limit_s)

    def _resolve(self, at_s: float, outcome: Any, lead: Lead) -> None:
        call = lead.call
        if self.ringing.pop(call, None) is None:
            return  # cancelled before
        self.scores.pop(call, None)
        if outcome != "human" and outcome != "machine":
            self._observe(Resolved(at_s=at_s, call=call, outcome=outcome))
            return
        person = outcome == "human"
        self._observe(Answered(at_s=at_s, call=call))
        if self._clock:
            self._later(at_s + lead.greeting_end_s, self._greeted, at_s, lead)
        if self._scenario.amd is None:
            self._counts(at_s, at_s, lead, person)
            return
        self.undecided[call] = at_s
        self._later(at_s + lead.amd_s, self._verdict, lead, person)
        if person and lead.patience_s < lead.amd_s:
            self._later(at_s + lead.patience_s, self._gives_up_early, lead, None)

    def _greeted(self, at_s: float, answered_s: float, lead: Lead) -> None:
        start_s = answered_s + lead.greeting_start_s
        self._observe(Greeted(at_s=at_s, call=lead.call, start_s=start_s, end_s=at_s))

    def _verdict(self, at_s: float, lead: Lead, person: bool) -> None:
        answered_s = self.undecided.pop(lead.call, None)
        amd = self._scenario.amd
        if answered_s is None or amd is None:
            return
        wrong = lead.amd_u < (amd.person_as_machine if person else amd.machine_as_person)
        if lead.review_u < amd.reviewed:
            self._later(at_s + REVIEWED_AFTER_S, self._judged, lead, person)
        if person != wrong:
            self.false_people += not person
            self._counts(at_s, answered_s, lead, person)
            return
        self._observe(Resolved(at_s=at_s, call=lead.call, outcome="machine"))
        if person:
            self.false_machines += 1
            if self._scenario.amd_errors_count:
                self.humans.append(at_s)
                self.abandoned.append(at_s)

    def _judged(self, at_s: float, lead: Lead, person: bool) -> None:
        self._observe(Judged(at_s=at_s, call=lead.call, person=person))

    def _gives_up_early(self, at_s: float, lead: Lead, _: None) -> None:
        """Hangs up while detection still listens: unsure counts as a person."""
        if self.undecided.pop(lead.call, None) is not None:
            self.humans.append(at_s)
            self.hung_up += 1
            self._observe(Resolved(at_s=at_s, call=lead.call, outcome="human"))
            self._observe(HungUp(at_s=at_s, call=lead.call))

    def _counts(self, at_s: float, answered_s: float, lead: Lead, person: bool) -> None:
        """The call counts as answered by a person: an agent at once, or the queue."""
        self.humans.append(at_s)
        self._observe(Resolved(at_s=at_s, call=lead.call, outcome="human"))
        starts_s = (0.0, lead.greeting_start_s, lead.greeting_end_s)[self._clock]
        deadline_s = answered_s + starts_s + self._scenario.threshold_s
        if deadline_s <= at_s:
            self._abandon(at_s, lead.call)
            return
        agent = self._staff.longest_idle(at_s)
        if agent is not None:
            if self.waits is not None:
                self.waits.append(0.0)
            self._join(at_s, agent, lead, person)
            return
        self.waiting[lead.call] = answered_s
        self._queue[lead.call] = (lead, person)
        if person and answered_s + lead.patience_s < deadline_s:
            self._later(max(at_s, answered_s + lead.patience_s), self._gives_up, lead, None)
        else:
            self._later(deadline_s, self._deadline, lead, None)

    def _gives_up(self, at_s: float, lead: Lead, _: None) -> None:
        if self.waiting.pop(lead.call, None) is not None:
            del self._queue[lead.call]
            self.hung_up += 1
            self._observe(HungUp(at_s=at_s, call=lead.call))

    def _deadline(self, at_s: float, lead: Lead, _: None) -> None:
        if self.waiting.pop(lead.call, None) is not None:
            del self._queue[lead.call]
            self._abandon(at_s, lead.call)

    def _abandon(self, at_s: float, call: str) -> None:
        self.abandoned.append(at_s)
        self._observe(Abandoned(at_s=at_s, call=call))

    def _join(self, at_s: float, agent: str, lead: Lead, person: bool) -> None:
        self._observe(Connected(at_s=at_s, call=lead.call, agent=agent))
        talk_s = lead.talk_s if person else lead.machine_talk_s
        pace = self._scenario.pace
        if len(pace) > 1 or pace[0][1] != 1.0:
            talk_s *= value_at(pace, at_s)
        self._joined(at_s, agent, talk_s, lead.wrap_s)
