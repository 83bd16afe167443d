"""Whatever happens in whatever order, the floor's promises hold."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import count
from types import SimpleNamespace

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from dialer.adapters.open_attempts import remembered
from dialer.calls import agent as agents
from dialer.calls.agent import AgentState
from dialer.calls.call import Call
from dialer.calls.events import Answered, HungUp, Joined, Parted, Said
from dialer.calls.story import Stored, Story, begin, told
from dialer.shell.facts import Action, EndHold, Fact, HangUp, Hold, Join, Nail, Step
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.holding import hold, leave_to_robot, resume
from dialer.shell.keeping import KEEP

START = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
SEATS = ("web001", "web002", "web003")
seats = st.sampled_from(SEATS)
picks = st.integers(0, 99)


def stored(fact: Fact) -> Stored:
    """The fact as it comes back from the database."""
    data = json.loads(json.dumps(dict(fact.data)))
    if fact.agent:
        data["endpoint"] = fact.agent
    return Stored(kind=fact.kind, at=fact.at, data=data, epoch=1)


class Switch(RuleBasedStateMachine):
    """A floor, and a switch that does what it is told but each seventh join."""

    def __init__(self) -> None:
        super().__init__()
        numbers = count(1)
        self.at = START
        self.floor = Floor(lambda: f"leg-{next(numbers)}")
        self.floor.seating.reachable |= set(SEATS)
        self.calls = count(1)
        self.debtors: dict[str, str] = {}  # call -> waiting | joined | held | lost
        self.peers: dict[str, str] = {}  # call -> leg
        self.standing: set[str] = set()  # legs that the switch has
        self.lost_at: dict[str, tuple[str, datetime]] = {}  # call -> who lost it, when
        self.joined = 0
        self.orders: list[Action] = []
        self.stories: dict[str, Story] = {}
        self.told: dict[str, Fact] = {}  # the last that was said of each agent

    @initialize()
    def everybody_sits_down(self) -> None:
        for seat in SEATS:
            self.an_agent_wishes(seat, "in")

    # -- time and the switch -----------------------------------------------------------

    def settle(self) -> None:
        while self.orders:
            self.the_switch_obeys()

    def take(self, step: Step) -> None:
        self.orders += step.actions
        for fact in step.facts:
            if fact.kind == "agent" and fact.agent:
                self.told[fact.agent] = fact
            elif fact.call:
                before = self.stories.get(fact.call, begin(fact.call))
                self.stories[fact.call] = told(before, stored(fact))
        for action in step.actions:
            if isinstance(action, Join) and action.call in self.lost_at:
                who, since = self.lost_at[action.call]
                assert action.agent == who or self.at > since + KEEP

    @rule(seconds=st.floats(0.01, 30))
    def time_passes(self, seconds: float) -> None:
        self.at += timedelta(seconds=seconds)
        self.take(self.floor.sweep(self.at))
        self.settle()

    def the_switch_obeys(self) -> None:
        orders, self.orders = self.orders, []
        for order in orders:
            match order:
                case Nail():
                    self.standing.add(order.leg)
                    self.take(self.floor.on_switch(Answered(channel=order.leg, at=self.at)))
                case Join():
                    self.joins(order)
                case Hold():
                    self.holds(order)
                case EndHold():
                    self.hold_ends(order.channel)
                case HangUp():
                    self.ends(order.channel)

    def joins(self, order: Join) -> None:
        self.joined += 1
        parked = self.debtors.get(order.call) in ("held", "robot")
        refused = self.joined % 7 == 0 and not parked
        if refused or order.call not in self.debtors or order.leg not in self.standing:
            self.lost_at.pop(order.call, None)  # who could not get it back waits no longer
            self.take(self.floor.on_join_failed(order.call, order.agent, self.at))
            self.take(self.floor.sweep(self.at))
            return
        assert self.debtors[order.call] != "joined"  # who is joined twice is parted
        self.debtors[order.call], self.peers[order.call] = "joined", order.leg
        self.lost_at.pop(order.call, None)
        event = Joined(channel=order.call, at=self.at, peer=order.leg)
        self.take(self.floor.on_switch(event))

    def holds(self, order: Hold) -> None:
        if self.debtors.get(order.call) == "joined":
            self.debtors[order.call] = "robot" if order.robot else "held"
            del self.peers[order.call]
            self.take(self.floor.on_switch(Parted(channel=order.call, at=self.at)))
            self.says(order.call, "paying" if order.robot else "held")

    def says(self, call: str, what: str) -> None:
        said = Said(channel=call, at=self.at, what=what, fields={})
        self.take(self.floor.on_switch(said))

    def hold_ends(self, call: str) -> None:
        if self.debtors.get(call) == "held":
            self.debtors[call] = "waiting"
            self.says(call, "back_to_floor")

    def ends(self, channel: str) -> None:
        if channel in self.standing:
            self.leg_dies(channel)
        elif channel in self.debtors:
            self.debtor_dies(channel)

    def leg_dies(self, leg: str, order: int = 0) -> None:
        self.standing.discard(leg)
        who = self.floor.legs.get(leg)
        talked = [call for call, peer in self.peers.items() if peer == leg]
        gone = HungUp(channel=leg, at=self.at, cause=16, sip_code=None)
        events: list[HungUp | Parted | Said] = [gone]
        for call in talked:
            del self.peers[call]
            self.debtors[call] = "lost"
            if who is not None:
                self.lost_at[call] = (who, self.at)
            events.append(Parted(channel=call, at=self.at))
            back = Said(channel=call, at=self.at, what="back_to_floor", fields={})
            events.append(back)
        for place in ((0, 1, 2), (1, 0, 2), (1, 2, 0))[order % 3]:
            if place < len(events):
                self.take(self.floor.on_switch(events[place]))

    def debtor_dies(self, call: str) -> None:
        del self.debtors[call]
        self.lost_at.pop(call, None)
        if self.peers.pop(call, None):
            self.take(self.floor.on_switch(Parted(channel=call, at=self.at)))
        gone = HungUp(channel=call, at=self.at, cause=16, sip_code=None)
        self.take(self.floor.on_switch(gone))

    # -- people ------------------------------------------------------------------------

    @rule()
    def somebody_answers(self) -> None:
        call = f"c{next(self.calls)}"
        self.debtors[call] = "waiting"
        self.floor.add_call(Ongoing(call=Call(id=call)))
        self.take(self.floor.on_switch(Answered(channel=call, at=self.at)))
        self.settle()

    @rule(pick=picks)
    def a_debtor_hangs_up(self, pick: int) -> None:
        if self.debtors:
            self.debtor_dies(list(self.debtors)[pick % len(self.debtors)])
        self.settle()

    @rule(pick=picks, order=st.integers(0, 2))
    def a_leg_is_lost(self, pick: int, order: int) -> None:
        if self.standing:
            self.leg_dies(sorted(self.standing)[pick % len(self.standing)], order)
        self.settle()

    @rule(seat=seats, wish=st.sampled_from(["in", "idle", "pause", "done", "out"]))
    def an_agent_wishes(self, seat: str, wish: str) -> None:
        now = self.at
        wishes = {
            "in": lambda a: agents.available(agents.logged_in(a, now), now),
            "idle": lambda a: agents.available(a, now),
            "pause": lambda a: agents.paused(a, "lunch", now),
            "done": lambda a: agents.wrapped_up(a, now),
            "out": lambda a: agents.logged_out(a, now),
        }
        self.take(self.floor.on_agent(seat, wishes[wish], now))
        self.settle()

    @rule(seat=seats)
    def an_agent_holds(self, seat: str) -> None:
        self.take(hold(self.floor, seat, self.at))
        self.settle()

    @rule(seat=seats)
    def an_agent_resumes(self, seat: str) -> None:
        self.take(resume(self.floor, seat, self.at))
        self.settle()

    @rule(seat=seats, frees=st.booleans())
    def an_agent_sends_his_debtor_to_the_robot(self, seat: str, frees: bool) -> None:
        self.take(hold(self.floor, seat, self.at, robot=True))
        if frees:
            self.take(leave_to_robot(self.floor, seat, self.at))
        self.settle()

    @rule(seat=seats)
    def an_agent_leaves_his_debtor_to_the_robot(self, seat: str) -> None:
        self.take(leave_to_robot(self.floor, seat, self.at))
        self.settle()

    @rule(pick=picks, seat=seats, first=st.booleans())
    def the_robot_is_done(self, pick: int, seat: str, first: bool) -> None:
        """As an agent takes his debtor back, before or after."""
        with_robot = [call for call, where in self.debtors.items() if where == "robot"]
        if not with_robot:
            return
        call = with_robot[pick % len(with_robot)]
        if first:
            self.take(resume(self.floor, seat, self.at))
        self.debtors[call] = "held"
        self.says(call, "robot_over")
        self.take(resume(self.floor, seat, self.at))
        self.settle()

    @rule(seat=seats)
    def a_page_is_closed(self, seat: str) -> None:
        self.take(self.floor.on_endpoint(seat, self.at, reachable=False))
        for leg in [leg for leg, who in self.floor.legs.items() if who == seat]:
            self.leg_dies(leg)
        self.settle()

    @rule(seat=seats)
    def a_page_is_opened(self, seat: str) -> None:
        fresh = self.floor.on_endpoint(seat, self.at, reachable=True, fresh=True)
        self.take(fresh)
        self.settle()

    @rule(seat=seats)
    def a_page_is_reloaded(self, seat: str) -> None:
        self.take(self.floor.nail_again(seat, self.at))
        self.settle()

    # -- promises ----------------------------------------------------------------------

    @invariant()
    def a_call_has_one_agent_and_he_has_it(self) -> None:
        holders: dict[str, str] = {}
        for ongoing in self.floor.calls.values():
            if ongoing.agent is None:
                continue
            assert ongoing.agent not in holders.values()
            holders[ongoing.call.id] = ongoing.agent
            agent = self.floor.agents[ongoing.agent]
            assert agent.call == ongoing.call.id or agent.leg is None

    @invariant()
    def who_talks_or_is_reserved_has_a_leg_and_a_call(self) -> None:
        for agent in self.floor.agents.values():
            if agent.state in (AgentState.TALKING, AgentState.RESERVED):
                assert agent.leg is not None
                assert agent.call in self.floor.calls
            if agent.state in (AgentState.IDLE, AgentState.PAUSED):
                assert agent.leg is not None
                assert agent.call is None
            assert not agent.held or agent.state is AgentState.TALKING

    @invariant()
    def whoever_folds_the_facts_comes_to_the_same_floor(self) -> None:
        for ongoing in self.floor.calls.values():
            assert self.stories[ongoing.call.id].call == ongoing.call
        for agent in self.floor.agents.values():
            fact = self.told[agent.endpoint]
            row = SimpleNamespace(data=stored(fact).data, at=fact.at, attempt_id=fact.call)
            assert remembered(row).agent == replace(agent, again=False)

    @invariant()
    def nobody_is_kept_for_ever(self) -> None:
        for ongoing in self.floor.calls.values():
            assert (ongoing.kept_for is None) == (ongoing.kept_until is None)
            assert ongoing.agent is None or ongoing.kept_for in (None, ongoing.agent)

    @invariant()
    def nobody_is_on_hold_for_long_without_his_agent(self) -> None:
        for ongoing in self.floor.calls.values():
            if ongoing.held and (ongoing.agent is not None or not ongoing.robot):
                agent = self.floor.agents[str(ongoing.agent)]
                assert agent.call == ongoing.call.id
                assert agent.leg is not None or self.at - agent.since <= KEEP

    @invariant()
    def an_agent_who_is_free_and_a_debtor_who_waits_are_brought_together(self) -> None:
        if self.orders:
            return
        waiting = [o for o in self.floor.calls.values() if o.waits and o.joins == 0]
        assert not (waiting and self.floor.idle_agents())


Switch.TestCase.settings = settings(max_examples=100, stateful_step_count=40)
TestFloor = Switch.TestCase
