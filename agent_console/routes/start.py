"""The first page of each role."""

from __future__ import annotations

from aiohttp import web

from agent_console.api.endpoint import EVERY_ROLE, Asked, Endpoint, Role

START = {Role.AGENT: "/desk", Role.SUPERVISOR: "/supervision", Role.ADMIN: "/supervision"}


async def start(asked: Asked[None, None]) -> web.StreamResponse:
    """Lead on to the page of the role."""
    raise web.HTTPSeeOther(START[asked.who.role])


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/",
        summary="Página inicial de cada função",
        roles=EVERY_ROLE,
        scope="page",
        handler=start,
    ),
)
