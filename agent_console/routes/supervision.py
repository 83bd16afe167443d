"""The supervisor's page: the floor live, and the same for programs."""

from __future__ import annotations

from aiohttp import web
from pydantic import BaseModel, ConfigDict
from sqlalchemy import select
from sqlalchemy.exc import SQLAlchemyError

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.live import LIVE, LiveEvent, stream
from agent_console.services import DATABASE
from agent_console.supervision.figures import FiguresOut
from agent_console.supervision.keeper import FIGURES, KEEPER, TROUBLE
from cobranca.people.store import AgentRow, UserRow

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
SEEN = frozenset({"agent", "floor", FIGURES, TROUBLE})


class SeatOut(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str
    name: str


class SeatsOut(BaseModel):
    """Who sits where: the user's name, or the seat's when nobody has it."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    seats: list[SeatOut]


async def follow(asked: Asked[None, None]) -> web.StreamResponse:
    """A snapshot of agents, the calls by stage, the figures; then each change."""
    events = asked.request.app[LIVE].follow(_seen)
    return await stream(asked.request, events)


def _seen(event: LiveEvent) -> bool:
    return event.kind in SEEN


async def figures(asked: Asked[None, None]) -> FiguresOut:
    try:
        return await asked.request.app[KEEPER].now()
    except (SQLAlchemyError, OSError, TimeoutError):
        raise Problem("database_unreachable", 503) from None


async def seats(asked: Asked[None, None]) -> SeatsOut:
    name = UserRow.name.label("user_name")
    query = (
        select(AgentRow.endpoint, AgentRow.name, name)
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .where(AgentRow.active)
        .order_by(AgentRow.endpoint)
    )
    async with asked.request.app[DATABASE].connect() as connection:
        rows = list(await connection.execute(query))
    found = [SeatOut(endpoint=r.endpoint, name=r.user_name or r.name) for r in rows]
    return SeatsOut(seats=found)


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/supervision/live",
        summary="O salão ao vivo, em eventos do servidor (SSE)",
        roles=MAY,
        scope="supervision:read",
        handler=follow,
        media="text/event-stream",
        background=True,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/supervision/figures",
        summary="Abandono, ocupação, resultados por minuto e alertas",
        roles=MAY,
        scope="supervision:read",
        handler=figures,
        answer=FiguresOut,
        problems=("database_unreachable",),
        background=True,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/supervision/seats",
        summary="Quem está em cada posição de atendimento",
        roles=MAY,
        scope="supervision:read",
        handler=seats,
        answer=SeatsOut,
        background=True,
    ),
)
PAGES = (Page("/supervision", "supervision.html", MAY, real_time=True),)
