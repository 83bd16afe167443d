"""Reads one campaign's day from PostgreSQL. Read only; rows are streamed.

What the product stores is enough: attempts (when placed, answered, joined, ended, and
how), the agents' changes of state with the call in hand, and the history of settings.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from dialer.adapters.pacing_history import history
from dialer.campaigns.running import BY_HAND
from dialer.pacing import Policy
from foundation.clock import SAO_PAULO
from sim.replay import queries, rows
from sim.replay.errors import (
    NoCalls,
    NotPaced,
    SeveralCampaigns,
    TooFewTalks,
    UnknownCampaign,
    UnreadableSettings,
)
from sim.replay.policies import Changed, Terms, terms_over
from sim.replay.recorded import Recorded, Wanted
from sim.world.replay.agents import AgentWork, Doing, within
from sim.world.replay.closing import closed
from sim.world.replay.day import RecordedDay, Worked

CLOSED_S = 60.0
CLOSED_BLENDED_S = 600.0  # where agents may be kept back for callers
AGENTLESS = "agentless"


async def read(engine: AsyncEngine, wanted: Wanted) -> Recorded:
    """Read it; raises CannotReplay."""
    async with engine.connect() as connection:
        await connection.execution_options(
            isolation_level="REPEATABLE READ", postgresql_readonly=True
        )
        campaign = await _campaign(connection, wanted)
        changes = await _changes(connection, campaign.id, wanted.since)
        now = _now(campaign)
        began = terms_over(now, changes, wanted.since, wanted.until)[0][1]
        span = {"campaign": campaign.id, "since": wanted.since, "until": wanted.until}
        calls = await rows.read_calls(connection, span, began.threshold_s)
        if calls is None:
            raise NoCalls(await _days(connection, campaign.id))
        work = await rows.read_work(connection, calls)
        before = await history(connection, campaign.id, until=calls.since)
    settings = terms_over(now, changes, calls.since, calls.until)
    plan, policy = _plan(settings), _parsed(now)
    day = _day(calls, work, settings[0][1], plan[0][1])
    talks = sum(call.talked for call in day.calls)
    if talks < wanted.least_talks:
        raise TooFewTalks(talks, wanted.least_talks)
    return Recorded(
        campaign=campaign.id, name=campaign.name, since=calls.since, until=calls.until,
        day=day, plan=plan, now=policy, history=before.events,
    )  # fmt: skip


async def _campaign(connection: AsyncConnection, wanted: Wanted) -> Any:
    if wanted.campaign is not None:
        asked = {"asked": wanted.campaign}
        row = (await connection.execute(queries.NAMED, asked)).first()
        if row is None:
            raise UnknownCampaign(wanted.campaign)
        return row
    span = {"since": wanted.since, "until": wanted.until}
    found = list(await connection.execute(queries.DIALLED, span))
    if not found:
        raise NoCalls(await _days(connection, None))
    if len(found) > 1:
        raise SeveralCampaigns([row.name for row in found])
    return found[0]


async def _days(connection: AsyncConnection, campaign: UUID | None) -> list[Any]:
    values = {"campaign": campaign, "zone": SAO_PAULO.key}
    return list((await connection.execute(queries.DAYS, values)).scalars())


async def _changes(
    connection: AsyncConnection, campaign: UUID, since: datetime
) -> list[Changed]:
    values = {"campaign": campaign, "since": since}
    found = await connection.execute(queries.CHANGES, values)
    return [Changed(row.at, row.what) for row in found]


def _now(campaign: Any) -> Terms:
    return Terms(
        policy=campaign.policy,
        ring_timeout_s=campaign.ring_timeout_s,
        threshold_s=campaign.threshold_s,
    )


def _plan(settings: list[tuple[float, Terms]]) -> tuple[tuple[float, Policy], ...]:
    """Raises NotPaced, UnreadableSettings."""
    for _, terms in settings:
        if terms.mode in (*BY_HAND, AGENTLESS):
            raise NotPaced(terms.mode)
    return tuple((from_s, _parsed(terms)) for from_s, terms in settings)


def _parsed(terms: Terms) -> Policy:
    try:
        return terms.parsed()
    except (TypeError, ValueError) as error:  # BadPolicy is one
        raise UnreadableSettings(str(error)) from error


def _day(
    calls: rows.Calls, work: list[AgentWork], terms: Terms, policy: Policy
) -> RecordedDay:
    end_s = (calls.until - calls.since).total_seconds()
    talk_s, wrap_s = rows.lasted(work)
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
    began = calls.since.astimezone(SAO_PAULO)
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
