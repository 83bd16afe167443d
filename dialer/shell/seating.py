"""The agents' nailed-up legs: who gets one made, and which are given up.

Rules over the legs alone, used by the floor; whom an agent talks with on a leg is its
business. Each change of a leg is a fact.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta

from dialer.calls import leg as legs
from dialer.calls.agent import Agent, AgentState
from dialer.calls.leg import Leg, LegState
from dialer.shell.facts import Fact, HangUp, Nail, Step

NAILING = timedelta(seconds=30)  # INVITE of an agent's leg until its answer
NAIL_AGAIN = timedelta(seconds=3)


class Seating:
    """Legs that are not gone. `new_leg` makes their ids."""

    def __init__(self, new_leg: Callable[[], str]) -> None:
        self.reachable: set[str] = set()  # endpoints whose phone is registered
        self._legs: dict[str, Leg] = {}  # by channel
        self._making: dict[str, datetime] = {}  # endpoint -> since when its leg is made
        self._new_leg = new_leg

    @property
    def owners(self) -> dict[str, str]:
        """Channel -> endpoint, of the legs that stand or are to."""
        return {leg.channel: leg.endpoint for leg in self._legs.values() if leg.wanted}

    def leg(self, channel: str) -> Leg | None:
        return self._legs.get(channel)

    def known(self, channel: str, endpoint: str, at: datetime, *, up: bool) -> None:
        """A leg that the facts or the switch tell of."""
        state = LegState.STANDING if up else LegState.ASKED
        self._legs[channel] = Leg(channel=channel, endpoint=endpoint, state=state, since=at)

    def seat(self, agent: Agent, at: datetime, step: Step) -> None:
        """Make a leg for an agent who is logged in without one; end one nobody needs."""
        if agent.state is AgentState.OFFLINE:
            mine = [c for c, owner in self.owners.items() if owner == agent.endpoint]
            step.actions += [HangUp(channel=channel) for channel in mine]
            return
        legless = agent.state is AgentState.WRAP_UP and agent.leg is None
        if not (legless or agent.state is AgentState.CONNECTING):
            return
        if agent.endpoint not in self.reachable:
            return
        since = self._making.get(agent.endpoint)
        if since is not None and at - since < NAILING:
            return
        leg = Leg(channel=self._new_leg(), endpoint=agent.endpoint, since=at)
        self._making[agent.endpoint] = at
        self._put(leg, at, step)
        step.actions.append(Nail(agent=agent.endpoint, leg=leg.channel))

    def seen(self, endpoint: str) -> None:
        """The phone is there; if it was not, its leg is made at once."""
        if endpoint not in self.reachable:
            self._making.pop(endpoint, None)
        self.reachable.add(endpoint)

    def call_off(
        self, endpoint: str, standing: str | None, at: datetime, step: Step
    ) -> None:
        """Give up the legs of a seat that nobody has answered yet."""
        for leg in list(self._legs.values()):
            if leg.endpoint == endpoint and leg.wanted and leg.channel != standing:
                self._put(legs.called_off(leg, at), at, step)
                step.actions.append(HangUp(channel=leg.channel))
        self._making.pop(endpoint, None)

    def stood(self, leg: Leg, at: datetime, step: Step) -> None:
        """It was answered. One that was called off is hung up once more: the switch may
        not have known it then."""
        if leg.state is LegState.CALLED_OFF:
            step.actions.append(HangUp(channel=leg.channel))
            return
        self._making.pop(leg.endpoint, None)
        self._put(legs.stood(leg, at), at, step)

    def ended(self, leg: Leg, at: datetime, step: Step, *, stood: bool) -> None:
        """The switch has it no more; `stood`: the agent had it until now."""
        self._put(legs.ended(leg, at), at, step)
        if leg.state is LegState.CALLED_OFF:
            return
        if stood:
            self._making.pop(leg.endpoint, None)
        else:  # nobody answered: not at once again, or it goes on for ever
            self._making[leg.endpoint] = at - NAILING + NAIL_AGAIN

    def failed(self, channel: str, at: datetime, step: Step) -> None:
        """It could not be made; the sweep tries again."""
        leg = self._legs.get(channel)
        if leg is not None:
            self.ended(leg, at, step, stood=False)

    def _put(self, leg: Leg, at: datetime, step: Step) -> None:
        if self._legs.get(leg.channel) == leg:
            return
        if leg.state is LegState.GONE:
            self._legs.pop(leg.channel, None)
        else:
            self._legs[leg.channel] = leg
        data = {"leg": leg.channel, "state": leg.state}
        step.facts.append(Fact(kind="leg", at=at, agent=leg.endpoint, data=data))
