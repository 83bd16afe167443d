"""Who asks in the portal: his visit, the right to see, the token against forged forms.

A visit that is not identified sees nothing but the question. Whoever has none, or one that
ended, is sent to the entrance: the same for every page, whether it exists for him or not.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from uuid import UUID

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.api.guard import same_text
from agent_console.doors.address import neighbourhood
from agent_console.doors.login import address_of
from agent_console.portal.paces import Paces
from agent_console.portal.visits import Visit, Visits
from agent_console.problems import Problem
from agent_console.services import DATABASE, SETTINGS
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.db.contact_clock import contact_clock

VISITS = web.AppKey("visits", Visits)
PACES = web.AppKey("paces", Paces)
KEYS = web.AppKey("keys", Keys)
COOKIE = "acordo_portal"
ENTRANCE, QUESTION, HOME = "/portal", "/portal/identidade", "/portal/dividas"
CSRF = "csrf"
LONGEST_FIELD = 4000


@dataclass(frozen=True, slots=True)
class Asked:
    """A request of somebody identified. `form` is empty unless one was sent."""

    request: web.Request
    visit: Visit
    form: dict[str, str]

    @property
    def debtor(self) -> UUID:
        return self.visit.debtor

    @property
    def engine(self) -> AsyncEngine:
        return self.request.app[DATABASE]

    @property
    def keys(self) -> Keys:
        return self.request.app[KEYS]

    def id(self, name: str = "id") -> UUID:
        return UUID(self.request.match_info[name])

    async def contact_now(self) -> datetime:
        """The compliance clock."""
        settings = self.request.app[SETTINGS]
        async with self.engine.begin() as connection:
            return (await contact_clock(connection, settings)).now()


Handler = Callable[[Asked], Awaitable[web.StreamResponse]]


def identified(handler: Handler) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Let in only who is identified; a form only with the visit's own token."""

    async def handle(request: web.Request) -> web.StreamResponse:
        visit = await visit_of(request)
        if visit is None:
            raise web.HTTPSeeOther(ENTRANCE)
        if not visit.identified:
            raise web.HTTPSeeOther(QUESTION)
        form: dict[str, str] = {}
        if request.method == "POST":
            form = await form_of(request)
            require_token(visit, form)
        return await handler(Asked(request, visit, form))

    return handle


async def visit_of(request: web.Request) -> Visit | None:
    cookie = request.cookies.get(COOKIE)
    return await request.app[VISITS].find(cookie) if cookie else None


async def form_of(request: web.Request) -> dict[str, str]:
    """The texts of a form, the others left out. Raises Problem 400 for one with NUL."""
    form = await request.post()
    texts = {n: v[:LONGEST_FIELD] for n, v in form.items() if isinstance(v, str)}
    if any("\0" in text for text in texts.values()):
        raise Problem("bad_request", 400)
    return texts


def require_token(visit: Visit, form: dict[str, str]) -> None:
    if not same_text(form.get(CSRF, ""), visit.csrf):
        raise Problem("csrf", 403)


async def require_pace(request: web.Request) -> None:
    """Raises Problem 429 for an address that tries too often."""
    address, most = neighbourhood(address_of(request)), address_limit(request.app)
    if not await request.app[PACES].take(most, address):
        raise too_often()


def address_limit(app: web.Application) -> str:
    """How often one address may try: a CPF, a link, a code, an answer."""
    return f"{app[SETTINGS].portal.address_tries} per 10 minutes"


def too_often() -> Problem:
    return Problem("portal_too_often", 429, headers={"Retry-After": "600"})


def give_visit(request: web.Request, response: web.Response, visit: Visit) -> None:
    response.set_cookie(
        COOKIE,
        visit.token,
        path=ENTRANCE,
        httponly=True,
        samesite="Strict",
        secure=request.app[SETTINGS].console.https,
    )


def take_visit(response: web.Response) -> None:
    response.del_cookie(COOKIE, path=ENTRANCE, httponly=True, samesite="Strict")


def sent_to(place: str) -> web.Response:
    """Go on there by GET."""
    return web.Response(status=303, headers={"Location": place})


def today() -> date:
    return datetime.now(SAO_PAULO).date()


def now() -> datetime:
    return datetime.now(UTC)
