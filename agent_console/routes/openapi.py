"""The description of the API, open to all: it says what there is, not what is in it."""

from __future__ import annotations

from importlib.metadata import version

from aiohttp import web

from agent_console.api.endpoint import OpenEndpoint
from agent_console.api.openapi import document
from agent_console.api.routing import ALL_ENDPOINTS


async def describe(request: web.Request) -> web.StreamResponse:
    endpoints = request.app[ALL_ENDPOINTS]
    return web.json_response(document(endpoints, "Acordo", version("acordo")))


ENDPOINTS = (
    OpenEndpoint(
        verb="GET",
        path="/api/v1/openapi.json",
        summary="Esta descrição",
        handler=describe,
    ),
)
