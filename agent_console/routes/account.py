"""What everybody may do with his own access: change the password, log out everywhere."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from agent_console.api.endpoint import EVERY_ROLE, Asked, Endpoint, Page, Problem
from agent_console.api.routing import json_answer
from agent_console.doors.caller import CALLER
from agent_console.doors.login import begin, give_cookie, require_password, take_cookie
from agent_console.doors.session_out import SessionOut, told
from agent_console.services import DATABASE, PASSWORDS
from cobranca.people import audit, users
from cobranca.people.passwords import LONGEST, SHORTEST, WeakPassword, require_strong

SCOPE = "session"  # a token has no account of its own


class PasswordIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    current: str = Field(min_length=1, max_length=200)
    new: str = Field(min_length=SHORTEST, max_length=LONGEST)


async def change_password(asked: Asked[PasswordIn, None]) -> web.StreamResponse:
    """Ends every session of the user and begins a new one here."""
    _require_person(asked)
    request, who, body = asked.request, asked.who, asked.body
    try:
        require_strong(body.new, who.login)
    except WeakPassword:
        raise Problem("weak_password", 422, {"field": "new"}) from None
    await require_password(request, who.login, body.current)
    hashed = await request.app[PASSWORDS].hash(body.new)
    async with request.app[DATABASE].begin() as connection:
        await users.set_password(connection, who.user_id, hashed, must_change=False)
        await audit.record(connection, who, action="account.password")
        account = await users.by_id(connection, who.user_id)
    if account is None:  # users are never deleted
        raise Problem("not_logged_in", 401)
    caller = await begin(request, account)
    response = json_answer(told(caller))
    give_cookie(request, response, caller)
    return response


async def leave_everywhere(asked: Asked[None, None]) -> web.StreamResponse:
    _require_person(asked)
    async with asked.request.app[DATABASE].begin() as connection:
        await users.end_sessions(connection, asked.who.user_id)
        await audit.record(connection, asked.who, action="account.sessions_ended")
    response = web.Response(status=204)
    take_cookie(response)
    return response


async def own(asked: Asked[None, None]) -> Mapping[str, Any]:
    return {
        "shortest": SHORTEST,
        "longest": LONGEST,
        "must_change": asked.request[CALLER].must_change,
    }


def _require_person(asked: Asked[Any, None]) -> None:
    if asked.who.token is not None:
        raise Problem("forbidden", 403)


ENDPOINTS = (
    Endpoint(
        verb="PUT",
        path="/api/v1/account/password",
        summary="Troca a própria senha e encerra as outras sessões",
        roles=EVERY_ROLE,
        scope=SCOPE,
        handler=change_password,
        body=PasswordIn,
        answer=SessionOut,
        problems=("weak_password", "wrong_password", "too_many_tries"),
        fresh_password=False,
    ),
    Endpoint(
        verb="DELETE",
        path="/api/v1/account/sessions",
        summary="Encerra todas as próprias sessões",
        roles=EVERY_ROLE,
        scope=SCOPE,
        handler=leave_everywhere,
        fresh_password=False,
    ),
)
PAGES = (Page("/account", "account.html", EVERY_ROLE, own, fresh_password=False),)
