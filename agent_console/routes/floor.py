"""The state of the installation: a page for people, and the figures that refresh it."""

from __future__ import annotations

from aiohttp import web

from agent_console.api.endpoint import EVERY_ROLE, Asked, Endpoint, Role
from agent_console.contracts import FloorOut
from agent_console.floor import FloorUnreadable
from agent_console.pages import MENU, render
from agent_console.services import FLOOR

START = {Role.AGENT: "/desk", Role.SUPERVISOR: "/supervision", Role.ADMIN: "/supervision"}


async def start(asked: Asked[None, None]) -> web.StreamResponse:
    """The page of the role, as far as there is one."""
    page = START[asked.who.role]
    allowed = asked.who.role in asked.request.app[MENU].get(page, ())
    raise web.HTTPSeeOther(page if allowed else "/floor")


async def page(asked: Asked[None, None]) -> web.StreamResponse:
    """The page is served even without a floor to read: it then says so."""
    try:
        floor = await asked.request.app[FLOOR].read()
    except FloorUnreadable:
        floor = None
    return await render(
        asked.request, "floor.html", status=200 if floor else 503, floor=floor
    )


async def figures(asked: Asked[None, None]) -> FloorOut:
    return await asked.request.app[FLOOR].read()


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/",
        summary="Página inicial de cada função",
        roles=EVERY_ROLE,
        scope="page",
        handler=start,
    ),
    Endpoint(
        verb="GET",
        path="/floor",
        summary="A operação agora",
        roles=EVERY_ROLE,
        scope="page",
        handler=page,
        media="text/html",
    ),
    Endpoint(
        verb="GET",
        path="/floor.json",
        summary="Números da operação agora",
        roles=EVERY_ROLE,
        scope="floor:read",
        handler=figures,
        answer=FloorOut,
        background=True,
    ),
)
