"""The callers who wait for a person: who may have them, and what they are told.

Rules over the floor's own state, called by it and by the leader alone.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dialer.calls.agent import Agent, AgentState
from dialer.inbound.queue import NOBODY, Place, able
from dialer.inbound.waiting import (
    Services,
    positions,
    told_minutes,
    told_position,
    wait_s,
)
from dialer.shell.facts import Fact, Tell
from dialer.shell.ongoing import Ongoing

if TYPE_CHECKING:
    from dialer.shell.floor import Floor

# in the dialplan; KEEPS: his place can be kept
POSITION, WAIT, KEEPS = "ACORDO_POSITION", "ACORDO_WAIT", "ACORDO_KEEPS"
NOT_HERE = (AgentState.OFFLINE, AgentState.PAUSED, AgentState.CONNECTING)
Idle = Sequence[tuple[Agent, str]]


class Line:
    """`patience`: what is known of a caller is waited for so long before he is joined."""

    def __init__(self) -> None:
        self.skills: Mapping[str, frozenset[str]] = {}  # by endpoint
        self.patience = timedelta(0)
        self.services = Services()
        self._talks: dict[str, datetime] = {}  # endpoint -> since when
        self._told: dict[str, dict[str, str]] = {}  # call -> variables

    def is_looked_up(self, ongoing: Ongoing, at: datetime) -> bool:
        """Whether he just came, and what he brings is not known yet."""
        since = ongoing.queued_at
        return ongoing.place is None and since is not None and at - since < self.patience

    def able(self, ongoing: Ongoing, idle: Idle, agents: Mapping[str, Agent]) -> Idle:
        """Those of the idle agents who may have the call, in their order."""
        place = ongoing.place or NOBODY
        if not place.skill:
            return idle
        here = [e for e, agent in agents.items() if _is_here(agent)]
        seated = [self._skills(endpoint) for endpoint in here]
        return [i for i in idle if able(place, self._skills(i[0].endpoint), seated)]

    def _skills(self, endpoint: str) -> frozenset[str]:
        return self.skills.get(endpoint, frozenset())

    def hear(self, facts: Iterable[Fact]) -> None:
        """Learn how long agents are busy with a call: talk and wrap-up."""
        for fact in facts:
            if fact.kind != "agent" or fact.agent is None:
                continue
            state = fact.data.get("state")
            if state == AgentState.TALKING:
                self._talks.setdefault(fact.agent, fact.at)
            elif state != AgentState.WRAP_UP:
                begun = self._talks.pop(fact.agent, None)
                if begun is not None:
                    self.services.add((fact.at - begun).total_seconds())

    def to_tell(self, floor: Floor, at: datetime) -> list[Tell]:
        """What is new of places and waits, for those who wait."""
        waiting = [o for o in floor.calls.values() if o.call.inbound and o.waits]
        told = {o.call.id: self._words(floor, n, o) for n, o in _placed(waiting, at)}
        new = [
            Tell(channel=floor.calls[call].channel, variables=words)
            for call, words in told.items()
            if self._told.get(call) != words
        ]
        self._told = told
        return new

    @staticmethod
    def here(floor: Floor) -> int:
        """How many agents are at work, or could be."""
        return sum(map(_is_here, floor.agents.values()))

    def _words(self, floor: Floor, position: int, ongoing: Ongoing) -> dict[str, str]:
        idle = sum(a.state is AgentState.IDLE for a in floor.agents.values())
        seconds = wait_s(
            position, idle=idle, agents=self.here(floor), service_s=self.services.mean_s
        )
        return {
            KEEPS: "1" if ongoing.place is not None and ongoing.place.known else "",
            POSITION: told_position(position),
            WAIT: told_minutes(seconds),
        }


def _is_here(agent: Agent) -> bool:
    return agent.state not in NOT_HERE and not agent.supervises


def _placed(waiting: Sequence[Ongoing], at: datetime) -> list[tuple[int, Ongoing]]:
    numbers = positions([ongoing.urgency_s(at) for ongoing in waiting])
    return list(zip(numbers, waiting, strict=True))


def known(floor: Floor, call_id: str, place: Place) -> None:
    """What a caller brings is known now; who takes him from the robot comes before."""
    ongoing = floor.calls.get(call_id)
    if ongoing is not None:
        ongoing.place = place
        ongoing.prefers = ongoing.prefers or place.agent
