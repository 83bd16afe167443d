"""Calls by hand: an agent sees whom to call, and says when, or a countdown does.

Rules over the floor's own state, called by it and by the leader alone. What is previewed
is no attempt yet: the policy is asked, and the attempt committed, when it is dialled.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING
from uuid import UUID

from dialer.calls import agent as agents
from dialer.calls.agent import Agent, AgentState
from dialer.shell.facts import Step
from dialer.shell.ongoing import Ongoing

if TYPE_CHECKING:
    from dialer.shell.floor import Floor

LONGEST = timedelta(minutes=10)  # nobody keeps a debtor from others for longer


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """`call` is what the attempt will be named; `dial_at` None: when the agent says so."""

    call: str
    campaign: UUID
    debtor: UUID
    agent: str  # endpoint
    at: datetime
    dial_at: datetime | None
    point: UUID
    number: str  # E.164; shown as far as the agent may see it


@dataclass(slots=True)
class Tended:
    """What the sweep finds: offers to dial now, and those that were given back."""

    dial: list[Offer] = field(default_factory=list)
    back: list[Offer] = field(default_factory=list)
    step: Step = field(default_factory=Step)


def show(floor: Floor, offer: Offer) -> Step:
    """Begin a preview; nothing happens when the agent is not idle any more."""
    step, agent = Step(), floor.agents.get(offer.agent)
    if agent is not None and agent.state is AgentState.IDLE:
        floor.offers[offer.agent] = offer
        floor.put(agents.offered(agent, offer.call, offer.at), offer.at, step)
    return step


def dial_now(floor: Floor, endpoint: str, at: datetime) -> None:
    """The agent wants the call; the sweep dials it."""
    offer = floor.offers.get(endpoint)
    if offer is not None:
        floor.offers[endpoint] = replace(offer, dial_at=at)


def skip(floor: Floor, endpoint: str, at: datetime) -> Step:
    """The agent wants another debtor; what is ringing already goes on."""
    offer = floor.offers.get(endpoint)
    if offer is None:
        return Step()
    step = Step()
    floor.skipped.append(floor.offers.pop(endpoint))
    _release(floor, offer, at, step)
    return step


def tend(floor: Floor, at: datetime, running: set[UUID]) -> Tended:
    """Take out what is to be dialled, and what nobody will: too old, or campaign paused."""
    found = Tended(back=floor.skipped)
    floor.skipped = []
    for endpoint, offer in list(floor.offers.items()):
        agent = floor.agents.get(endpoint)
        previews = agent is not None and agent.state is AgentState.PREVIEW
        if agent is None or not previews or agent.call != offer.call:
            found.back.append(floor.offers.pop(endpoint))
        elif offer.campaign not in running or at - offer.at > LONGEST:
            found.back.append(floor.offers.pop(endpoint))
            _release(floor, offer, at, found.step)
        elif offer.dial_at is not None and at >= offer.dial_at:
            found.dial.append(floor.offers.pop(endpoint))
    return found


def not_dialled(floor: Floor, offer: Offer, at: datetime) -> Step:
    """It may not be called after all: the agent is free again."""
    step = Step()
    _release(floor, offer, at, step)
    return step


def ended(floor: Floor, ongoing: Ongoing, at: datetime, step: Step) -> None:
    """A call that its agent waited for is over before they met."""
    agent = floor.agents.get(ongoing.only_for or "")
    if agent is not None:
        floor.put(agents.released(agent, ongoing.call.id, at), at, step)


def taker(
    floor: Floor, ongoing: Ongoing, idle: list[tuple[Agent, str]]
) -> tuple[Agent, str] | None:
    """Who gets a waiting call, and his leg; takes him out of `idle`.

    A supervisor who took it himself and is not there leaves it to the agents.
    """
    if ongoing.only_for is not None:
        return _own(floor, ongoing, idle)
    supervisor = floor.agents.get(ongoing.taken_by or "")
    if supervisor is not None and supervisor.leg and agents.may_take_himself(supervisor):
        return supervisor, supervisor.leg
    able = floor.line.able(ongoing, idle, floor.agents)
    if not able:
        return None
    found = next((i for i in able if i[0].endpoint == ongoing.prefers), able[0])
    idle.remove(found)
    return found


def _own(
    floor: Floor, ongoing: Ongoing, idle: list[tuple[Agent, str]]
) -> tuple[Agent, str] | None:
    agent = floor.agents.get(ongoing.only_for or "")
    if agent is None or agent.leg is None:
        return None
    previews = agent.state is AgentState.PREVIEW and agent.call == ongoing.call.id
    if not previews and agent.state is not AgentState.IDLE:
        return None
    idle[:] = [one for one in idle if one[0].endpoint != agent.endpoint]
    return agent, agent.leg


def _release(floor: Floor, offer: Offer, at: datetime, step: Step) -> None:
    agent = floor.agents.get(offer.agent)
    if agent is not None:
        floor.put(agents.released(agent, offer.call, at), at, step)
