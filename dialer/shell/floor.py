"""The floor: calls and agents now, and who is joined with whom.

Decides, does not act: each `on_...` takes one event and returns a `Step` for the shell to
carry out. One floor lives in the leader alone, in one task: agents are chosen in one place.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from uuid import UUID

from dialer.calls import agent as agents
from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import advance, is_abandoned
from dialer.calls.events import Answered, ChannelEvent, HungUp, Joined, Parted, Said
from dialer.calls.leg import Leg
from dialer.calls.outcome import CANCELLED_BY_US, NORMAL
from dialer.shell import answers, arriving, keeping, previews
from dialer.shell.facts import Action, Ended, Fact, HangUp, Step
from dialer.shell.floor_time import FloorTime
from dialer.shell.line import Line
from dialer.shell.ongoing import Ongoing
from dialer.shell.previews import Offer
from dialer.shell.seating import NAILING, Seating

RESERVATION = timedelta(seconds=5)  # a bridge takes milliseconds
JOIN_TRIES = 3

__all__ = ["Floor", "Ongoing"]


class Floor:
    """State of one floor. `new_leg` makes the ids of agents' legs."""

    def __init__(self, new_leg: Callable[[], str]) -> None:
        self.calls: dict[str, Ongoing] = {}
        self.agents: dict[str, Agent] = {}
        self.time = FloorTime()  # the switch's, for whoever tells the floor what time it is
        self.line = Line()  # of callers who wait
        self.blind = False  # in a gap nobody knows who talks with whom: nobody is joined
        self.seating = Seating(new_leg)
        self.offers: dict[str, Offer] = {}  # endpoint -> whom that agent previews
        self.skipped: list[Offer] = []  # to be given back to the list
        self._wrap_up_s: dict[str, float] = {}
        self._channels: dict[str, str] = {}  # channel -> call, where they differ

    @property
    def legs(self) -> dict[str, str]:
        """Leg's channel -> endpoint."""
        return self.seating.owners

    # -- what happens ------------------------------------------------------------------

    def remember(self, agent: Agent, wrap_up_s: float | None) -> None:
        """An agent as the facts of an earlier leader left him; the switch is asked next."""
        self.agents[agent.endpoint] = agent
        if agent.leg is not None:
            self.seating.known(agent.leg, agent.endpoint, agent.since, up=True)
        if wrap_up_s is not None:
            self._wrap_up_s[agent.endpoint] = wrap_up_s

    def add_call(self, ongoing: Ongoing) -> None:
        """A call that was just committed, or adopted after a gap."""
        ongoing.channel = ongoing.channel or ongoing.call.id
        self.calls[ongoing.call.id] = ongoing
        if ongoing.channel != ongoing.call.id:
            self._channels[ongoing.channel] = ongoing.call.id

    def on_switch(self, event: ChannelEvent) -> Step:
        """Apply one event of a channel; unknown channels are nobody's."""
        step = Step()
        leg = self.seating.leg(event.channel)
        if leg is not None:
            self._on_leg(leg, event, step)
            if isinstance(event, HungUp) and leg.wanted:
                self._seat(leg.endpoint, event.at, step)
        elif isinstance(event, Said) and event.what in arriving.WORDS:
            arriving.arrived(self, event, step)
        else:
            call_id = self._channels.get(event.channel, event.channel)
            ongoing = self.calls.get(call_id)
            if ongoing is not None:
                self._on_call(ongoing, event, step)
        self._assign(event.at, step)
        answers.listen(self, event, step)
        return step

    def on_agent(
        self, endpoint: str, change: Callable[[Agent], Agent], at: datetime
    ) -> Step:
        """Apply what an agent asked for (log in, pause, ...)."""
        step = Step()
        agent = self.agents.get(endpoint) or Agent(endpoint=endpoint, since=at)
        self.put(change(agent), at, step)
        self._seat(endpoint, at, step)
        self._assign(at, step)
        return step

    def legs_now(self, up: Mapping[str, bool], at: datetime) -> Step:
        """After a gap: the switch's legs, and which stand; who has none gets one made."""
        step, before = Step(), self.legs
        for channel in before.keys() - up.keys():
            gone = HungUp(channel=channel, at=at, cause=0, sip_code=None)
            self._on_known_leg(channel, gone, step)
        for channel, endpoint in self.legs.items():
            if up[channel] and self.agents[endpoint].leg is None:
                self._on_known_leg(channel, Answered(channel=channel, at=at), step)
        for endpoint in before.values():
            self._seat(endpoint, at, step)
        self._assign(at, step)
        return step

    def _on_known_leg(self, channel: str, event: ChannelEvent, step: Step) -> None:
        leg = self.seating.leg(channel)
        if leg is not None:
            self._on_leg(leg, event, step)

    def hang_up_for(self, endpoint: str) -> list[Action]:
        """The agent ends the conversation: the debtor's channel is hung up."""
        agent = self.agents.get(endpoint)
        ongoing = self.calls.get((agent and agent.call) or "")
        if agent is None or ongoing is None or not keeping.may_end(ongoing, agent):
            return []
        cause = CANCELLED_BY_US if ongoing.rings else NORMAL
        return [HangUp(channel=ongoing.channel, cause=cause)]

    def on_join_failed(self, call_id: str, endpoint: str, at: datetime) -> Step:
        """The switch refused the bridge; the agent goes on, the call may be gone."""
        step = Step()
        ongoing = self.calls.get(call_id)
        agent = self.agents.get(endpoint)
        if agent is not None:
            self.put(agents.released(agent, call_id, at), at, step)
        if ongoing is not None:
            ongoing.resumed_at = None
        if ongoing is not None and ongoing.agent == endpoint and not ongoing.held:
            ongoing.agent = None
            ongoing.let_go()
        step.facts.append(Fact(kind="join_failed", at=at, call=call_id, agent=endpoint))
        return step

    def on_nail_failed(self, leg: str, at: datetime) -> Step:
        """The agent's leg could not be made; the sweep tries again."""
        step = Step()
        self.seating.failed(leg, at, step)
        return step

    def sweep(self, at: datetime) -> Step:
        """Look for what time alone must move: leases, wrap-up limits, missing legs."""
        step = Step()
        for agent in list(self.agents.values()):
            since = at - agent.since
            limit_s = self._wrap_up_s.get(agent.endpoint, 30.0)
            if agent.state is AgentState.RESERVED and since > RESERVATION and agent.call:
                failed = self.on_join_failed(agent.call, agent.endpoint, at)
                step.facts += failed.facts
                step.facts.append(
                    Fact(kind="reservation_expired", at=at, agent=agent.endpoint)
                )
            elif agent.state is AgentState.WRAP_UP and since.total_seconds() > limit_s:
                self.put(agents.wrapped_up(agent, at), at, step)
            elif since > NAILING and not keeping.holds(self, agent):
                self.put(agents.left(agent, at), at, step)
            self._seat(agent.endpoint, at, step)
        for ongoing in self.calls.values():
            if ongoing.kept_until is not None and at > ongoing.kept_until:
                keeping.give_up(self, ongoing, at, step)
            keeping.end_hold_of_nobody(self, ongoing, at, step)
        self._assign(at, step)
        return step

    def on_endpoint(
        self, endpoint: str, at: datetime, *, reachable: bool, fresh: bool = False
    ) -> Step:
        """The agent's phone is there (its leg is made at once) or went away.

        `fresh`: it registered just now; a leg on its way to where it was is called off.
        """
        step = Step()
        if not reachable:
            self.seating.reachable.discard(endpoint)
            return step
        if fresh:
            self._call_off(endpoint, at, step)
        self.seating.seen(endpoint)
        self._seat(endpoint, at, step)
        return step

    def _call_off(self, endpoint: str, at: datetime, step: Step) -> None:
        """Give up legs that nobody has answered yet."""
        agent = self.agents.get(endpoint)
        standing = agent.leg if agent is not None else None
        self.seating.call_off(endpoint, standing, at, step)

    def drop(self, call_id: str, at: datetime) -> Step:
        """Forget a call that the switch no longer knows; its agent goes on."""
        step = Step()
        ongoing = self.calls.pop(call_id, None)
        if ongoing is None:
            return step
        self._channels.pop(ongoing.channel, None)
        self.free(self.agents.get(ongoing.agent or ""), call_id, at, step)
        previews.ended(self, ongoing, at, step)
        return step

    def nail_again(self, endpoint: str, at: datetime) -> Step:
        """A new page sits there: its leg is made anew, an older one ends.

        The end of the older leg is what brings the next one, and the call in hand.
        """
        step = Step()
        self._call_off(endpoint, at, step)
        agent = self.agents.get(endpoint)
        if agent is not None and agent.leg is not None:
            step.actions.append(HangUp(channel=agent.leg))
        else:
            self._seat(endpoint, at, step)
        return step

    # -- what is -----------------------------------------------------------------------

    def idle_agents(self) -> list[Agent]:
        """Idle agents, the longest idle first."""
        idle = [a for a in self.agents.values() if a.state is AgentState.IDLE]
        return sorted(idle, key=lambda a: a.since)

    def wrap_up_until(self, agent: Agent) -> datetime | None:
        """When the floor ends a wrap-up by itself; None when there is none."""
        if agent.state is not AgentState.WRAP_UP:
            return None
        return agent.since + timedelta(seconds=self._wrap_up_s.get(agent.endpoint, 30.0))

    def calls_of(self, campaign: UUID) -> Iterable[Ongoing]:
        return (o for o in self.calls.values() if o.campaign == campaign)

    def lines(self) -> Counter[str]:
        """Calls in progress on each route."""
        return Counter(ongoing.route for ongoing in self.calls.values())

    # -- steps -------------------------------------------------------------------------

    def _on_call(self, ongoing: Ongoing, event: ChannelEvent, step: Step) -> None:
        before = ongoing.call
        if not ongoing.concerns(event):
            return
        ongoing.call = advance(before, event)
        if ongoing.call is before and not isinstance(event, Said):
            return
        step.facts.append(_fact_of(ongoing, event))
        agent = self.agents.get(ongoing.agent or "")
        match event:
            case Joined() if agent is not None:
                self._join(ongoing, agent, event, step)
            case Parted() if not ongoing.held:
                if ongoing.passed_on and agent is not None:
                    self._wrap_up_s[agent.endpoint] = 0  # who has it next wraps it up
                self.free(agent, ongoing.call.id, event.at, step)
                ongoing.agent = None
            case Said(what="held"):
                ongoing.on_hold = ongoing.held
            case Said(what="paying"):
                keeping.robot_leads(self, ongoing, event.at, step)
            case Said(what="robot_over"):
                keeping.robot_over(self, ongoing, event.at, step)
            case Said(what="back_to_floor"):
                keeping.returned(self, ongoing, agent, event.at, step)
            case HungUp():
                self._end(ongoing, agent, event.at, step)

    def _join(self, ongoing: Ongoing, agent: Agent, event: Joined, step: Step) -> None:
        ongoing.bridge, call_id, at = event.bridge, ongoing.call.id, event.at
        ongoing.talked_with = agent.endpoint
        ongoing.joins = 0
        ongoing.held = ongoing.on_hold = ongoing.returned = False
        ongoing.robot, ongoing.frees, ongoing.resumed_at = False, False, None
        ongoing.passed_on = False
        if ongoing.taken_by != agent.endpoint:  # he is that one's from now on
            ongoing.taken_by = None
        ongoing.let_go()
        self._wrap_up_s[agent.endpoint] = ongoing.wrap_up_s
        after = agents.joined(agent, call_id, at)
        self.put(agents.off_hold(after, call_id), at, step)

    def _end(self, ongoing: Ongoing, agent: Agent | None, at: datetime, step: Step) -> None:
        call = ongoing.call
        if ongoing.machine is not None and agent is not None:
            self._wrap_up_s[agent.endpoint] = 0  # nobody was talked with: no pause for it
        self.free(agent, call.id, at, step)
        previews.ended(self, ongoing, at, step)
        counts = not ongoing.agentless and ongoing.machine is None
        abandoned = counts and is_abandoned(call, ongoing.threshold_s)
        step.ended.append(
            Ended(
                call=call,
                channel=ongoing.channel,
                agent=ongoing.talked_with,
                abandoned=abandoned,
                route=ongoing.route,
                machine=ongoing.machine,
            )
        )
        del self.calls[call.id]
        self._channels.pop(ongoing.channel, None)

    def free(self, agent: Agent | None, call_id: str, at: datetime, step: Step) -> None:
        """After a talk the agent wraps up; before it he is simply free again."""
        if agent is None:
            return
        after = agents.released(agents.parted(agent, call_id, at), call_id, at)
        if self._wrap_up_s.get(agent.endpoint) == 0:
            after = agents.wrapped_up(after, at)
        self.put(after, at, step)

    def _on_leg(self, leg: Leg, event: ChannelEvent, step: Step) -> None:
        agent, at = self.agents[leg.endpoint], event.at
        if isinstance(event, HungUp):
            self.seating.ended(leg, at, step, stood=agent.leg == leg.channel)
            if leg.wanted:
                keeping.leg_lost(self, agent, event, step)
            return
        if not leg.wanted or isinstance(event, Answered) or _is_ready(event):
            self.seating.stood(leg, at, step)
            if leg.wanted:
                keeping.leg_up(self, agent, leg.channel, at, step)

    def _assign(self, at: datetime, step: Step) -> None:
        """Give waiting calls to idle agents: returned ones, inbound, then the longest."""
        waiting = [o for o in self.calls.values() if o.waits and o.joins < JOIN_TRIES]
        waiting = [o for o in waiting if not self.line.is_looked_up(o, at)]
        if self.blind or not waiting:
            return
        waiting.sort(key=lambda o: (not o.returned, not o.call.inbound, -o.urgency_s(at)))
        idle = [(a, a.leg) for a in self.idle_agents() if a.leg is not None]
        for ongoing in waiting:
            taken = previews.taker(self, ongoing, idle)
            if taken is None:
                continue
            agent, leg = taken
            call_id = ongoing.call.id
            ongoing.agent = agent.endpoint
            ongoing.joins += 1
            self.put(agents.reserved(agent, call_id, at), at, step)
            step.actions.append(keeping.join(ongoing, agent.endpoint, leg))

    def _seat(self, endpoint: str, at: datetime, step: Step) -> None:
        agent = self.agents.get(endpoint)
        if agent is not None:
            self.seating.seat(agent, at, step)

    def put(self, agent: Agent, at: datetime, step: Step) -> None:
        before = self.agents.get(agent.endpoint)
        if before == agent:
            return
        self.agents[agent.endpoint] = agent
        self.tell_again(agent.endpoint, at, step)

    def tell_again(self, endpoint: str, at: datetime, step: Step) -> None:
        """Say how an agent is, changed or not."""
        agent = self.agents.get(endpoint)
        if agent is None:
            return
        data: dict[str, object] = {
            "state": agent.state,
            "wants": agent.wants,
            "pause_code": agent.pause_code,
            "leg": agent.leg,
            "held": agent.held,
            "since": agent.since.isoformat(),
        }
        if agent.supervises:
            data["supervises"] = True
        if agent.state in (AgentState.TALKING, AgentState.WRAP_UP):
            data["wrap_up_s"] = self._wrap_up_s.get(agent.endpoint)
        step.facts.append(
            Fact(kind=agent.fact, at=at, call=agent.call, agent=agent.endpoint, data=data)
        )


def _is_ready(event: ChannelEvent) -> bool:
    return isinstance(event, Said) and event.what == "agent_ready"


def _fact_of(ongoing: Ongoing, event: ChannelEvent) -> Fact:
    kind = event.what if isinstance(event, Said) else type(event).__name__.lower()
    data: dict[str, object] = {}
    if isinstance(event, HungUp):
        data = {"cause": event.cause, "sip_code": event.sip_code}
    return Fact(
        kind=kind, at=event.at, call=ongoing.call.id, agent=ongoing.agent, data=data
    )
