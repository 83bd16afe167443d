"""Turns endpoints and pages into routes of the application, each with its policy."""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Sequence
from types import ModuleType

from aiohttp import web
from aiohttp.typedefs import Handler
from pydantic import BaseModel

from agent_console import routes
from agent_console.api.endpoint import Asked, Endpoint, OpenEndpoint, Page, Policy, policy
from agent_console.api.guard import POLICIES
from agent_console.api.once import kept
from agent_console.api.reading import (
    JSON,
    read_body,
    read_path,
    read_query,
    router_path,
    uuid_parameters,
)
from agent_console.clock_note import clock_note
from agent_console.doors.caller import CALLER
from agent_console.pages import MENU, render

HTML = "text/html"
ALL_ENDPOINTS = web.AppKey[list[Endpoint | OpenEndpoint]]("endpoints")


def collected() -> list[ModuleType]:
    """The modules of `agent_console.routes`, in the order of their names."""
    names = sorted(one.name for one in pkgutil.iter_modules(routes.__path__))
    return [importlib.import_module(f"{routes.__name__}.{name}") for name in names]


def install(app: web.Application, modules: Sequence[ModuleType]) -> None:
    """Add what the modules export: ENDPOINTS, PAGES, and CONTEXTS for what must run
    beside them (functions such as `app.cleanup_ctx` takes)."""
    policies: dict[web.AbstractRoute, Policy] = {}
    endpoints: list[Endpoint | OpenEndpoint] = []
    pages: list[Page] = []
    for module in modules:
        endpoints += getattr(module, "ENDPOINTS", ())
        pages += getattr(module, "PAGES", ())
        app.cleanup_ctx.extend(getattr(module, "CONTEXTS", ()))
    for endpoint in endpoints:
        handler = (
            endpoint.handler if isinstance(endpoint, OpenEndpoint) else _called(endpoint)
        )
        route = app.router.add_route(endpoint.verb, router_path(endpoint.path), handler)
        policies[route] = policy(endpoint)
    for page in pages:
        for verb in ("GET", "HEAD"):
            route = app.router.add_route(verb, router_path(page.path), _shown(page))
            policies[route] = policy(page)
    app[POLICIES] = policies
    app[ALL_ENDPOINTS] = endpoints
    shown = [one for one in endpoints if isinstance(one, Endpoint) and one.media == HTML]
    app[MENU] = {page.path: page.roles for page in pages}
    app[MENU] |= {one.path: one.roles for one in shown}


def _called(endpoint: Endpoint) -> Handler:
    uuids = uuid_parameters(endpoint.path)

    async def handle(request: web.Request) -> web.StreamResponse:
        asked = Asked(
            who=request[CALLER].who,
            path=read_path(request, uuids),
            query=read_query(request, endpoint.query) if endpoint.query else None,
            body=await read_body(request, endpoint.body) if endpoint.body else None,
            request=request,
        )
        return _written(await kept(endpoint, asked), endpoint.status)

    return handle


def _written(
    answer: BaseModel | web.StreamResponse | None, status: int
) -> web.StreamResponse:
    if answer is None:
        return web.Response(status=204)
    if isinstance(answer, BaseModel):
        return json_answer(answer, status)
    return answer


def json_answer(model: BaseModel, status: int = 200) -> web.Response:
    return web.Response(text=model.model_dump_json(), status=status, content_type=JSON)


def _shown(page: Page) -> Handler:
    async def show(request: web.Request) -> web.StreamResponse:
        asked: Asked[None, None] = Asked(
            who=request[CALLER].who,
            path=read_path(request, uuid_parameters(page.path)),
            query=None,
            body=None,
            request=request,
        )
        context = await page.context(asked) if page.context else {}
        clock = await clock_note(request) if page.real_time else ""
        return await render(request, page.template, clock_note=clock, **context)

    return show
