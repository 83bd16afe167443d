"""The floor as it was at one instant, from the facts alone. Pure: facts in, a floor out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dialer.calls.agent import Agent, AgentState
from dialer.calls.events import CallState
from dialer.calls.story import Story
from dialer.campaigns.lifecycle import status_after

LEADS = ("term_began", "term_ended")


@dataclass(frozen=True, slots=True, kw_only=True)
class CallThen:
    """A call that was open. `since`: when it came to its state."""

    attempt: str
    campaign: UUID | None
    inbound: bool
    state: CallState
    placed_at: datetime
    agent: str | None  # endpoint of who talked with it last

    @classmethod
    def of(cls, story: Story, campaign: UUID | None, placed_at: datetime) -> CallThen:
        return cls(
            attempt=story.call.id,
            campaign=campaign,
            inbound=story.call.inbound,
            state=story.call.state,
            placed_at=placed_at,
            agent=story.talked_with,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Leading:
    """Who led; `epoch` None: nobody had, or whoever did had resigned."""

    epoch: int | None = None
    holder: str | None = None
    since: datetime | None = None
    blind_since: datetime | None = None  # nothing was heard of the switch


@dataclass(frozen=True, slots=True)
class Noted:
    """A fact of the leader itself."""

    kind: str
    at: datetime
    epoch: int | None
    holder: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class FloorThen:
    """All that the facts say of one instant, real UTC."""

    at: datetime
    leading: Leading
    agents: tuple[Agent, ...]  # who was logged in
    calls: tuple[CallThen, ...]
    campaigns: Mapping[UUID, str]  # id -> status, of those that ran or were paused

    def by_state(self) -> dict[str, int]:
        """How many agents were in each state."""
        counts: dict[str, int] = {}
        for agent in self.agents:
            counts[agent.state.value] = counts.get(agent.state.value, 0) + 1
        return counts

    def by_stage(self) -> dict[str, int]:
        """How many calls were in each state."""
        counts: dict[str, int] = {}
        for call in self.calls:
            counts[call.state.value] = counts.get(call.state.value, 0) + 1
        return counts


def leading(facts: Iterable[Noted]) -> Leading:
    """Fold the leaders' facts, in the order of writing."""
    now = Leading()
    for fact in facts:
        match fact.kind:
            case "term_began":
                now = Leading(epoch=fact.epoch, holder=fact.holder, since=fact.at)
            case "term_ended" if fact.epoch == now.epoch:
                now = Leading()
            case "connection_lost" if fact.epoch == now.epoch:
                now = Leading(
                    epoch=now.epoch,
                    holder=now.holder,
                    since=now.since,
                    blind_since=fact.at,
                )
            case "connection_restored" if fact.epoch == now.epoch:
                now = Leading(epoch=now.epoch, holder=now.holder, since=now.since)
    return now


def then(
    at: datetime,
    agents: Iterable[Agent],
    calls: Iterable[CallThen],
    notes: Iterable[Noted],
    turns: Mapping[UUID, Sequence[str]],
) -> FloorThen:
    """Put a floor together; `turns` are each campaign's changes of status until then."""
    here = [agent for agent in agents if agent.state is not AgentState.OFFLINE]
    open_ = [call for call in calls if call.state is not CallState.ENDED]
    statuses = {campaign: status_after(changes) for campaign, changes in turns.items()}
    return FloorThen(
        at=at,
        leading=leading(notes),
        agents=tuple(sorted(here, key=lambda agent: agent.endpoint)),
        calls=tuple(sorted(open_, key=lambda call: call.placed_at)),
        campaigns={c: s for c, s in statuses.items() if s in ("running", "paused")},
    )
