"""What the steps of the floor mean for one campaign's pacer.

Translates; decides nothing. A pacer hears of the calls that it placed, of the agents
who talk in them, and of inbound calls; what it heard is kept for a day, so that a pacer
with a changed policy knows what the old one knew.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from uuid import UUID

from dialer.calls.agent import AgentState
from dialer.pacing import (
    Abandoned,
    Answered,
    Connected,
    Event,
    InboundArrived,
    Pacer,
    Placed,
    Policy,
    Resolved,
    TalkEnded,
    WrapEnded,
)
from dialer.pacing.events import CallOutcome
from dialer.shell.facts import Ended, Fact, Step

_RESOLVED: dict[str, CallOutcome] = {
    "answered": "human",  # without answering-machine detection every answer is a person
    "busy": "busy",
    "no_answer": "no_answer",
    "invalid_number": "invalid",
    "rejected": "invalid",
    "cancelled": "cancelled",
}
_KEPT_S = 86_400.0
_KEPT = 400_000  # events; a day's work of some fifty agents


@dataclass(slots=True)
class Audience:
    """A pacer with the calls that it was told of and what it has heard."""

    pacer: Pacer
    known: set[str] = field(default_factory=set)
    heard: deque[Event] = field(default_factory=lambda: deque(maxlen=_KEPT))

    def tell(self, event: Event) -> None:
        """Pass an event on and keep it."""
        self.pacer.observe(event)
        self.heard.append(event)
        while self.heard[0].at_s < event.at_s - _KEPT_S:
            self.heard.popleft()

    def changed(self, policy: Policy) -> None:
        """A new policy gets a new pacer that has heard the same."""
        self.pacer = Pacer(policy, self.heard)


class PacingNews:
    """Tells each campaign's pacer what concerns it."""

    def __init__(self) -> None:
        self.audiences: dict[UUID, Audience] = {}
        self.talked_for: dict[str, UUID] = {}  # endpoint -> campaign of its last talk
        self._states: dict[str, str] = {}

    def placed(self, campaign: UUID, call: str, now_s: float) -> None:
        audience = self.audiences[campaign]
        audience.known.add(call)
        audience.tell(Placed(at_s=now_s, call=call))

    def of_step(self, step: Step, campaign_of: dict[str, UUID], now_s: float) -> None:
        """Tell what a step means; `campaign_of` loses the calls that ended."""
        for fact in step.facts:
            if fact.kind == "agent" and fact.agent is not None:
                self._agent(fact, campaign_of, now_s)
            elif fact.kind == "inbound" and fact.call is not None:
                for audience in self.audiences.values():
                    audience.tell(InboundArrived(at_s=now_s, call=fact.call))
            elif fact.kind == "answered" and fact.call is not None:
                caller = self._of(fact.call, campaign_of)
                if caller is not None:
                    caller.tell(Answered(at_s=now_s, call=fact.call))
        for ended in step.ended:
            self._ended(ended, campaign_of, now_s)

    def _agent(self, fact: Fact, campaign_of: dict[str, UUID], now_s: float) -> None:
        agent, state = fact.agent or "", str(fact.data.get("state", ""))
        before, self._states[agent] = self._states.get(agent), state
        if before == state:
            return
        if state == AgentState.TALKING and fact.call in campaign_of:
            self.talked_for[agent] = campaign_of[fact.call]
            audience = self._of(fact.call, campaign_of)
            if audience is not None:
                audience.tell(Connected(at_s=now_s, call=fact.call, agent=agent))
            return
        audience = self.audiences.get(self.talked_for.get(agent, _NOBODYS))
        if state == AgentState.TALKING:
            self.talked_for.pop(agent, None)
        elif audience is not None and before == AgentState.TALKING:
            audience.tell(TalkEnded(at_s=now_s, agent=agent))
        if audience is not None and state == AgentState.IDLE:
            audience.tell(WrapEnded(at_s=now_s, agent=agent))

    def _ended(self, ended: Ended, campaign_of: dict[str, UUID], now_s: float) -> None:
        call = ended.call
        audience = self._of(call.id, campaign_of)
        campaign_of.pop(call.id, None)
        if audience is None or call.outcome is None:
            return
        outcome = _RESOLVED.get(call.outcome.value, "failed")
        audience.tell(Resolved(at_s=now_s, call=call.id, outcome=outcome))
        if ended.abandoned:
            audience.tell(Abandoned(at_s=now_s, call=call.id))
        audience.known.discard(call.id)

    def _of(self, call: str, campaign_of: dict[str, UUID]) -> Audience | None:
        """Who placed the call, if it is of those that were told of it."""
        campaign = campaign_of.get(call)
        audience = None if campaign is None else self.audiences.get(campaign)
        return audience if audience is not None and call in audience.known else None


_NOBODYS = UUID(int=0)
