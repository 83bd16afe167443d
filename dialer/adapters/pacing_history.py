"""What a pacer should have seen before: the campaign's attempts of 30 days, as its events.

The newest attempts are told whole, for the models. Of older ones only those that a person
answered, for the budgets, and only that: they have no talk. Instants are put on the
monotonic clock that pacing runs on. In a campaign that goes by the chances of its lists,
calls have those that the lists tell now.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.agent import AgentState
from dialer.calls.events import NetworkOutcome
from dialer.pacing import (
    Abandoned,
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
from dialer.shell.audience import Past
from dialer.shell.pacing_news import RESOLVED

LONGEST = timedelta(days=30)
WHOLE = 5_000  # attempts; the shapes of rings and talks forget what is older
INBOUND = timedelta(hours=1)
FAR = timedelta(days=1)  # the switch's clock may be ahead of ours
WRAP_UPS = timedelta(hours=12)

# a supervisor who took a call from the robot himself is no agent of the campaign's
_NEWEST = text(
    """
    SELECT a.id, a.placed_at, a.answered_at, a.bridged_at, a.ended_at, a.outcome,
           a.abandoned, a.answered_by, s.score,
           CASE WHEN own.id IS NULL THEN coalesce(g.endpoint, a.agent_id::text) END AS agent
      FROM attempt a LEFT JOIN agent g ON g.id = a.agent_id
      LEFT JOIN robot_call own ON own.id = a.id AND own.taken_by = g.user_id
      LEFT JOIN contact_score s ON s.contact_point_id = a.contact_point_id
       AND (SELECT (policy->>'scored')::boolean FROM campaign WHERE id = :campaign)
     WHERE a.campaign_id = :campaign AND a.placed_at >= :since AND a.placed_at < :until
       AND (a.ended_at IS NULL OR a.ended_at <= :until)
     ORDER BY a.placed_at DESC LIMIT :most
    """
)
_OLDER = text(
    """
    SELECT id, placed_at, answered_at, abandoned FROM attempt
     WHERE campaign_id = :campaign AND placed_at >= :since AND placed_at < :before
       AND answered_at IS NOT NULL AND answered_by IS DISTINCT FROM 'machine'
    """
)
_OPEN = text(
    """
    SELECT e.attempt_id, e.kind, e.at, e.data->>'endpoint' AS agent FROM call_event e
     WHERE e.attempt_id = ANY(:open) AND e.kind IN ('answered', 'joined')
       AND NOT EXISTS (SELECT 1 FROM call_event s
                        WHERE s.attempt_id = e.attempt_id AND s.kind = 'supervisor'
                          AND s.agent_id = e.agent_id)
     ORDER BY e.id
    """
)
_AGENTS = text(
    """
    SELECT coalesce(data->>'endpoint', agent_id::text) AS agent, at,
           data->>'state' AS state
      FROM call_event WHERE kind = 'agent' AND at >= :since AND at < :until ORDER BY id
    """
)
_INBOUND = text(
    """
    SELECT id, placed_at FROM attempt
     WHERE ended_at >= :since AND campaign_id IS NULL AND direction = 'inbound'
       AND placed_at < :until
    """
)


async def history(
    connection: AsyncConnection, campaign: UUID, until: datetime | None = None
) -> Past:
    """Return the events in order; none lies in the future.

    `until`: an instant of the past that is to be 0 on the clock of the events; what had
    not ended then is left out.
    """
    now, now_s = until or datetime.now(UTC), 0.0 if until else time.monotonic()
    since, end = now - LONGEST, until or now + FAR
    values = {"campaign": campaign, "since": since, "until": end, "most": WHOLE}
    newest = list(await connection.execute(_NEWEST, values))
    told: list[tuple[datetime, Event]] = []
    if len(newest) == WHOLE:
        older = {**values, "before": newest[-1].placed_at}
        for row in await connection.execute(_OLDER, older):
            told += _counted(row)
    for row in newest:
        told += _whole(row)
    still_open = [row.id for row in newest if row.outcome is None]
    for row in await connection.execute(_OPEN, {"open": still_open}):
        told += _opened(row)
    if newest:
        told += await _wrap_ups(connection, newest, now - WRAP_UPS, end)
    inbound = {"since": now - INBOUND, "until": end}
    for row in await connection.execute(_INBOUND, inbound):
        told.append((row.placed_at, InboundArrived(at_s=0.0, call=str(row.id))))
    return Past(_in_order(told, now, now_s), {str(call) for call in still_open})


def _in_order(
    told: Sequence[tuple[datetime, Event]], now: datetime, now_s: float
) -> list[Event]:
    """Put them on the monotonic clock."""
    return [
        replace(event, at_s=now_s - max(0.0, (now - at).total_seconds()))
        for at, event in sorted(told, key=lambda one: one[0])
    ]


def _counted(row: Any) -> Iterable[tuple[datetime, Event]]:
    """A person who answered long ago: one of the budget, perhaps a drop."""
    call = str(row.id)
    end = Abandoned if row.abandoned else HungUp
    yield row.placed_at, Placed(at_s=0.0, call=call)
    yield row.answered_at, end(at_s=0.0, call=call)


def _whole(row: Any) -> Iterable[tuple[datetime, Event]]:
    call = str(row.id)
    yield row.placed_at, Placed(at_s=0.0, call=call, p=row.score)
    if row.outcome is None:
        return
    outcome = RESOLVED[NetworkOutcome(row.outcome)]
    if row.answered_at is None:
        yield row.ended_at, Resolved(at_s=0.0, call=call, outcome=outcome)
        return
    yield row.answered_at, Answered(at_s=0.0, call=call)
    if row.abandoned:
        yield row.answered_at, Abandoned(at_s=0.0, call=call)
    if row.bridged_at is not None and row.agent is not None:
        yield row.bridged_at, Connected(at_s=0.0, call=call, agent=row.agent)
        yield row.ended_at, TalkEnded(at_s=0.0, agent=row.agent)
    elif row.answered_by == "machine":
        yield row.ended_at, Resolved(at_s=0.0, call=call, outcome="machine")
    elif not row.abandoned:
        yield row.ended_at, HungUp(at_s=0.0, call=call)


def _opened(row: Any) -> Iterable[tuple[datetime, Event]]:
    """What is known of a call that has not ended."""
    call = str(row.attempt_id)
    if row.kind == "answered":
        yield row.at, Answered(at_s=0.0, call=call)
    elif row.agent is not None:
        yield row.at, Connected(at_s=0.0, call=call, agent=row.agent)


async def _wrap_ups(
    connection: AsyncConnection, newest: Sequence[Any], since: datetime, until: datetime
) -> list[tuple[datetime, Event]]:
    """When agents were done with the calls: their next change from wrap-up."""
    talks = {row.agent for row in newest if row.bridged_at is not None}
    span = {"since": max(since, newest[-1].placed_at), "until": until}
    rows = await connection.execute(_AGENTS, span)
    wrapping: set[str] = set()
    found: list[tuple[datetime, Event]] = []
    for row in rows:
        if row.agent not in talks:
            continue
        if row.state == AgentState.WRAP_UP:
            wrapping.add(row.agent)
        elif row.agent in wrapping:
            wrapping.discard(row.agent)
            found.append((row.at, WrapEnded(at_s=0.0, agent=row.agent)))
    return found
