"""The portal's doors: by a link, or by a CPF and a code; one question; the way out.

Every answer to a CPF is the same, and takes as long, whether we know it or not.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from aiohttp import web

from agent_console.api.endpoint import OpenEndpoint
from agent_console.doors.login import came_through_door, door_token, give_door
from agent_console.portal.answering import factor_for, judged
from agent_console.portal.asking import (
    CSRF,
    ENTRANCE,
    HOME,
    KEYS,
    PACES,
    QUESTION,
    VISITS,
    form_of,
    give_visit,
    now,
    require_pace,
    require_token,
    sent_to,
    take_visit,
    too_often,
    visit_of,
)
from agent_console.portal.paces import CODES_PER_DOCUMENT, Paces
from agent_console.portal.showing import show
from agent_console.portal.visits import Visit, Visits
from agent_console.services import BUS, CLOCK, DATABASE, DOOR_SECRET, SETTINGS
from cobranca.channels import evidence
from cobranca.channels.message import Means
from cobranca.debtors.service import debtor_with_document
from cobranca.people import audit
from cobranca.portal import codes, links
from cobranca.portal.identity import Factor
from cobranca.portal.link_token import read_token
from foundation.brasil.document import Document, InvalidDocument, parse_document
from foundation.crypto import Keys
from foundation.home import Home

CODE_COOKIE = "acordo_codigo"
FLOOR_S = 0.35  # an answer to a CPF takes so long at least
CHOICES: dict[str, Means] = {"sms": "sms", "email": "email"}
LINK_PATH = "/p/{token:[A-Za-z0-9_-]{1,80}}"


async def entrance(request: web.Request) -> web.StreamResponse:
    visit = await visit_of(request)
    if visit is not None:
        return sent_to(HOME if visit.identified else QUESTION)
    return await _form(request, "entrance.html")


async def ask_code(request: web.Request) -> web.StreamResponse:
    """A CPF: promise a code to whoever has it, and say so in any case."""
    form = await form_of(request)
    if not came_through_door(request, form.get(CSRF)):
        return await _form(request, "entrance.html", status=403, trouble="expired")
    await require_pace(request)
    try:
        document = parse_document(form.get("cpf", ""))
    except InvalidDocument as error:
        return await _form(
            request, "entrance.html", status=422, trouble="document", why=str(error)
        )
    means = CHOICES.get(form.get("means", ""), "sms")
    async with _no_sooner_than(FLOOR_S):
        if not await request.app[PACES].take(CODES_PER_DOCUMENT, document.text):
            raise too_often()
        name = await _promised(request, document, means)
    response = sent_to("/portal/codigo")
    _give_code(request, response, name)
    return response


async def code_page(request: web.Request) -> web.StreamResponse:
    if _code_of(request) is None:
        return sent_to(ENTRANCE)
    return await _form(request, "code.html")


async def enter_code(request: web.Request) -> web.StreamResponse:
    form, name = await form_of(request), _code_of(request)
    if name is None or not came_through_door(request, form.get(CSRF)):
        return sent_to(ENTRANCE)
    await require_pace(request)
    given = "".join(filter(str.isdigit, form.get("code", "")))[: codes.DIGITS]
    async with request.app[DATABASE].begin() as connection:
        debtor = await codes.check(connection, request.app[KEYS], name, given, now())
        left = await codes.left(connection, name)
        if debtor is not None:
            await audit.record_debtor(connection, debtor, action="portal.enter.code")
    if debtor is None:
        return await _form(
            request, "code.html", status=403, trouble="wrong" if left else "locked",
            left=left,
        )  # fmt: skip
    return await _in(request, debtor, link=None)


async def link_page(request: web.Request) -> web.StreamResponse:
    """Looks at nothing: programs that open links in e-mails must not use them up."""
    return await _form(request, "link.html", token=request.match_info["token"])


async def take_link(request: web.Request) -> web.StreamResponse:
    """Exchange a link, once, for a visit that knows nothing yet."""
    form = await form_of(request)
    if not came_through_door(request, form.get(CSRF)):
        return await _form(
            request, "link.html", status=403, trouble="expired",
            token=form.get("token", "")[:80],
        )  # fmt: skip
    await require_pace(request)
    key = links.key_of(request.app[KEYS])
    name = read_token(key, form.get("token", ""))
    taken = None
    if name is not None:
        async with request.app[DATABASE].begin() as connection:
            taken = await links.exchange(connection, name, now())
            if taken is not None and taken.message is not None:
                await evidence.read(connection, taken.message)
    if taken is None:
        return await show(request, "link_over.html", status=410)
    visit = await request.app[VISITS].begin(taken.debtor, link=taken.link, identified=False)
    response = sent_to(QUESTION)
    give_visit(request, response, visit)
    return response


async def question(request: web.Request) -> web.StreamResponse:
    visit = await visit_of(request)
    if visit is None:
        return sent_to(ENTRANCE)
    if visit.identified:
        return sent_to(HOME)
    return await _ask(request, visit, await factor_for(request, visit.debtor))


async def answer(request: web.Request) -> web.StreamResponse:
    """One of five tries: then the link is locked, and the visit over."""
    visit = await visit_of(request)
    if visit is None or visit.link is None:
        return sent_to(ENTRANCE)
    form = await form_of(request)
    require_token(visit, form)
    factor, right = await judged(request, visit.debtor, form.get("answer", ""))
    if right is None:
        return await _ask(request, visit, factor, status=422, trouble="unreadable")
    async with request.app[DATABASE].begin() as connection:
        tries = await links.spend_try(connection, visit.link)
        right = right and tries is not None
        action = "portal.enter.link" if right else "portal.identity.wrong"
        await audit.record_debtor(connection, visit.debtor, action=action)
    if right:
        return await _in(request, visit.debtor, link=visit.link)
    left = 0 if tries is None else links.TRIES_MAX - tries
    if left > 0:
        return await _ask(request, visit, factor, status=403, trouble="wrong", left=left)
    await request.app[VISITS].end(visit.token)
    response = await show(request, "locked.html", status=403)
    take_visit(response)
    return response


async def leave(request: web.Request) -> web.StreamResponse:
    visit = await visit_of(request)
    if visit is not None:
        require_token(visit, await form_of(request))
        await request.app[VISITS].end(visit.token)
    response = sent_to(ENTRANCE)
    take_visit(response)
    return response


async def _promised(request: web.Request, document: Document, means: Means) -> UUID:
    async with request.app[DATABASE].begin() as connection:
        debtor = await debtor_with_document(connection, request.app[KEYS], document)
        return await codes.ask(connection, debtor, means, now())


@asynccontextmanager
async def _no_sooner_than(seconds: float) -> AsyncIterator[None]:
    """What is done inside shows nothing by how long it took."""
    loop = asyncio.get_running_loop()
    until = loop.time() + seconds
    try:
        yield
    finally:
        await asyncio.sleep(max(0.0, until - loop.time()))


async def _in(
    request: web.Request, debtor: UUID, *, link: UUID | None
) -> web.StreamResponse:
    """Who it is is known: another visit in the place of the one before."""
    before = await visit_of(request)
    if before is not None:
        await request.app[VISITS].end(before.token)
    visit = await request.app[VISITS].begin(debtor, link=link, identified=True)
    response = sent_to(HOME)
    give_visit(request, response, visit)
    response.del_cookie(CODE_COOKIE, path=ENTRANCE, httponly=True, samesite="Strict")
    return response


async def _ask(
    request: web.Request, visit: Visit, factor: Factor, *, status: int = 200,
    trouble: str = "", left: int = 0,
) -> web.StreamResponse:  # fmt: skip
    return await show(
        request, "question.html", status=status, csrf=visit.csrf,
        factor=factor.value, trouble=trouble, left=left,
    )  # fmt: skip


async def _form(
    request: web.Request, template: str, *, status: int = 200, **context: object
) -> web.StreamResponse:
    """A form for somebody of whom nothing is known."""
    nonce, token = door_token(request)
    filled: dict[str, Any] = {"trouble": "", "why": "", "left": 0, "token": ""}
    filled |= context
    response = await show(request, template, status=status, csrf=token, **filled)
    give_door(request, response, nonce)
    return response


def _code_of(request: web.Request) -> UUID | None:
    try:
        return UUID(hex=request.cookies.get(CODE_COOKIE, ""))
    except ValueError:
        return None


def _give_code(request: web.Request, response: web.Response, name: UUID) -> None:
    response.set_cookie(
        CODE_COOKIE,
        name.hex,
        path=ENTRANCE,
        httponly=True,
        samesite="Strict",
        max_age=round(codes.LIFE.total_seconds()),
        secure=request.app[SETTINGS].console.https,
    )


async def _equipped(app: web.Application) -> AsyncIterator[None]:
    """What the portal works with, beside the console's own."""
    client = app[BUS].client
    app[VISITS] = Visits(client, app[CLOCK])
    app[PACES] = Paces(client, app[DOOR_SECRET])
    app[KEYS] = Keys.of(Home(app[SETTINGS].home))
    yield


CONTEXTS = (_equipped,)
ENDPOINTS = (
    OpenEndpoint(verb="GET", path="/portal", summary="Portal: entrada", handler=entrance),
    OpenEndpoint(
        verb="POST", path="/portal", summary="Portal: pedir um código", handler=ask_code
    ),
    OpenEndpoint(
        verb="GET", path="/portal/codigo", summary="Portal: o código", handler=code_page
    ),
    OpenEndpoint(
        verb="POST", path="/portal/codigo", summary="Portal: entrar com o código",
        handler=enter_code,
    ),
    OpenEndpoint(
        verb="GET", path=LINK_PATH, summary="Portal: abrir um link", handler=link_page
    ),
    OpenEndpoint(
        verb="POST", path="/portal/link", summary="Portal: trocar um link por uma visita",
        handler=take_link,
    ),
    OpenEndpoint(
        verb="GET", path="/portal/identidade", summary="Portal: quem é", handler=question
    ),
    OpenEndpoint(
        verb="POST", path="/portal/identidade", summary="Portal: responder quem é",
        handler=answer,
    ),
    OpenEndpoint(verb="POST", path="/portal/sair", summary="Portal: sair", handler=leave),
)  # fmt: skip
