"""The floor in virtual time: one heap of events, one pacer, one record at the end.

Pure. A free agent takes the outbound call that waits longest, then the inbound one.
What a pacer may not do (more calls than there is room for, cancelling a young call)
raises PacerBroke instead of being put right. The snapshot's mappings are the floor's
own: a pacer reads them inside `decide` and keeps none.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from heapq import heappop, heappush
from itertools import count
from typing import Any, Protocol

from dialer.pacing import (
    AgentChanged,
    Connected,
    Decision,
    Event,
    HungUp,
    InboundArrived,
    Snapshot,
    TalkEnded,
    WrapEnded,
)
from sim.world.floor.calls import Calls
from sim.world.floor.incoming import Arrival, Incoming
from sim.world.floor.leads import Lead, Leads, stream
from sim.world.floor.result import ShiftResult, worst_half_hour
from sim.world.floor.scenario import FloorScenario
from sim.world.floor.shifts import Step, steps
from sim.world.floor.staff import Spans, Staff

UNBOUNDED = 100_000  # room when nothing else limits it
SCORES_AHEAD = 100
_ROUNDING = 1e-9

Handler = Callable[[float, Any, Any], None]


class PacerBroke(RuntimeError):
    """The pacer asked for something that it may not ask."""


class AnyPacer(Protocol):
    """What the floor drives: dialer.pacing.Pacer, or a baseline."""

    def observe(self, event: Event) -> None: ...
    def decide(self, now_s: float, floor: Snapshot) -> Decision: ...


class AnyLeads(Protocol):
    """The list that is called: drawn from the scenario, or a trace."""

    @property
    def left(self) -> int: ...
    def take(self, at_s: float) -> Lead: ...
    def scores(self, most: int) -> tuple[float, ...]: ...


class Floor:
    """One shift. `period_s` between decisions; `on_event`: also after every event.

    A recorded shift brings its own `leads`, the `steps` of its agents, and the spans in
    which the campaign was `closed`: nothing is decided in them.
    """

    def __init__(
        self,
        scenario: FloorScenario,
        pacer: AnyPacer,
        seed: int,
        *,
        period_s: float = 0.25,
        on_event: bool = False,
        keep_waits: bool = False,
        leads: AnyLeads | None = None,
        steps: Sequence[Step] | None = None,
        closed: Spans = (),
    ) -> None:
        self._scenario, self._seed = scenario, seed
        self._pacer, self._observe = pacer, pacer.observe
        self._period_s, self._on_event = period_s, on_event
        self._heap: list[tuple[float, int, Handler, Any, Any]] = []
        self._order = count()
        self._leads: AnyLeads = leads or Leads(scenario, seed)
        self._steps, self._closed = steps, deque(closed)
        self._staff = Staff(keeps_wishes=steps is not None, closed=closed)
        self._incoming = Incoming(scenario, seed) if scenario.inbound else None
        self._calls = Calls(scenario, self._staff, self._observe, self._later, self._joined)
        if keep_waits:
            self._calls.waits = []
        self._bursts: deque[tuple[float, int]] = deque()  # placed in the last second
        self._decisions = 0
        self._tally: tuple[float, float, float, float] | None = None

    def run(self) -> ShiftResult:
        """Play the shift to its end, or until the list is used up and no call is left."""
        self._seat()
        heap, end_s = self._heap, self._scenario.end_s
        tick, ticks = 0.0, 0
        while True:
            if heap and heap[0][0] <= tick:
                at_s, _, handler, first, second = heappop(heap)
                if at_s >= end_s:
                    break
                handler(at_s, first, second)
                if self._on_event:
                    self._decide(at_s)
            elif tick >= end_s or (self._tally is not None and self._quiet()):
                break
            else:
                self._decide(tick)
                ticks += 1
                tick = ticks * self._period_s
        return self._result()

    def _quiet(self) -> bool:
        """No call is left that could still be abandoned."""
        calls = self._calls
        return not (calls.ringing or calls.undecided or calls.waiting)

    def _later(self, at_s: float, handler: Handler, first: Any, second: Any) -> None:
        heappush(self._heap, (at_s, next(self._order), handler, first, second))

    def _seat(self) -> None:
        announced_s = self._scenario.shifts.announced_s
        meant = self._steps
        if meant is None:
            meant = steps(self._scenario, stream(self._scenario, self._seed, 3))
        for step in meant:
            handler = self._comes if step.what == "in" else self._asks_to_go
            self._later(step.at_s, handler, step, None)
            if announced_s and step.what != "in":
                before_s = max(0.0, step.at_s - announced_s)
                self._later(before_s, self._announces, step, None)
        if self._incoming is not None:
            for arrival in self._incoming.arrivals:
                self._later(arrival.at_s, self._arrives, arrival, None)

    # agents

    def _comes(self, at_s: float, step: Step, _: None) -> None:
        if self._staff.comes(at_s, step.agent):
            self._observe(AgentChanged(at_s=at_s, agent=step.agent, state="idle"))
            if step.away_s or step.lent_s:
                self._staff.asks_to_go(replace(step, what="leave"))
            self._free(at_s, step.agent)

    def _announces(self, _at_s: float, step: Step, _: None) -> None:
        self._staff.announces(step)

    def _asks_to_go(self, at_s: float, step: Step, _: None) -> None:
        if self._staff.asks_to_go(step):
            self._goes(at_s, step.agent)

    def _goes(self, at_s: float, agent: str) -> None:
        step = self._staff.goes(at_s, agent)
        state = "offline" if step.what == "out" else "paused"
        self._observe(AgentChanged(at_s=at_s, agent=agent, state=state))
        if step.what == "leave":
            back = Step(at_s + step.away_s + step.lent_s, agent, "in")
            self._later(back.at_s, self._comes, back, None)

    def _free(self, at_s: float, agent: str) -> None:
        incoming = self._incoming
        if self._staff.wants_to_go(agent):
            self._goes(at_s, agent)
        elif self._calls.waiting:
            self._calls.take_waiting(at_s, agent)
        elif incoming is not None and incoming.waiting:
            self._staff.begins(at_s, agent)
            self._answers(at_s, agent, incoming)
        else:
            self._staff.idle[agent] = at_s

    def _joined(self, at_s: float, agent: str, talk_s: float, wrap_s: float) -> None:
        self._later(at_s + talk_s, self._talk_ended, agent, wrap_s)

    def _talk_ended(self, at_s: float, agent: str, wrap_s: float) -> None:
        self._staff.ends_talk(at_s, agent)
        self._observe(TalkEnded(at_s=at_s, agent=agent))
        self._later(at_s + wrap_s, self._wrap_ended, agent, None)

    def _wrap_ended(self, at_s: float, agent: str, _: None) -> None:
        self._staff.ends_wrap(at_s, agent)
        self._observe(WrapEnded(at_s=at_s, agent=agent))
        self._free(at_s, agent)

    # calls that come in

    def _arrives(self, at_s: float, arrival: Arrival, _: None) -> None:
        incoming = self._incoming
        if incoming is None:
            return
        self._observe(InboundArrived(at_s=at_s, call=arrival.call))
        incoming.comes(arrival)
        agent = self._staff.longest_idle(at_s)
        if agent is not None:
            self._answers(at_s, agent, incoming)
        else:
            self._later(at_s + arrival.patience_s, self._caller_leaves, arrival.call, None)

    def _answers(self, at_s: float, agent: str, incoming: Incoming) -> None:
        arrival = incoming.take(at_s)
        self._observe(Connected(at_s=at_s, call=arrival.call, agent=agent))
        self._joined(at_s, agent, arrival.talk_s, arrival.wrap_s)

    def _caller_leaves(self, at_s: float, call: str, _: None) -> None:
        if self._incoming is not None and self._incoming.leaves(call):
            self._observe(HungUp(at_s=at_s, call=call))

    # decisions

    def _decide(self, at_s: float) -> None:
        if self._closed and self._is_closed(at_s):
            return
        calls, staff, incoming = self._calls, self._staff, self._incoming
        room = self._room(at_s)
        inbound_waiting = incoming.waiting if incoming is not None else {}
        ahead = self._leads.scores(SCORES_AHEAD) if self._scenario.scored and room else ()
        snapshot = Snapshot(
            idle=len(staff.idle), room=room, waiting=calls.waiting,
            inbound_waiting=inbound_waiting, talking=staff.talking, wrapping=staff.wrapping,
            ringing=calls.ringing, undecided=calls.undecided, leaving=staff.leaving,
            scores=calls.scores, next_scores=ahead,
        )  # fmt: skip
        decision = self._pacer.decide(at_s, snapshot)
        self._decisions += 1
        if decision.cancels:
            self._cancel(at_s, decision.cancels)
        if decision.calls:
            self._place(at_s, decision.calls, room)

    def _is_closed(self, at_s: float) -> bool:
        while self._closed and self._closed[0][1] <= at_s:
            self._closed.popleft()
        return bool(self._closed) and self._closed[0][0] <= at_s

    def _place(self, at_s: float, wanted: int, room: int) -> None:
        if not 0 < wanted <= room:
            raise PacerBroke(f"{wanted} calls at {at_s} s, room for {room}")
        for _ in range(wanted):
            self._calls.place(at_s, self._leads.take(at_s))
        if self._scenario.max_cps is not None:
            self._bursts.append((at_s, wanted))
        if not self._leads.left:
            self._tally = self._staff.seconds(at_s)

    def _cancel(self, at_s: float, cancels: tuple[str, ...]) -> None:
        youngest_s = at_s - self._scenario.policy().min_ring_s + _ROUNDING
        for call in cancels:
            if self._calls.ringing.get(call, at_s) > youngest_s:
                raise PacerBroke(f"{call} cancelled at {at_s} s, too young or not ringing")
            self._calls.cancel(at_s, call)

    def _room(self, at_s: float) -> int:
        scenario, calls = self._scenario, self._calls
        room = min(UNBOUNDED, self._leads.left)
        if scenario.max_lines is not None:
            lines = len(calls.ringing) + len(calls.undecided) + len(calls.waiting)
            room = min(room, scenario.max_lines - lines - len(self._staff.talking))
        if scenario.max_cps is not None:
            window_s = max(1.0, 1.0 / scenario.max_cps)
            while self._bursts and self._bursts[0][0] <= at_s - window_s + _ROUNDING:
                self._bursts.popleft()
            most = int(scenario.max_cps * window_s + _ROUNDING)
            room = min(room, most - sum(n for _, n in self._bursts))
        return max(0, room)

    def _result(self) -> ShiftResult:
        calls, staff = self._calls, self._staff
        talk_s, wrap_s, logged_s, away_s = self._tally or staff.seconds(
            self._scenario.end_s
        )
        worked_s = talk_s + wrap_s
        return ShiftResult(
            scenario=self._scenario.name,
            seed=self._seed,
            occupancy=worked_s / logged_s if logged_s else 0.0,
            occupancy_without_breaks=worked_s / max(logged_s - away_s, 1e-9),
            logged_in_s=logged_s,
            humans=len(calls.humans),
            abandoned=len(calls.abandoned),
            hung_up=calls.hung_up,
            machines_taken_for_people=calls.false_people,
            people_taken_for_machines=calls.false_machines,
            worst_half_hour=worst_half_hour(calls.humans, calls.abandoned),
            talk_min_per_agent_hour=60.0 * talk_s / logged_s if logged_s else 0.0,
            idle_s_between_calls=staff.gaps_s / staff.gaps if staff.gaps else 0.0,
            placed=calls.placed,
            cancelled=calls.cancelled,
            talks=staff.talks,
            decisions=self._decisions,
            waits_s=tuple(calls.waits or ()),
            inbound=None if self._incoming is None else self._incoming.result(),
        )
