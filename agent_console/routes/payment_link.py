"""The page of a payment link: all means by which an agreement's next instalment is paid.

A link alone shows nothing: one question comes first. Wrong, altered, expired, revoked and
locked links all get the same answer. What is owed is worked out when the page is opened.
Whoever came in by it sees what may be paid, and nothing else of the portal.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any
from uuid import UUID

from aiohttp import web

from agent_console.api.endpoint import OpenEndpoint
from agent_console.doors.login import came_through_door, door_token, give_door
from agent_console.portal import paying
from agent_console.portal.answering import factor_for, judged
from agent_console.portal.asking import (
    CSRF,
    KEYS,
    form_of,
    now,
    require_pace,
    require_token,
    sent_to,
    today,
)
from agent_console.portal.paying import Till, to_pay
from agent_console.portal.showing import show
from agent_console.portal.visits import Visit, Visits
from agent_console.services import BUS, CLOCK, DATABASE, SETTINGS
from cobranca.payments import links
from cobranca.payments.links import Opened
from cobranca.payments.owing import next_of_agreement
from cobranca.people import audit
from cobranca.portal.identity import Factor

TILL = "/pagar"
LINK = "/pagar/{token:[A-Za-z0-9_-]{40,80}}"
COOKIE = "acordo_pagar"
PAYERS = web.AppKey("payers", Visits)


async def link_page(request: web.Request) -> web.StreamResponse:
    """The question; looking uses nothing up, so programs that open links do no harm."""
    found = await _opened(request)
    if found is None:
        return await _over(request)
    return await _ask(request, await factor_for(request, found.debtor))


async def answer(request: web.Request) -> web.StreamResponse:
    """Right: on to the till. Five wrong ones in a row end the link."""
    form, found = await form_of(request), await _opened(request)
    if found is None:
        return await _over(request)
    if not came_through_door(request, form.get(CSRF)):
        factor = await factor_for(request, found.debtor)
        return await _ask(request, factor, status=403)
    factor, right = await judged(request, found.debtor, form.get("answer", ""))
    if right is None:
        return await _ask(request, factor, status=422, trouble="unreadable")
    async with request.app[DATABASE].begin() as connection:
        left = await links.answered(connection, found.agreement, right=right)
        action = "portal.enter.payment" if right else "portal.identity.wrong"
        await audit.record_debtor(connection, found.debtor, action=action)
    if not right and left:
        return await _ask(request, factor, status=403, trouble="wrong", left=left)
    if not right:
        return await show(request, "locked.html", status=403)
    visit = await request.app[PAYERS].begin(
        found.debtor, link=found.agreement, identified=True
    )
    response = sent_to(TILL)
    response.set_cookie(
        COOKIE, visit.token, path=TILL, httponly=True, samesite="Strict",
        secure=request.app[SETTINGS].console.https,
    )  # fmt: skip
    return response


def _till(
    handler: Callable[[Till], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Let in who answered, to the first instalment that is still owed."""

    async def handle(request: web.Request) -> web.StreamResponse:
        visit = await _visit(request)
        if visit is None or visit.link is None:
            return await _over(request)
        if request.method == "POST":
            require_token(visit, await form_of(request))
        instalment = await _next(request, visit.link)
        if instalment is None:
            return await show(request, "paid.html")
        async with request.app[DATABASE].connect() as connection:
            found = await to_pay(connection, instalment, visit.debtor)
        return await handler(
            Till(
                request=request, paying=found, debtor=visit.debtor, base=TILL, back="",
                csrf=visit.csrf,
            )
        )  # fmt: skip

    return handle


async def _next(request: web.Request, agreement: UUID) -> UUID | None:
    async with request.app[DATABASE].connect() as connection:
        owing = await next_of_agreement(connection, agreement, today())
    return None if owing is None else owing.instalment


async def _visit(request: web.Request) -> Visit | None:
    cookie = request.cookies.get(COOKIE)
    return await request.app[PAYERS].find(cookie) if cookie else None


async def _opened(request: web.Request) -> Opened | None:
    await require_pace(request)
    async with request.app[DATABASE].connect() as connection:
        return await links.opened(
            connection, request.app[KEYS], request.match_info["token"], now()
        )


async def _ask(
    request: web.Request, factor: Factor, *, status: int = 200, trouble: str = "",
    left: int = 0,
) -> web.StreamResponse:  # fmt: skip
    nonce, token = door_token(request)
    said: dict[str, Any] = {"factor": factor.value, "action": request.path}
    response = await show(
        request, "question.html", status=status, csrf=token, trouble=trouble, left=left,
        **said,
    )  # fmt: skip
    give_door(request, response, nonce)
    return response


async def _over(request: web.Request) -> web.StreamResponse:
    return await show(request, "link_over.html", status=410)


async def _equipped(app: web.Application) -> AsyncIterator[None]:
    app[PAYERS] = Visits(app[BUS].client, app[CLOCK], prefix="acordo:payer:")
    yield


CONTEXTS = (_equipped,)
ENDPOINTS = (
    OpenEndpoint(
        verb="GET", path=LINK, summary="Link de pagamento: a pergunta", handler=link_page
    ),
    OpenEndpoint(
        verb="POST", path=LINK, summary="Link de pagamento: a resposta", handler=answer
    ),
    *paying.endpoints(TILL, "Link de pagamento", _till),
)  # fmt: skip
