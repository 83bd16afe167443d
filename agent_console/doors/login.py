"""Logging in and out: passwords, waits, cookies, and the token of the door itself.

The answer to a wrong password and to an unknown login is the same, and takes as long.
"""

from __future__ import annotations

import hashlib
import hmac
import math
import secrets

from aiohttp import web

from agent_console.doors.address import client_address, neighbourhood
from agent_console.doors.caller import COOKIE, Caller, find_caller, of_session
from agent_console.doors.tries import Asker
from agent_console.problems import Problem
from agent_console.services import (
    DATABASE,
    DOOR_SECRET,
    PASSWORDS,
    SESSIONS,
    SETTINGS,
    TRIES,
)
from agent_console.texts_format import wait
from cobranca.people import audit, users
from cobranca.people.users import Account
from foundation.observability import get_logger

DOOR_COOKIE = "acordo_door"

log = get_logger(__name__)


async def log_in(request: web.Request, login: str, password: str) -> Caller:
    """Begin a session. Raises Problem `wrong_password` or `too_many_tries`."""
    return await begin(request, await require_password(request, login, password))


async def require_password(request: web.Request, login: str, password: str) -> Account:
    """Whose password it is. Raises Problem `wrong_password`, `too_many_tries`."""
    address = address_of(request)
    asker = Asker(login, neighbourhood(address))
    left_s = await request.app[TRIES].spend(asker)
    if left_s:
        fields = {"wait": wait(left_s), "retry_after_s": math.ceil(left_s)}
        headers = {"Retry-After": str(fields["retry_after_s"])}
        raise Problem("too_many_tries", 429, fields, headers)
    account = await _account(request, login)
    stored = account.password_hash if account and account.active else None
    right = await request.app[PASSWORDS].matches(stored, password)
    if account is None or not right:
        await _remember_failure(request, account, address)
        raise Problem("wrong_password", 401)
    await request.app[TRIES].succeeded(asker)
    return account


async def begin(request: web.Request, account: Account) -> Caller:
    """A new session in the place of the one that the browser has."""
    await log_out(request)
    session = await request.app[SESSIONS].begin(account.who.user_id, account.epoch)
    async with request.app[DATABASE].begin() as connection:
        await audit.record(connection, account.who, action="login")
    caller = await of_session(request.app[DATABASE], session)
    if caller is None:  # his access ended at this very moment
        await request.app[SESSIONS].end(session.token)
        raise Problem("wrong_password", 401)
    return caller


async def log_out(request: web.Request) -> None:
    """End the session of the request's cookie, if there is one."""
    cookie = request.cookies.get(COOKIE)
    if cookie:
        await request.app[SESSIONS].end(cookie)


async def caller_at(request: web.Request) -> Caller | None:
    """Who stands at a door that is open to all."""
    return await find_caller(
        request, request.app[DATABASE], request.app[SESSIONS], awake=False
    )


def give_cookie(request: web.Request, response: web.Response, caller: Caller) -> None:
    if caller.session is not None:
        _set_cookie(request, response, COOKIE, caller.session.token)


def take_cookie(response: web.Response) -> None:
    response.del_cookie(COOKIE, path="/", httponly=True, samesite="Strict")


def door_token(request: web.Request) -> tuple[str, str]:
    """The nonce for the cookie of somebody not logged in, and the token that his form
    must send back: no other site can make him log in as somebody else."""
    nonce = request.cookies.get(DOOR_COOKIE) or ""
    if len(nonce) != 43 or not nonce.isascii():
        nonce = secrets.token_urlsafe(32)
    return nonce, _door_mac(request, nonce)


def give_door(request: web.Request, response: web.Response, nonce: str) -> None:
    _set_cookie(request, response, DOOR_COOKIE, nonce)


def came_through_door(request: web.Request, token: str | None) -> bool:
    """Whether the token is the one that our page gave to this browser."""
    nonce = request.cookies.get(DOOR_COOKIE)
    if not nonce or not token:
        return False
    expected = _door_mac(request, nonce)
    return hmac.compare_digest(token.encode("utf-8", "replace"), expected.encode())


def address_of(request: web.Request) -> str:
    """Where the request comes from, behind the proxies that we know."""
    return client_address(
        request.remote,
        request.headers.getall("X-Forwarded-For", []),
        request.app[SETTINGS].console.proxies,
    )


async def _account(request: web.Request, login: str) -> Account | None:
    if users.LOGIN.fullmatch(login.lower()) is None:
        return None
    async with request.app[DATABASE].connect() as connection:
        return await users.by_login(connection, login)


async def _remember_failure(
    request: web.Request, account: Account | None, address: str
) -> None:
    log.warning("login_failed")
    async with request.app[DATABASE].begin() as connection:
        await audit.record_stranger(
            connection,
            account.who.user_id if account else None,
            action="login.failed",
            address=address,
        )


def _door_mac(request: web.Request, nonce: str) -> str:
    key = request.app[DOOR_SECRET]
    return hmac.new(key, nonce.encode("utf-8", "replace"), hashlib.sha256).hexdigest()


def _set_cookie(
    request: web.Request, response: web.Response, name: str, value: str
) -> None:
    response.set_cookie(
        name,
        value,
        path="/",
        httponly=True,
        samesite="Strict",
        secure=request.app[SETTINGS].console.https,
    )
