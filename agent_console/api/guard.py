"""Lets in whom a route names, and nobody else: what has no policy is refused.

Who is not known hears 401 for everything, also for what does not exist, so that nobody
can list our routes from outside. Who is known hears 403 for what exists and is not for
him, 404 and 405 for the rest. Static files are open.
"""

from __future__ import annotations

import hmac
import time
from urllib.parse import quote, urlsplit

from aiohttp import web
from aiohttp.typedefs import Handler

from agent_console.api.endpoint import Policy
from agent_console.doors.address import neighbourhood
from agent_console.doors.caller import CALLER, Caller, find_caller
from agent_console.doors.login import address_of
from agent_console.problems import Problem, wants_page
from agent_console.services import DATABASE, PACE, SESSIONS
from foundation.observability import get_logger

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
POLICIES = web.AppKey[dict[web.AbstractRoute, Policy]]("policies")
CSRF_HEADER, CSRF_FIELD = "X-CSRF-Token", "csrf"
FORM = "application/x-www-form-urlencoded"
NO_POLICY = Policy()

log = get_logger(__name__)


@web.middleware
async def guard(request: web.Request, handler: Handler) -> web.StreamResponse:
    route = request.match_info.route
    if isinstance(route.resource, web.StaticResource):
        return await handler(request)
    policy = request.app[POLICIES].get(route, NO_POLICY)
    unsafe = request.method not in SAFE
    if unsafe or "Upgrade" in request.headers:
        require_same_origin(request)
    if policy.open:
        _require_pace(request, neighbourhood(address_of(request)))
        return await handler(request)
    caller = await find_caller(
        request,
        request.app[DATABASE],
        request.app[SESSIONS],
        awake=not policy.background,
    )
    if caller is None:
        _require_pace(request, neighbourhood(address_of(request)))
        return _not_in(request)
    _require_pace(request, caller.who.token or caller.who.user_id.hex)
    request[CALLER] = caller
    if request.match_info.http_exception is not None:
        return await handler(request)  # 404 or 405
    _require_allowed(request, policy, caller)
    if unsafe and caller.session is not None:
        await _require_csrf(request, caller.session.csrf)
    return await handler(request)


def require_same_origin(request: web.Request) -> None:
    """What a browser sends from a page that is not ours is refused. Raises Problem 403."""
    origin = request.headers.get("Origin")
    if origin is not None and urlsplit(origin).netloc != request.host:
        raise Problem("foreign_origin", 403)
    if request.headers.get("Sec-Fetch-Site", "same-origin") not in {"same-origin", "none"}:
        raise Problem("foreign_origin", 403)


def _require_pace(request: web.Request, asker: str) -> None:
    if not request.app[PACE].take(asker, time.monotonic()):
        raise Problem("too_many_requests", 429, headers={"Retry-After": "1"})


def same_text(one: str, other: str) -> bool:
    """Compare in constant time."""
    return hmac.compare_digest(one.encode("utf-8", "replace"), other.encode())


def _require_allowed(request: web.Request, policy: Policy, caller: Caller) -> None:
    if policy is NO_POLICY:
        log.error("route_without_policy", path=request.path)
    if not caller.who.allowed(policy.roles, policy.scope):
        raise Problem("forbidden", 403)
    if caller.must_change and policy.fresh_password:
        if wants_page(request):
            raise web.HTTPSeeOther("/account")
        raise Problem("password_change_required", 403)


async def _require_csrf(request: web.Request, expected: str) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None and request.content_type == FORM:
        field = (await request.post()).get(CSRF_FIELD)
        given = field if isinstance(field, str) else None
    if given is None or not same_text(given, expected):
        raise Problem("csrf", 403)


def _not_in(request: web.Request) -> web.StreamResponse:
    if request.method in {"GET", "HEAD"} and wants_page(request):
        raise web.HTTPSeeOther(f"/login?next={quote(request.path_qs, safe='')}")
    raise Problem(
        "not_logged_in", 401, headers={"WWW-Authenticate": 'Bearer realm="acordo"'}
    )
