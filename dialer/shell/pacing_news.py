"""What the steps of the floor mean for one campaign's pacer.

Translates; decides nothing. A pacer hears of the calls that it placed, of the agents
who talk in them, and of the changes of all agents; one campaign hears of inbound calls.
"""

from __future__ import annotations

from uuid import UUID

from dialer.calls.agent import AgentState
from dialer.calls.events import NetworkOutcome
from dialer.pacing import (
    Abandoned,
    AgentChanged,
    Answered,
    Connected,
    Event,
    HungUp,
    InboundArrived,
    Placed,
    Resolved,
    TalkEnded,
    WrapEnded,
)
from dialer.pacing.events import CallOutcome
from dialer.shell.audience import Audience
from dialer.shell.facts import Ended, Fact, Step

RESOLVED: dict[NetworkOutcome, CallOutcome] = {
    NetworkOutcome.ANSWERED: "human",  # whom a call was not ended for
    NetworkOutcome.BUSY: "busy",
    NetworkOutcome.NO_ANSWER: "no_answer",
    NetworkOutcome.INVALID_NUMBER: "invalid",
    NetworkOutcome.REJECTED: "invalid",
    NetworkOutcome.CANCELLED: "cancelled",
    NetworkOutcome.CONGESTION: "failed",
    NetworkOutcome.CARRIER_SILENT: "failed",
    NetworkOutcome.SWITCH_LOST: "failed",
    NetworkOutcome.NOT_SENT: "failed",
}
_QUIET = (AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP)


class PacingNews:
    """Tells each campaign's pacer what concerns it."""

    def __init__(self) -> None:
        self.audiences: dict[UUID, Audience] = {}
        self.hears_inbound: UUID | None = None
        self.talked_for: dict[str, UUID] = {}  # endpoint -> campaign of its last talk
        self._states: dict[str, str] = {}
        self._lost: set[str] = set()  # calls told as abandoned, which have not ended

    def placed(self, campaign: UUID, call: str, p: float | None, now_s: float) -> None:
        audience = self.audiences.get(campaign)  # there is none where agents dial
        if audience is not None:
            audience.placed(Placed(at_s=now_s, call=call, p=p))

    def abandoned(self, campaign: UUID, call: str, now_s: float) -> None:
        """A person has waited past the threshold; said once."""
        audience = self.audiences.get(campaign)
        if audience is not None and call not in self._lost:
            self._lost.add(call)
            audience.of_call(Abandoned(at_s=now_s, call=call), call)

    def of_step(self, step: Step, campaign_of: dict[str, UUID], now_s: float) -> None:
        """Tell what a step means; `campaign_of` loses the calls that ended."""
        for fact in step.facts:
            if fact.kind == "agent" and fact.agent is not None:
                self._agent(fact, campaign_of, now_s)
            elif fact.kind == "inbound" and fact.call is not None:
                self._inbound(fact.call, now_s)
            elif fact.kind == "answered" and fact.call is not None:
                answered = Answered(at_s=now_s, call=fact.call)
                self._tell(campaign_of.get(fact.call), answered, fact.call)
        for ended in step.ended:
            self._ended(ended, campaign_of.pop(ended.call.id, None), now_s)

    def _inbound(self, call: str, now_s: float) -> None:
        audience = self.audiences.get(self.hears_inbound or _NOBODYS)
        if audience is not None:
            audience.tell(InboundArrived(at_s=now_s, call=call))

    def _agent(self, fact: Fact, campaign_of: dict[str, UUID], now_s: float) -> None:
        agent, state = fact.agent or "", str(fact.data.get("state", ""))
        before, self._states[agent] = self._states.get(agent), state
        if before == state:
            return
        if state not in _QUIET:
            for audience in self.audiences.values():
                audience.tell(AgentChanged(at_s=now_s, agent=agent, state=state))
        if state == AgentState.TALKING:
            self._talks(agent, fact.call, campaign_of, now_s)
            return
        mine = self.audiences.get(self.talked_for.get(agent, _NOBODYS))
        if mine is not None and before == AgentState.TALKING:
            mine.tell(TalkEnded(at_s=now_s, agent=agent))
        if mine is not None and state == AgentState.IDLE:
            mine.tell(WrapEnded(at_s=now_s, agent=agent))

    def _talks(
        self, agent: str, call: str | None, campaign_of: dict[str, UUID], now_s: float
    ) -> None:
        campaign = campaign_of.get(call or "")
        if call is None or campaign is None:
            self.talked_for.pop(agent, None)
            return
        self.talked_for[agent] = campaign
        self._tell(campaign, Connected(at_s=now_s, call=call, agent=agent), call)

    def _ended(self, ended: Ended, campaign: UUID | None, now_s: float) -> None:
        call = ended.call
        told = call.id in self._lost
        self._lost.discard(call.id)
        audience = self.audiences.get(campaign or _NOBODYS)
        if audience is None or call.outcome is None:
            return
        hung_up = call.answered_at is not None and call.joined_at is None
        if ended.machine is not None and call.joined_at is None:
            resolved = Resolved(at_s=now_s, call=call.id, outcome="machine")
            audience.of_call(resolved, call.id)
        elif ended.abandoned and not told:
            audience.of_call(Abandoned(at_s=now_s, call=call.id), call.id)
        elif hung_up and not ended.abandoned:
            audience.of_call(HungUp(at_s=now_s, call=call.id), call.id)
        elif call.answered_at is None:
            resolved = Resolved(at_s=now_s, call=call.id, outcome=RESOLVED[call.outcome])
            audience.of_call(resolved, call.id)
        audience.over(call.id)

    def _tell(self, campaign: UUID | None, event: Event, call: str) -> None:
        audience = self.audiences.get(campaign or _NOBODYS)
        if audience is not None:
            audience.of_call(event, call)


_NOBODYS = UUID(int=0)
