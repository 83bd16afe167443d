"""The floor as it was at any second, and what was ever found impossible on it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.services import DATABASE
from agent_console.supervision.replay_forms import (
    FloorThenOut,
    HappenedOut,
    InstantQuery,
    ViolationOut,
    ViolationsOut,
    ViolationsQuery,
    ViolationStoryOut,
)
from dialer.adapters.violation_log import Noted, violation, violations_between
from dialer.state.history import history_of
from dialer.state.replay import floor_at
from dialer.state.words import subject, words

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
DAY = timedelta(days=1)


async def then(asked: Asked[None, InstantQuery]) -> FloorThenOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return FloorThenOut.of(await floor_at(connection, asked.query.at))


async def violations(asked: Asked[None, ViolationsQuery]) -> ViolationsOut:
    until = asked.query.until or datetime.now(UTC)
    since = asked.query.since or until - DAY
    async with asked.request.app[DATABASE].connect() as connection:
        found = await violations_between(connection, since, until)
    return ViolationsOut(violations=[_out(one) for one in found])


async def story(asked: Asked[None, None]) -> ViolationStoryOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await violation(connection, UUID(asked.path["id"]))
        if found is None:
            raise Problem("no_violation", 404)
        facts = await history_of(connection, found.kind, found.subject)
    return ViolationStoryOut(
        violation=_out(found),
        history=[
            HappenedOut(
                at=fact.at, kind=fact.kind, attempt=fact.attempt,
                data={name: str(value) for name, value in fact.data.items()},
            )
            for fact in facts
        ],
    )  # fmt: skip


def _out(one: Noted) -> ViolationOut:
    repairs = words()["repairs"]
    return ViolationOut(
        id=one.id,
        code=one.code,
        what=words()["broken"][one.code],
        subject=subject(one.kind, one.subject),
        seen_at=one.seen_at,
        cleared_at=one.cleared_at,
        repair=repairs[one.repair] if one.repair else None,
        detail={name: str(value) for name, value in one.detail.items()},
    )


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/supervision/replay",
        summary="A operação como estava em um instante",
        roles=MAY,
        scope="supervision:read",
        handler=then,
        query=InstantQuery,
        answer=FloorThenOut,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/supervision/violations",
        summary="Estados impossíveis encontrados; sem período, os do último dia",
        roles=MAY,
        scope="supervision:read",
        handler=violations,
        query=ViolationsQuery,
        answer=ViolationsOut,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/supervision/violations/{id}",
        summary="Um estado impossível, com os eventos do que ele atingiu",
        roles=MAY,
        scope="supervision:read",
        handler=story,
        answer=ViolationStoryOut,
        problems=("no_violation",),
    ),
)
PAGES = (Page("/replay", "replay.html", MAY, real_time=True),)
