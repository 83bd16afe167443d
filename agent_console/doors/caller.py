"""Who stands behind a request: by bearer token, else by the session of the cookie.

A request that brings a token is judged by the token alone.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.doors.sessions import Session, Sessions
from cobranca.people import tokens, users
from cobranca.people.principal import Principal

COOKIE = "acordo_session"
BEARER = "bearer "


@dataclass(frozen=True, slots=True)
class Caller:
    """Somebody who is in."""

    who: Principal
    session: Session | None  # None: a token
    must_change: bool  # his password, before anything else

    @property
    def csrf(self) -> str:
        return self.session.csrf if self.session else ""


CALLER = web.RequestKey("caller", Caller)


async def find_caller(
    request: web.Request, engine: AsyncEngine, sessions: Sessions, *, awake: bool
) -> Caller | None:
    """Who asks, or None. `awake`: the request is a sign of life of a person."""
    header = request.headers.get("Authorization")
    if header is not None:
        return await _of_token(engine, header)
    cookie = request.cookies.get(COOKIE)
    if not cookie:
        return None
    session = await sessions.find(cookie, awake=awake)
    return await of_session(engine, session) if session else None


async def of_session(engine: AsyncEngine, session: Session) -> Caller | None:
    """Who the session belongs to, if it still opens anything."""
    async with engine.connect() as connection:
        account = await users.by_id(connection, session.user_id)
    if account is None or not account.active or account.epoch != session.epoch:
        return None
    return Caller(account.who, session, account.must_change)


async def still_in(request: web.Request, engine: AsyncEngine, sessions: Sessions) -> bool:
    """For what lasts (a stream, a socket): whether who began it might begin it now."""
    before = request.get(CALLER)
    now = await find_caller(request, engine, sessions, awake=False)
    return before is not None and now is not None and now.who == before.who


async def _of_token(engine: AsyncEngine, header: str) -> Caller | None:
    if header[: len(BEARER)].lower() != BEARER:
        return None
    async with engine.connect() as connection:
        token = await tokens.find(connection, header[len(BEARER) :].strip())
        if token is None:
            return None
        account = await users.by_id(connection, token.user_id)
    if account is None or not account.active:
        return None
    who = replace(account.who, token=token.name, scopes=token.scopes)
    return Caller(who, None, must_change=False)
