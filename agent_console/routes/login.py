"""The door: a page that works without scripts, and the same for scripts.

A page whose session ended in the middle of something logs in again by
`POST /api/v1/session` and goes on; it never has to be left.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from agent_console.api.endpoint import EVERY_ROLE, Asked, Endpoint, OpenEndpoint
from agent_console.api.guard import CSRF_HEADER, same_text
from agent_console.api.reading import read_body
from agent_console.api.routing import json_answer
from agent_console.doors.caller import Caller
from agent_console.doors.login import (
    caller_at,
    came_through_door,
    door_token,
    give_cookie,
    give_door,
    log_in,
    log_out,
    take_cookie,
)
from agent_console.doors.place import safe_next
from agent_console.doors.session_out import SessionOut, told
from agent_console.pages import render
from agent_console.problems import Problem, details

LONGEST_FIELD = 200


class LoginIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    login: str = Field(min_length=1, max_length=LONGEST_FIELD)
    password: str = Field(min_length=1, max_length=LONGEST_FIELD)


async def page(request: web.Request) -> web.StreamResponse:
    place = safe_next(request.query.get("next"))
    if await caller_at(request):
        raise web.HTTPSeeOther(place)
    return await _form(request, place=place)


async def enter(request: web.Request) -> web.StreamResponse:
    """The form of the page. Wrong once more, the page says why and keeps the login."""
    form = await request.post()
    given = {name: text for name, text in form.items() if isinstance(text, str)}
    place, login = safe_next(given.get("next")), given.get("login", "")[:LONGEST_FIELD]
    password = given.get("password", "")
    if not came_through_door(request, given.get("csrf")):
        return await _form(request, place=place, login=login, expired=True)
    try:
        if not login or not password or "\0" in login:
            raise Problem("wrong_password", 401)
        caller = await log_in(request, login, password)
    except Problem as problem:
        return await _form(request, place=place, login=login, problem=problem)
    return _welcome(request, caller, place)


async def leave(asked: Asked[None, None]) -> web.StreamResponse:
    await log_out(asked.request)
    response = web.Response(status=303, headers={"Location": "/login"})
    take_cookie(response)
    return response


async def session(request: web.Request) -> web.StreamResponse:
    """Tell who is in; to somebody who is not, hand the token of the door."""
    caller = await caller_at(request)
    if caller:
        return json_answer(told(caller))
    nonce, token = door_token(request)
    response = json_answer(SessionOut(csrf=token))
    give_door(request, response, nonce)
    return response


async def begin_session(request: web.Request) -> web.StreamResponse:
    asked = await read_body(request, LoginIn)
    given = request.headers.get(CSRF_HEADER)
    if not came_through_door(request, given) and not await _own(request, given):
        raise Problem("csrf", 403)
    caller = await log_in(request, asked.login, asked.password)
    response = json_answer(told(caller), status=201)
    give_cookie(request, response, caller)
    return response


async def end_session(asked: Asked[None, None]) -> web.StreamResponse:
    await log_out(asked.request)
    response = web.Response(status=204)
    take_cookie(response)
    return response


async def _own(request: web.Request, given: str | None) -> bool:
    """Who is logged in may become somebody else with the token of his session."""
    caller = await caller_at(request)
    return bool(given and caller and caller.session and same_text(given, caller.csrf))


def _welcome(request: web.Request, caller: Caller, place: str) -> web.StreamResponse:
    target = "/account" if caller.must_change else place
    response = web.Response(status=303, headers={"Location": urlsplit(target).geturl()})
    give_cookie(request, response, caller)
    return response


async def _form(
    request: web.Request,
    *,
    place: str,
    login: str = "",
    problem: Problem | None = None,
    expired: bool = False,
) -> web.StreamResponse:
    nonce, token = door_token(request)
    status = problem.status if problem else (403 if expired else 200)
    response = await render(
        request,
        "login.html",
        status=status,
        place=place,
        login=login,
        door=token,
        problem=details(problem)["title"] if problem else "",
        expired=expired,
    )
    if problem:
        response.headers.extend(problem.headers)
    give_door(request, response, nonce)
    return response


ENDPOINTS = (
    OpenEndpoint(verb="GET", path="/login", summary="Página de entrada", handler=page),
    OpenEndpoint(verb="POST", path="/login", summary="Entrar pela página", handler=enter),
    Endpoint(
        verb="POST",
        path="/logout",
        summary="Sair pela página",
        roles=EVERY_ROLE,
        scope="session",
        handler=leave,
        fresh_password=False,
    ),
    OpenEndpoint(
        verb="GET",
        path="/api/v1/session",
        summary="Quem está logado, e o token contra pedidos forjados",
        handler=session,
        answer=SessionOut,
    ),
    OpenEndpoint(
        verb="POST",
        path="/api/v1/session",
        summary="Entrar com login e senha",
        handler=begin_session,
        body=LoginIn,
        answer=SessionOut,
        status=201,
        problems=("csrf", "wrong_password", "too_many_tries"),
    ),
    Endpoint(
        verb="DELETE",
        path="/api/v1/session",
        summary="Sair",
        roles=EVERY_ROLE,
        scope="session",
        handler=end_session,
        fresh_password=False,
    ),
)
