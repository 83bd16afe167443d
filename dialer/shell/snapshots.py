"""The floor as each campaign's pacer is shown it. Reads the floor, changes nothing."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from dialer.calls.agent import Agent, AgentState
from dialer.campaigns.leads import Leads
from dialer.campaigns.running import Running
from dialer.pacing import Snapshot
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.sharing import Claim, Share, shares
from dialer.shell.usual_score import UsualScore

_TALKS = (AgentState.RESERVED, AgentState.TALKING)
BUSY = (*_TALKS, AgentState.WRAP_UP)


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """What a campaign's part of the floor is made of."""

    share: Share
    room: int
    leads: Leads
    hears_inbound: bool
    given_up: Collection[str]  # calls that were told to end and have not yet
    usual_score: UsualScore | None  # for unknown ones; None: the pacer hears no scores


def shared_out(
    floor: Floor,
    campaigns: Iterable[Running],
    leads: Mapping[UUID, Leads],
    talked_for: Mapping[str, UUID],
) -> dict[UUID, Share]:
    """Deal the agents to campaigns that need any."""
    live: Counter[UUID | None] = Counter(o.campaign for o in floor.calls.values())
    ringing = Counter(o.campaign for o in floor.calls.values() if o.rings or o.waits)
    claims = [
        Claim(
            campaign=campaign.id,
            priority=campaign.priority,
            work=leads[campaign.id].count + live[campaign.id],
            ringing=ringing[campaign.id],
        )
        for campaign in campaigns
        if campaign.paced_by_agents
    ]
    idle = [agent.endpoint for agent in floor.idle_agents()]
    busy = {
        agent.endpoint: talked_for.get(agent.endpoint)
        for agent in floor.agents.values()
        if _is_busy(agent, floor)
    }
    return shares(claims, idle, busy)


def snapshot(floor: Floor, campaign: Running, shown: Shown) -> Snapshot:
    """Return what the campaign's pacer needs; instants are monotonic seconds."""
    now = floor.time.now()
    calls = list(floor.calls_of(campaign.id))
    rings = [o for o in calls if o.rings and o.call.id not in shown.given_up]
    inbound = [o for o in floor.calls.values() if o.call.inbound and o.waits]
    agents = [floor.agents[endpoint] for endpoint in shown.share.busy]
    usual = shown.usual_score
    scored = rings if usual is not None else []
    return Snapshot(
        idle=len(shown.share.idle),
        room=min(shown.room, shown.leads.count),
        ringing=_instants(rings, lambda o: o.placed_at, now),
        waiting=_instants((o for o in calls if o.waits), lambda o: o.call.answered_at, now),
        inbound_waiting=_instants(inbound, lambda o: o.queued_at or o.call.answered_at, now)
        if shown.hears_inbound
        else {},
        talking=_since((a for a in agents if a.state is not AgentState.WRAP_UP), now),
        wrapping=_since((a for a in agents if a.state is AgentState.WRAP_UP), now),
        leaving={
            a.endpoint: time.monotonic() for a in agents if a.wants is not AgentState.IDLE
        },
        scores={o.call.id: o.score for o in scored if o.score is not None},
        next_scores=() if usual is None else usual.instead_of_unknown(shown.leads.scores),
    )


def _is_busy(agent: Agent, floor: Floor) -> bool:
    """In a call, or what is left of one, or about to get one back; no supervisor.

    Not one whose phone is gone with his call, as when the switch died: nobody knows when
    he will be there again.
    """
    if agent.supervises:
        return False
    if agent.state is AgentState.CONNECTING:
        return agent.call in floor.calls
    if agent.state is AgentState.WRAP_UP and agent.leg is None:
        return agent.endpoint in floor.seating.reachable
    return agent.state in BUSY


def _instants(
    calls: Iterable[Ongoing], begun: Callable[[Ongoing], datetime | None], now: datetime
) -> dict[str, float]:
    """Ids with the monotonic instant at which something began; unknown means now."""
    now_s = time.monotonic()
    return {o.call.id: now_s - _ago_s(begun(o) or now, now) for o in calls}


def _since(agents: Iterable[Agent], now: datetime) -> dict[str, float]:
    """Endpoints with the monotonic instant at which their state began."""
    now_s = time.monotonic()
    return {a.endpoint: now_s - _ago_s(a.since, now) for a in agents}


def _ago_s(at: datetime, now: datetime) -> float:
    return max(0.0, (now - at).total_seconds())
