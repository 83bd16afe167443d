"""Reads one campaign's day from PostgreSQL. Read only; rows are streamed.

What the product stores is enough: attempts (when placed, answered, joined, ended, and
how), the agents' changes of state with the call in hand, and the history of settings.
"""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.adapters.pacing_history import history
from dialer.calls.agent import AgentState
from dialer.calls.events import NetworkOutcome
from dialer.campaigns.running import BY_HAND
from dialer.pacing import Policy
from dialer.shell.pacing_news import RESOLVED
from sim.replay import queries
from sim.replay.errors import (
    NobodyWorked,
    NoCalls,
    NotPaced,
    SeveralCampaigns,
    TooFewTalks,
    UnknownCampaign,
    UnreadableSettings,
)
from sim.replay.policies import Changed, Terms, terms_over
from sim.replay.recorded import ZONE, Recorded, Wanted
from sim.world.replay.agents import AgentWork, Change, Doing, within, work_of
from sim.world.replay.closing import closed
from sim.world.replay.day import DayCall, RecordedDay, Worked

SHIFT = timedelta(hours=16)  # nobody sits longer
AFTERWARDS = timedelta(hours=2)  # in which the last talks and wrap-ups end
CLOSED_S = 60.0
CLOSED_BLENDED_S = 600.0  # where agents may be kept back for callers
AGENTLESS = "agentless"


@dataclass(slots=True)
class _Calls:
    """The calls of a day as they are read; `own` has those still open too."""

    since: datetime
    until: datetime
    own: set[UUID] = field(default_factory=set)
    ended: list[tuple[UUID, DayCall]] = field(default_factory=list)
    answered: int = 0
    abandoned: int = 0


async def read(engine: AsyncEngine, wanted: Wanted) -> Recorded:
    """Read it; raises CannotReplay."""
    async with engine.connect() as connection:
        await connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        campaign = await _campaign(connection, wanted)
        span = {"campaign": campaign.id, "since": wanted.since, "until": wanted.until}
        calls = await _calls(connection, campaign, span)
        if calls is None:
            raise NoCalls(await _days(connection, campaign.id))
        work = await _work(connection, calls)
        settings = await _terms(connection, campaign, calls)
        before = await history(connection, campaign.id, until=calls.since)
    terms = settings[0][1]
    if terms.mode in (*BY_HAND, AGENTLESS):
        raise NotPaced(terms.mode)
    try:
        plan = tuple((from_s, told.parsed()) for from_s, told in settings)
        now = _now(campaign).parsed()
    except (TypeError, ValueError) as error:  # BadPolicy is one
        raise UnreadableSettings(str(error)) from error
    day = _day(calls, work, terms, plan[0][1])
    talks = sum(call.talked for call in day.calls)
    if talks < wanted.least_talks:
        raise TooFewTalks(talks, wanted.least_talks)
    return Recorded(
        campaign=campaign.id, name=campaign.name, since=calls.since, until=calls.until,
        day=day, plan=plan, now=now, history=before.events,
    )  # fmt: skip


async def _campaign(connection: AsyncConnection, wanted: Wanted) -> Any:
    if wanted.campaign is not None:
        asked = {"asked": wanted.campaign}
        row = (await connection.execute(queries.NAMED, asked)).first()
        if row is None:
            raise UnknownCampaign(wanted.campaign)
        return row
    span = {"since": wanted.since, "until": wanted.until}
    rows = list(await connection.execute(queries.DIALLED, span))
    if not rows:
        raise NoCalls(await _days(connection, None))
    if len(rows) > 1:
        raise SeveralCampaigns([row.name for row in rows])
    return rows[0]


async def _days(connection: AsyncConnection, campaign: UUID | None) -> list[Any]:
    values = {"campaign": campaign, "zone": ZONE.key}
    return list((await connection.execute(queries.DAYS, values)).scalars())


async def _calls(
    connection: AsyncConnection, campaign: Any, span: dict[str, Any]
) -> _Calls | None:
    """From the first call to the last one; None: there is none."""
    found: _Calls | None = None
    threshold_s = campaign.threshold_s
    async with connection.stream(queries.CALLS, span) as rows:
        async for row in rows:
            if found is None:
                found = _Calls(row.placed_at, row.placed_at)
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


async def _work(connection: AsyncConnection, calls: _Calls) -> list[AgentWork]:
    """What each agent did; who was not there is left out. Raises NobodyWorked."""
    changes: defaultdict[str, list[Change]] = defaultdict(list)
    span = {"since": calls.since - SHIFT, "until": calls.until + AFTERWARDS}
    async with connection.stream(queries.STATES, span) as rows:
        async for row in rows:
            if row.agent is not None:
                changes[row.agent].append(_change(row, calls))
    end_s = (calls.until - calls.since).total_seconds()
    names = {agent: f"a{n:04d}" for n, agent in enumerate(sorted(changes), start=1)}
    work = [work_of(names[agent], told, end_s) for agent, told in changes.items()]
    there = [one for one in work if one.steps]
    if not there or end_s <= 0:
        raise NobodyWorked
    return there


def _change(row: Any, calls: _Calls) -> Change:
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


async def _terms(
    connection: AsyncConnection, campaign: Any, calls: _Calls
) -> list[tuple[float, Terms]]:
    values = {"campaign": campaign.id, "since": calls.since}
    rows = await connection.execute(queries.CHANGES, values)
    changes = [Changed(row.at, row.what) for row in rows]
    return terms_over(_now(campaign), changes, calls.since, calls.until)


def _now(campaign: Any) -> Terms:
    return Terms(
        policy=campaign.policy,
        ring_timeout_s=campaign.ring_timeout_s,
        threshold_s=campaign.threshold_s,
    )


def _day(calls: _Calls, work: list[AgentWork], terms: Terms, policy: Policy) -> RecordedDay:
    end_s = (calls.until - calls.since).total_seconds()
    talk_s, wrap_s = _lasted(work)
    scored = bool(terms.policy.get("scored"))
    ended = tuple(
        call._replace(
            talk_s=talk_s.get(which),
            wrap_s=wrap_s.get(which),
            score=call.score if scored else None,
        )
        for which, call in calls.ended
    )
    free = [span for one in work for span in one.free]
    blended = policy.inbound_target is not None
    shut = closed(ended, free, CLOSED_BLENDED_S if blended else CLOSED_S)
    began = calls.since.astimezone(ZONE)
    present_s = sum(one.present_s for one in work) - within(free, shut)
    return RecordedDay(
        seconds=end_s,
        hour_s=began.minute * 60.0 + began.second + began.microsecond / 1e6,
        calls=ended,
        steps=tuple(sorted(step for one in work for step in one.steps)),
        closed=shut,
        agents=len(work),
        worked=Worked(
            placed=len(calls.own),
            answered=calls.answered,
            abandoned=calls.abandoned,
            talk_s=sum(one.lasted.get(Doing.TALKS, 0.0) for one in work),
            wrap_s=sum(one.lasted.get(Doing.WRAPS, 0.0) for one in work),
            logged_in_s=present_s,
        ),
        ring_limit_s=terms.ring_timeout_s,
        threshold_s=terms.threshold_s,
        scored=scored,
    )


def _lasted(work: list[AgentWork]) -> tuple[dict[UUID, float], dict[UUID, float]]:
    """Talk and wrap-up by call; a call that changed hands had two of each."""
    talk_s: defaultdict[UUID, float] = defaultdict(float)
    wrap_s: defaultdict[UUID, float] = defaultdict(float)
    for one in work:
        for call, seconds in one.talk_s.items():
            talk_s[call] += seconds
        for call, seconds in one.wrap_s.items():
            wrap_s[call] += seconds
    return talk_s, wrap_s
