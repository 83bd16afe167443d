"""The users, for who looks after access: make them, change what they may, end it.

A password that somebody else saw (a new user's, a reset one) is shown once and opens
nothing but its own change.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.services import DATABASE, PASSWORDS, SETTINGS
from cobranca.people import audit, users
from cobranca.people.passwords import generated
from cobranca.people.seats import NoFreeSeat
from cobranca.people.users import (
    LOGIN,
    LONGEST_NAME,
    Account,
    LastAdmin,
    LoginTaken,
    NameMalformed,
)

ADMINS = frozenset({Role.ADMIN})
READ, WRITE = "users:read", "users:write"
NAME = Field(min_length=1, max_length=LONGEST_NAME)


class Model(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NewUserIn(Model):
    login: str = Field(pattern=f"^{LOGIN.pattern}$")
    name: str = NAME
    role: Role


class UserIn(Model):
    """What is to change; what is left out stays."""

    name: str | None = Field(None, min_length=1, max_length=LONGEST_NAME)
    role: Role | None = None
    active: bool | None = None


class UserOut(Model):
    id: UUID
    login: str
    name: str
    role: Role
    seat: str | None
    active: bool
    must_change: bool


class UsersOut(Model):
    users: list[UserOut]


class NewPasswordOut(Model):
    """The generated password, for the only time."""

    user: UserOut
    password: str


async def every(asked: Asked[None, None]) -> UsersOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return UsersOut(users=[_told(one) for one in await users.every(connection)])


async def one(asked: Asked[None, None]) -> UserOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return await _user(connection, UUID(asked.path["id"]))


async def create(asked: Asked[NewUserIn, None]) -> NewPasswordOut:
    body, password = asked.body, generated()
    hashed = await asked.request.app[PASSWORDS].hash(password)
    async with _changing(asked) as connection:
        user_id = await users.create(
            connection,
            login=body.login,
            name=body.name,
            role=body.role,
            password_hash=hashed,
            seat_pool=_pool(asked),
            must_change=True,
        )
        user = await _user(connection, user_id)
        await _record(connection, asked, "user.create", user, role=body.role)
        return NewPasswordOut(user=user, password=password)


async def change(asked: Asked[UserIn, None]) -> UserOut:
    body, user_id = asked.body, UUID(asked.path["id"])
    if user_id == asked.who.user_id and (body.role or body.active is not None):
        raise Problem("own_access", 409)
    async with _changing(asked) as connection:
        before = await _user(connection, user_id)
        if body.name is not None and body.name != before.name:
            await users.set_name(connection, user_id, body.name)
            await _record(connection, asked, "user.name", before)
        if body.role is not None and body.role != before.role:
            await users.set_role(connection, user_id, body.role, _pool(asked))
            await _record(connection, asked, "user.role", before, role=body.role)
        if body.active is not None and body.active != before.active:
            await users.set_active(connection, user_id, body.active, _pool(asked))
            action = "user.activate" if body.active else "user.deactivate"
            await _record(connection, asked, action, before)
        return await _user(connection, user_id)


async def reset(asked: Asked[None, None]) -> NewPasswordOut:
    user_id, password = UUID(asked.path["id"]), generated()
    if user_id == asked.who.user_id:
        raise Problem("own_access", 409)
    hashed = await asked.request.app[PASSWORDS].hash(password)
    async with _changing(asked) as connection:
        user = await _user(connection, user_id)
        await users.set_password(connection, user_id, hashed, must_change=True)
        await _record(connection, asked, "user.password", user)
        told = user.model_copy(update={"must_change": True})
        return NewPasswordOut(user=told, password=password)


async def listed(asked: Asked[None, None]) -> Mapping[str, Any]:
    return {"users": (await every(asked)).users, "roles": list(Role)}


@asynccontextmanager
async def _changing(asked: Asked[Any, None]) -> AsyncIterator[AsyncConnection]:
    """One transaction; what the people's rules refuse becomes a problem with its field."""
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            yield connection
    except LoginTaken:
        raise Problem("login_taken", 409, {"field": "login"}) from None
    except NameMalformed:
        raise Problem("name_malformed", 422, {"field": "name"}) from None
    except LastAdmin:
        raise Problem("last_admin", 409) from None
    except NoFreeSeat:
        raise Problem("no_free_seat", 409) from None


async def _user(connection: AsyncConnection, user_id: UUID) -> UserOut:
    account = await users.by_id(connection, user_id)
    if account is None:
        raise Problem("not_found", 404)
    return _told(account)


def _told(account: Account) -> UserOut:
    who = account.who
    return UserOut(
        id=who.user_id,
        login=who.login,
        name=who.name,
        role=who.role,
        seat=who.seat,
        active=account.active,
        must_change=account.must_change,
    )


async def _record(
    connection: AsyncConnection,
    asked: Asked[Any, None],
    action: str,
    user: UserOut,
    **detail: str,
) -> None:
    subject, detail = ("user", user.id), {"login": user.login, **detail}
    await audit.record(connection, asked.who, action=action, subject=subject, detail=detail)


def _pool(asked: Asked[Any, None]) -> int:
    return asked.request.app[SETTINGS].asterisk.endpoints


PATH = "/api/v1/users"
ENDPOINTS = (
    Endpoint(
        verb="GET",
        path=PATH,
        summary="Lista os usuários",
        roles=ADMINS,
        scope=READ,
        handler=every,
        answer=UsersOut,
    ),
    Endpoint(
        verb="GET",
        path=f"{PATH}/{{id}}",
        summary="Mostra um usuário",
        roles=ADMINS,
        scope=READ,
        handler=one,
        answer=UserOut,
    ),
    Endpoint(
        verb="POST",
        path=PATH,
        summary="Cria um usuário com senha provisória",
        roles=ADMINS,
        scope=WRITE,
        handler=create,
        secret=True,
        body=NewUserIn,
        answer=NewPasswordOut,
        status=201,
        problems=("login_taken", "no_free_seat"),
    ),
    Endpoint(
        verb="PATCH",
        path=f"{PATH}/{{id}}",
        summary="Muda nome, função ou acesso de um usuário",
        roles=ADMINS,
        scope=WRITE,
        handler=change,
        body=UserIn,
        answer=UserOut,
        problems=("own_access", "last_admin", "no_free_seat"),
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/{{id}}/password",
        summary="Dá a um usuário uma senha provisória",
        roles=ADMINS,
        scope=WRITE,
        handler=reset,
        secret=True,
        answer=NewPasswordOut,
        problems=("own_access",),
    ),
)
PAGES = (Page("/users", "users.html", ADMINS, listed),)
