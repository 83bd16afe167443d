"""Attempts and agents' changes of state as the values of a day. Read only, streamed."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.agent import AgentState
from dialer.calls.events import NetworkOutcome
from dialer.shell.pacing_news import RESOLVED
from sim.replay import queries
from sim.replay.errors import NobodyWorked
from sim.world.replay.agents import AgentWork, Change, Doing, work_of
from sim.world.replay.day import DayCall

SHIFT = timedelta(hours=16)  # nobody sits longer
AFTERWARDS = timedelta(hours=2)  # in which the last talks and wrap-ups end


@dataclass(slots=True)
class Calls:
    """The calls of a day as they are read; `own` has those still open too."""

    since: datetime
    until: datetime
    own: set[UUID] = field(default_factory=set)
    ended: list[tuple[UUID, DayCall]] = field(default_factory=list)
    answered: int = 0
    abandoned: int = 0


async def read_calls(
    connection: AsyncConnection, span: Mapping[str, Any], threshold_s: float
) -> Calls | None:
    """From the first call of the `span` of one campaign to the last; None: there is none.

    `threshold_s`: after which who waits for an agent is lost.
    """
    found: Calls | None = None
    async with connection.stream(queries.CALLS, span) as rows:
        async for row in rows:
            if found is None:
                found = Calls(row.placed_at, row.placed_at)
            found.until = row.placed_at
            found.own.add(row.id)
            if row.outcome is not None and row.ended_at is not None:
                found.ended.append((row.id, _call(row, found.since, threshold_s)))
            if row.answered_at is not None:
                found.answered += 1
                found.abandoned += row.abandoned
    return found


def _call(row: Any, since: datetime, threshold_s: float) -> DayCall:
    at_s = (row.placed_at - since).total_seconds()
    outcome = RESOLVED[NetworkOutcome(row.outcome)]
    score = None if row.score is None else float(row.score)
    if row.answered_at is None:
        after_s = max(0.0, (row.ended_at - row.placed_at).total_seconds())
        return DayCall(at_s, outcome, after_s, score)
    over = row.ended_at if row.bridged_at is None else row.bridged_at
    waited_s = max(0.0, (over - row.answered_at).total_seconds())
    return DayCall(
        at_s,
        outcome,
        max(0.0, (row.answered_at - row.placed_at).total_seconds()),
        score,
        waited_s=min(waited_s, threshold_s),
        left=row.bridged_at is None and not row.abandoned and waited_s < threshold_s,
    )


async def read_work(connection: AsyncConnection, calls: Calls) -> list[AgentWork]:
    """What each agent did; who was not there is left out. Raises NobodyWorked."""
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    span = {"since": calls.since - SHIFT, "until": calls.until + AFTERWARDS}
    async with connection.stream(queries.STATES, span) as rows:
        async for row in rows:
            if row.agent is not None:
                changes[row.agent].append(_change(row, calls))
    end_s = (calls.until - calls.since).total_seconds()
    names = {agent: f"a{n:04d}" for n, agent in enumerate(sorted(changes), start=1)}
    each = [work_of(names[agent], told, end_s) for agent, told in changes.items()]
    there = [one for one in each if one.steps]
    if not there or end_s <= 0:
        raise NobodyWorked
    return there


def _change(row: Any, calls: Calls) -> Change:
    own = row.call in calls.own
    doing = _doing(AgentState(row.state), own)
    works = doing in (Doing.TALKS, Doing.WRAPS)
    asks = works and row.wants in (AgentState.PAUSED, AgentState.OFFLINE)
    at_s = (row.at - calls.since).total_seconds()
    return Change(at_s, doing, asks, row.call if works else None)


def _doing(state: AgentState, own: bool) -> Doing:
    match state:
        case AgentState.OFFLINE:
            return Doing.OFF
        case AgentState.IDLE | AgentState.RESERVED:
            return Doing.FREE
        case AgentState.PAUSED | AgentState.CONNECTING:
            return Doing.AWAY
        case AgentState.TALKING if own:
            return Doing.TALKS
        case AgentState.WRAP_UP if own:
            return Doing.WRAPS
        case _:
            return Doing.LENT


def lasted(work: Sequence[AgentWork]) -> tuple[dict[UUID, float], dict[UUID, float]]:
    """Talk and wrap-up by call; a call that changed hands had two of each."""
    talk_s: defaultdict[UUID, float] = defaultdict(float)
    wrap_s: defaultdict[UUID, float] = defaultdict(float)
    for one in work:
        for call, seconds in one.talk_s.items():
            talk_s[call] += seconds
        for call, seconds in one.wrap_s.items():
            wrap_s[call] += seconds
    return talk_s, wrap_s
