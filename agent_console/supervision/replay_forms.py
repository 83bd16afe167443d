"""The JSON of the floor as it was, and of what was found impossible on it."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict

from dialer.calls.agent import Agent
from dialer.state.moment import CallThen, Leading
from dialer.state.replay import Told

FIRST, LAST = datetime(2000, 1, 1, tzinfo=UTC), datetime(2100, 1, 1, tzinfo=UTC)
# as RFC 3339 writes it: pydantic alone also takes seconds since 1970
_WRITTEN = re.compile(
    r"\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:\d{2})",
    re.ASCII | re.IGNORECASE,
)


def _written(text: object) -> object:
    """An instant; those before and after all facts are as good as the first and last."""
    if not isinstance(text, str):
        return text
    if _WRITTEN.fullmatch(text) is None:
        raise ValueError("aaaa-mm-ddThh:mm:ssZ")
    try:
        at = datetime.fromisoformat(text.upper())
    except ValueError:
        raise ValueError("aaaa-mm-ddThh:mm:ssZ") from None
    return min(max(at, FIRST), LAST)


Instant = Annotated[AwareDatetime, BeforeValidator(_written)]


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class InstantQuery(Form):
    at: Instant


class ViolationsQuery(Form):
    since: Instant | None = None
    until: Instant | None = None


class LeadingOut(Form):
    """`epoch` null: no dialer led. `blind_since`: nothing was heard of the switch."""

    epoch: int | None
    holder: str | None
    since: datetime | None
    blind_since: datetime | None

    @classmethod
    def of(cls, lead: Leading) -> LeadingOut:
        return cls(
            epoch=lead.epoch,
            holder=lead.holder,
            since=lead.since,
            blind_since=lead.blind_since,
        )


class AgentThenOut(Form):
    seat: str
    name: str
    state: str
    since: datetime
    call: str | None
    pause_code: str | None
    held: bool

    @classmethod
    def of(cls, agent: Agent, name: str) -> AgentThenOut:
        return cls(
            seat=agent.endpoint,
            name=name,
            state=agent.state.value,
            since=agent.since,
            call=agent.call,
            pause_code=agent.pause_code if agent.state == "paused" else None,
            held=agent.held,
        )


class CallThenOut(Form):
    """`seat`: who talked with the debtor last."""

    call: str
    campaign: str | None
    inbound: bool
    state: str
    placed_at: datetime
    seat: str | None

    @classmethod
    def of(cls, call: CallThen, campaign: str | None) -> CallThenOut:
        return cls(
            call=call.attempt,
            campaign=campaign,
            inbound=call.inbound,
            state=call.state.value,
            placed_at=call.placed_at,
            seat=call.agent,
        )


class CampaignThenOut(Form):
    name: str
    status: str


class FloorThenOut(Form):
    """The floor at `at`, real UTC: who was logged in, which calls were open."""

    at: datetime
    leading: LeadingOut
    agents: list[AgentThenOut]
    calls: list[CallThenOut]
    campaigns: list[CampaignThenOut]

    @classmethod
    def of(cls, told: Told) -> FloorThenOut:
        floor = told.floor
        named = told.campaigns
        return cls(
            at=floor.at,
            leading=LeadingOut.of(floor.leading),
            agents=[
                AgentThenOut.of(agent, told.people.get(agent.endpoint, agent.endpoint))
                for agent in floor.agents
            ],
            calls=[
                CallThenOut.of(call, named.get(call.campaign) if call.campaign else None)
                for call in floor.calls
            ],
            campaigns=[
                CampaignThenOut(name=named.get(number, str(number)), status=status)
                for number, status in floor.campaigns.items()
            ],
        )


class ViolationOut(Form):
    """`cleared_at` null: it lasts. `repair` null: only a person can help."""

    id: UUID
    code: str
    what: str
    subject: str
    seen_at: datetime
    cleared_at: datetime | None
    repair: str | None
    detail: dict[str, str]


class ViolationsOut(Form):
    violations: list[ViolationOut]


class HappenedOut(Form):
    at: datetime
    kind: str
    attempt: UUID | None
    data: dict[str, str]


class ViolationStoryOut(Form):
    """The violation, and the last facts of the thing, the oldest first."""

    violation: ViolationOut
    history: list[HappenedOut]
