"""What the database knows of calls that have not ended and of agents, as folds of facts."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import Call, CallState, advance
from dialer.calls.events import (
    Answered,
    ChannelEvent,
    Created,
    Joined,
    Parted,
    Refused,
    Ringing,
    Said,
)
from dialer.calls.store import AttemptRow, CallEventRow
from dialer.campaigns.store import CampaignRow


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAttempt:
    """An attempt without an outcome; `call` is folded from its facts."""

    call: Call
    campaign: UUID | None
    route: str
    channel: str
    placed_at: datetime
    threshold_s: float
    wrap_up_s: float
    known_to_switch: bool  # some event of its channel was seen
    talked_with: str | None  # endpoint of the last agent in it
    agentless: bool = False

    @property
    def id(self) -> str:
        return self.call.id

    @property
    def inbound(self) -> bool:
        return self.call.inbound


_PLAIN: dict[str, type[ChannelEvent]] = {
    "created": Created,
    "ringing": Ringing,
    "refused": Refused,
    "answered": Answered,
    "parted": Parted,
}
_WORDS = ("overflow", "no_agent", "back_to_floor", "sign_of_life", "nothing_heard")


def event_of(kind: str, at: datetime) -> ChannelEvent | None:
    """The event that a stored fact stands for; None when it is no channel event."""
    if kind in _PLAIN:
        return _PLAIN[kind](channel="", at=at)
    if kind == "joined":
        return Joined(channel="", at=at, peer=None)
    if kind in _WORDS:
        return Said(channel="", at=at, what=kind, fields={})
    return None


def fold(call: Call, facts: Sequence[tuple[str, datetime]]) -> Call:
    """Return the call after its stored facts."""
    for kind, at in facts:
        event = event_of(kind, at)
        if event is not None:
            call = advance(call, event)
    return call


async def open_attempts(connection: AsyncConnection) -> list[OpenAttempt]:
    """All attempts without an outcome, with their facts folded in."""
    query = (
        select(
            AttemptRow.id,
            AttemptRow.direction,
            AttemptRow.campaign_id,
            AttemptRow.route,
            AttemptRow.placed_at,
            AttemptRow.answered_at,
            CampaignRow.threshold_s,
            CampaignRow.wrap_up_s,
            CampaignRow.policy["mode"].astext.label("mode"),
        )
        .outerjoin(CampaignRow, CampaignRow.id == AttemptRow.campaign_id)
        .where(AttemptRow.outcome.is_(None))
        .order_by(AttemptRow.placed_at)
    )
    rows = list(await connection.execute(query))
    facts = await _facts(connection, [row.id for row in rows])
    return [_attempt(row, facts[row.id]) for row in rows]


async def _facts(
    connection: AsyncConnection, ids: Sequence[UUID]
) -> dict[UUID, list[tuple[str, datetime, dict[str, Any]]]]:
    query = (
        select(
            CallEventRow.attempt_id, CallEventRow.kind, CallEventRow.at, CallEventRow.data
        )
        .where(CallEventRow.attempt_id.in_(ids))
        .order_by(CallEventRow.id)
    )
    facts: dict[UUID, list[tuple[str, datetime, dict[str, Any]]]] = defaultdict(list)
    for row in await connection.execute(query):
        facts[row.attempt_id].append((row.kind, row.at, row.data))
    return facts


def _attempt(row: Any, facts: list[tuple[str, datetime, dict[str, Any]]]) -> OpenAttempt:
    inbound = row.direction == "inbound"
    call = Call(id=str(row.id), inbound=inbound)
    channel = str(row.id)
    if inbound:
        call = Call(
            id=str(row.id),
            inbound=True,
            state=CallState.WAITING,
            answered_at=row.answered_at,
        )
        channel = next((d["channel"] for k, _, d in facts if k == "inbound"), channel)
    return OpenAttempt(
        call=fold(call, [(kind, at) for kind, at, _ in facts]),
        campaign=row.campaign_id,
        route=row.route,
        channel=channel,
        placed_at=row.placed_at,
        threshold_s=row.threshold_s if row.threshold_s is not None else 2.0,
        wrap_up_s=row.wrap_up_s if row.wrap_up_s is not None else 30.0,
        agentless=row.mode == "agentless",
        known_to_switch=inbound or any(kind in _PLAIN for kind, _, _ in facts),
        talked_with=next(
            (d.get("endpoint") for k, _, d in reversed(facts) if k == "joined"), None
        ),
    )


_AGENTS = text(
    """
    SELECT e.data, e.at FROM agent a
     CROSS JOIN LATERAL (
           SELECT data, at FROM call_event
            WHERE agent_id = a.id AND kind = 'agent' ORDER BY id DESC LIMIT 1) e
    """
)


async def agents_before(connection: AsyncConnection) -> list[Agent]:
    """Agents who were logged in when facts were last written; their legs are not known yet.

    Whoever was in a conversation or its wrap-up returns to where he wanted to be next.
    """
    agents = []
    for row in await connection.execute(_AGENTS):
        state = AgentState(row.data["state"])
        if state is AgentState.OFFLINE:
            continue
        agents.append(
            Agent(
                endpoint=row.data["endpoint"],
                state=AgentState.CONNECTING,
                since=row.at,
                wants=AgentState(row.data["wants"]),
                pause_code=row.data["pause_code"],
            )
        )
    return agents
