"""Errors as problem details (RFC 9457): a code in English, a text in pt-BR.

Whatever no route allows is refused, and no answer tells how the program failed.
"""

from __future__ import annotations

from aiohttp import web
from aiohttp.typedefs import Handler

from agent_console.floor import FloorUnreadable
from agent_console.texts import TEXTS
from foundation.observability import get_logger

CODES = {
    400: "bad_request",
    403: "forbidden",
    404: "not_found",
    405: "method_not_allowed",
    413: "too_large",
}

log = get_logger(__name__)


def problem(status: int, code: str) -> web.Response:
    """Return an answer for a program; `title` is what a person may read."""
    return web.json_response(
        {
            "type": "about:blank",
            "title": TEXTS.problems[code],
            "status": status,
            "code": code,
        },
        status=status,
        content_type="application/problem+json",
    )


@web.middleware
async def as_problems(request: web.Request, handler: Handler) -> web.StreamResponse:
    try:
        return await handler(request)
    except FloorUnreadable:
        return problem(503, "database_unreachable")
    except web.HTTPException as error:
        if error.status < 400:
            raise
        answer = problem(error.status, CODES.get(error.status, "bad_request"))
        if "Allow" in error.headers:
            answer.headers["Allow"] = error.headers["Allow"]
        return answer
    except Exception:  # the top of a request: the others go on
        log.exception("request_failed", path=request.path)
        return problem(500, "internal_error")
