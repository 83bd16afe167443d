"""The supervisors' calculator: Erlang's formulas, as `acordo staffing` has them."""

from __future__ import annotations

import asyncio
from typing import Any

from agent_console.api.endpoint import Asked, Endpoint, Page, Role
from agent_console.supervision.staffing_forms import (
    InboundOut,
    InboundQuery,
    LinesOut,
    LinesQuery,
    OutboundOut,
    OutboundQuery,
    PlanOut,
)

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
AROUND = 2  # plans shown on each side of the one that is enough


async def inbound(asked: Asked[None, InboundQuery]) -> InboundOut:
    return await asyncio.to_thread(_inbound, asked.query)


async def lines(asked: Asked[None, LinesQuery]) -> LinesOut:
    return await asyncio.to_thread(_lines, asked.query)


async def outbound(asked: Asked[None, OutboundQuery]) -> OutboundOut:
    return await asyncio.to_thread(_outbound, asked.query)


def _inbound(query: InboundQuery) -> InboundOut:
    from dialer.pacing.staffing import Demand, NotAttainable, agents_for, plan

    demand = Demand(
        calls_per_hour=query.calls,
        service_s=query.talk_s + query.wrap_up_s,
        within_s=query.within_s,
        patience_s=query.patience_s,
    )
    try:
        enough = agents_for(demand, query.share)
    except NotAttainable:
        return InboundOut(agents=None, plans=[])
    around = range(max(1, enough - AROUND), enough + AROUND + 1)
    plans = [PlanOut.of(plan(agents, demand)) for agents in around]
    return InboundOut(agents=enough, plans=plans)


def _lines(query: LinesQuery) -> LinesOut:
    from dialer.pacing.erlang import erlang_b
    from dialer.pacing.staffing import NotAttainable, lines_for

    try:
        enough = lines_for(query.load_erl, query.blocked)
    except NotAttainable:
        return LinesOut(lines=None, blocked=None)
    return LinesOut(lines=enough, blocked=float(erlang_b(enough, query.load_erl)))


def _outbound(query: OutboundQuery) -> OutboundOut:
    from dialer.pacing.staffing import best_occupancy, open_loop_occupancy

    best = best_occupancy(query.agents, query.ring_s, query.service_s, query.target)
    return OutboundOut(
        occupancy=best,
        blind=open_loop_occupancy(query.agents, query.target),
        talks_per_hour=3600 * best * query.agents / query.service_s,
    )


def _endpoint(path: str, summary: str, **more: Any) -> Endpoint:
    at = f"/api/v1/staffing/{path}"
    return Endpoint(
        verb="GET", path=at, summary=summary, roles=MAY, scope="staffing:read", **more
    )


ENDPOINTS = (
    _endpoint(
        "inbound", "Quantos atendentes para as chamadas de uma hora",
        handler=inbound, query=InboundQuery, answer=InboundOut,
    ),
    _endpoint(
        "lines", "Quantas linhas para um tráfego", handler=lines, query=LinesQuery,
        answer=LinesOut,
    ),
    _endpoint(
        "outbound", "Que ocupação esperar de uma campanha preditiva", handler=outbound,
        query=OutboundQuery, answer=OutboundOut,
    ),
)  # fmt: skip
PAGES = (Page("/staffing", "staffing.html", MAY),)
