"""A campaign's pace: the live picture, every decision of the hour, settings, history."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Any
from uuid import UUID

from aiohttp import web

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.live import LIVE, LiveEvent, Wanted, stream
from agent_console.services import BUS, DATABASE
from agent_console.supervision.pacing_forms import (
    ChangeOut,
    ChangesOut,
    ChangesQuery,
    CostOut,
    CostQuery,
    DecisionOut,
    DecisionsOut,
    DecisionsQuery,
    EditPaceForm,
    PaceOut,
    told,
)
from agent_console.supervision.score_forms import ScoresOut
from agent_console.texts import TEXTS
from dialer.campaigns import changes, list_scores, pacing_settings
from dialer.campaigns.errors import CampaignError, NoCampaign
from dialer.campaigns.pacing_settings import PaceChanged
from dialer.figures.floor_facts import FloorFacts, floor_facts
from foundation.bus import LOST, decisions_of

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ, WRITE = "campaigns:read", "campaigns:write"
PAGE = 200
PACING, DECISION = "pacing", "decision"
BUS_S = 3.0


async def show(asked: Asked[None, None]) -> PaceOut:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            return PaceOut.of(await pacing_settings.pace_of(connection, _id(asked)))
        except NoCampaign:
            raise Problem("no_campaign", 404) from None


async def put(asked: Asked[EditPaceForm, None]) -> PaceOut:
    body = asked.body
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            after = await pacing_settings.put_pace(
                connection, _id(asked), body.version, body.pace.pace(), asked.who
            )
            return PaceOut.of(after)
    except NoCampaign:
        raise Problem("no_campaign", 404) from None
    except PaceChanged as changed:
        by = changed.now.changed_by or TEXTS.section("campaigns")["somebody"]
        current = PaceOut.of(changed.now).model_dump(mode="json")
        raise Problem("campaign_changed", 409, {"by": by, "current": current}) from changed
    except CampaignError as error:
        raise Problem("campaign_refused", 409, {"why": str(error)}) from error


async def scores(asked: Asked[None, None]) -> ScoresOut:
    """Whether it is worth while to go by the chances of the list."""
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            return ScoresOut.of(await list_scores.told(connection, _id(asked)))
        except NoCampaign:
            raise Problem("no_campaign", 404) from None


async def history(asked: Asked[None, ChangesQuery]) -> ChangesOut:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            found = await changes.changes(connection, _id(asked), asked.query.before)
        except NoCampaign:
            raise Problem("no_campaign", 404) from None
    shown = [ChangeOut.of(one) for one in found.changes]
    return ChangesOut(changes=shown, more=found.more)


async def decisions(asked: Asked[None, DecisionsQuery]) -> DecisionsOut:
    wire = asked.request.app[BUS]
    try:
        async with asyncio.timeout(BUS_S):
            found = await wire.newest(
                decisions_of(str(_id(asked))), count=PAGE + 1, before=asked.query.before
            )
    except LOST:
        raise Problem("bus_unreachable", 503) from None
    shown = [DecisionOut.of(message) for message in found[:PAGE]]
    return DecisionsOut(decisions=shown, more=len(found) > PAGE)


async def follow(asked: Asked[None, None]) -> web.StreamResponse:
    """The campaign's picture each second, and each decision as it is told."""
    events = asked.request.app[LIVE].follow(_of(str(_id(asked))))
    return await stream(asked.request, _in_words(events))


def _of(campaign: str) -> Wanted:
    def wanted(event: LiveEvent) -> bool:
        kind = event.kind in (PACING, DECISION)
        return kind and event.data.get("campaign") == campaign

    return wanted


async def _in_words(events: AsyncGenerator[LiveEvent]) -> AsyncGenerator[LiveEvent]:
    async with aclosing(events):
        async for event in events:
            yield LiveEvent(DECISION, told(event.data)) if event.kind == DECISION else event


async def cost_of(asked: Asked[None, CostQuery]) -> CostOut:
    """What a ratio gives, and what the predictive mode would, from the newest calls."""
    query = asked.query
    board = asked.request.app[LIVE].board.values()
    agents_there = [entry for entry in board if not entry.get("supervises")]
    seated = sum(entry.get("state") != "offline" for entry in agents_there)
    agents = query.agents or max(1, seated)
    async with asked.request.app[DATABASE].connect() as connection:
        facts = await floor_facts(connection, _id(asked))
    if facts is None:
        return CostOut(agents=agents, occupancy=None, abandoned=None, predictive=None)
    return await asyncio.to_thread(_weighed, agents, query, facts)


def _weighed(agents: int, query: CostQuery, facts: FloorFacts) -> CostOut:
    from dialer.pacing.fixed_ratio import cost  # scipy: only when somebody asks
    from dialer.pacing.staffing import best_occupancy

    found = cost(
        agents=agents,
        ratio=query.ratio,
        answer_share=facts.answer_share,
        ring_s=facts.ring_s,
        service_s=facts.service_s,
    )
    return CostOut(
        agents=agents,
        occupancy=found.occupancy,
        abandoned=found.abandoned,
        predictive=best_occupancy(agents, facts.ring_s, facts.service_s, query.target),
    )


def _id(asked: Asked[Any, Any]) -> UUID:
    return UUID(asked.path["id"])


async def page(asked: Asked[None, None]) -> Mapping[str, Any]:
    return {"campaign": asked.path["id"]}


def _endpoint(verb: str, path: str, summary: str, **more: Any) -> Endpoint:
    at, scope = f"/api/v1/campaigns/{{id}}{path}", more.pop("scope", READ)
    return Endpoint(verb=verb, path=at, summary=summary, roles=MAY, scope=scope, **more)


ENDPOINTS = (
    _endpoint(
        "GET", "/pacing", "O ritmo de uma campanha", handler=show, answer=PaceOut,
        problems=("no_campaign",),
    ),
    _endpoint(
        "PUT", "/pacing", "Mudar o ritmo de uma campanha", scope=WRITE, handler=put,
        body=EditPaceForm, answer=PaceOut,
        problems=("no_campaign", "campaign_changed", "campaign_refused"),
    ),
    _endpoint(
        "GET", "/pacing/scores", "Quantos telefones têm chance de atender vinda de lista",
        handler=scores, answer=ScoresOut, problems=("no_campaign",),
    ),
    _endpoint(
        "GET", "/pacing/changes", "Quem mudou o quê, quando e com que efeito",
        handler=history, query=ChangesQuery, answer=ChangesOut, problems=("no_campaign",),
    ),
    _endpoint(
        "GET", "/pacing/decisions", "Cada decisão da última hora e o motivo",
        handler=decisions, query=DecisionsQuery, answer=DecisionsOut,
        problems=("bus_unreachable",), background=True,
    ),
    _endpoint(
        "GET", "/pacing/cost", "O que custa uma razão fixa", handler=cost_of,
        query=CostQuery, answer=CostOut, background=True,
    ),
    _endpoint(
        "GET", "/pacing/live", "O ritmo ao vivo, em eventos do servidor (SSE)",
        handler=follow, media="text/event-stream", background=True,
    ),
)  # fmt: skip
PAGES = (Page("/campaigns/{id}/pacing", "pacing.html", MAY, page, real_time=True),)
