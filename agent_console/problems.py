"""Errors as problem details (RFC 9457): a code in English, a text in pt-BR.

Programs get JSON, people a page. No answer tells how the program failed.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler
from redis.exceptions import RedisError
from sqlalchemy.exc import DBAPIError

from agent_console.pages import render
from agent_console.portal.showing import show
from agent_console.texts import TEXTS
from cobranca.people.passwords import HashingBusy
from foundation.observability import get_logger

CODES = {
    400: "bad_request",
    401: "not_logged_in",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
    415: "unsupported_media",
}
PORTAL = ("/portal", "/p/", "/parar/", "/pagar")
WITH_PAGE = frozenset({403, 404, 413, 429, 500, 503})

log = get_logger(__name__)


class Problem(Exception):
    """Ends a request with problem details.

    `code` has its text in `[problems]` of the catalogue, which may name `fields`; the
    fields stand beside it in the answer too.
    """

    def __init__(
        self,
        code: str,
        status: int = 400,
        fields: Mapping[str, Any] | None = None,
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(code)
        self.code = code
        self.status = status
        self.fields = dict(fields or {})
        self.headers = dict(headers or {})


def details(trouble: Problem) -> dict[str, Any]:
    """The body of the answer; `title` is what a person may read."""
    return {
        **trouble.fields,
        "type": "about:blank",
        "title": TEXTS.problems[trouble.code].format_map(trouble.fields),
        "status": trouble.status,
        "code": trouble.code,
    }


def answer(trouble: Problem) -> web.Response:
    """The problem for a program."""
    return web.Response(
        text=json.dumps(details(trouble), ensure_ascii=False),
        status=trouble.status,
        headers=trouble.headers,
        content_type="application/problem+json",
    )


@web.middleware
async def as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except web.HTTPException as error:
        if error.status < 400:
            raise
        return await _told(request, _of_http(error))
    except Exception as error:  # the top of a request: the others go on
        return await _told(request, _of(error, request))


def wants_page(request: web.Request) -> bool:
    """Whether a person's browser asks for a page to show."""
    navigates = request.method in {"GET", "HEAD", "POST"}
    shown = "text/html" in request.headers.get("Accept", "")
    return navigates and shown and not request.path.startswith("/api/")


def in_portal(request: web.Request) -> bool:
    """Whether a debtor is asking, who must see nothing of the console."""
    return request.path.startswith(PORTAL)


def _of_http(error: web.HTTPException) -> Problem:
    headers = {"Allow": error.headers["Allow"]} if "Allow" in error.headers else {}
    return Problem(CODES.get(error.status, "bad_request"), error.status, headers=headers)


def _of(error: Exception, request: web.Request) -> Problem:
    match error:
        case Problem():
            return error
        case HashingBusy():
            return Problem("busy", 503, headers={"Retry-After": "10"})
        case DBAPIError() if error.connection_invalidated:
            return Problem("database_unreachable", 503)
        case RedisError():
            log.warning("bus_lost", why=type(error).__name__)
            return Problem("bus_unreachable", 503)
        case OSError() | TimeoutError():
            log.warning("outside_lost", why=type(error).__name__, route=_route(request))
            return Problem("database_unreachable", 503)
    log.error("request_failed", route=_route(request), exc_info=error)
    return Problem("internal_error", 500)


def _route(request: web.Request) -> str:
    """The route, not the path: an address may hold what opens a door."""
    resource = request.match_info.route.resource
    return "" if resource is None else resource.canonical


async def _told(request: web.Request, trouble: Problem) -> web.Response:
    if in_portal(request) and wants_page(request):
        return await show(
            request, "problem.html", status=trouble.status, problem=details(trouble)
        )
    if trouble.status not in WITH_PAGE or not wants_page(request):
        return answer(trouble)
    return await render(
        request, "problem.html", status=trouble.status, problem=details(trouble)
    )
