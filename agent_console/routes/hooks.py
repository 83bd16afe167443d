"""Webhooks out: who hears what, what was told, and telling it once more. For admins."""

from __future__ import annotations

import secrets
from datetime import UTC, datetime
from typing import Annotated, Any, get_args
from uuid import UUID

from pydantic import Field
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Endpoint, Problem, Role
from agent_console.api.once import once
from agent_console.negotiation.contracts import Form
from agent_console.services import DATABASE, SETTINGS
from cobranca.hooks.store import HookRow, HookTellingRow
from cobranca.hooks.telling import SECRET, Event, again
from cobranca.people import audit
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7

MAY = frozenset({Role.ADMIN})
SHOWN = 200


class HookForm(Form):
    """Where (https) and of what."""

    url: Annotated[str, Field(pattern=r"^https://[^\s]+$", max_length=500)]
    events: list[Event] = Field(min_length=1, max_length=len(get_args(Event)))


class HookOut(Form):
    id: UUID
    url: str
    events: list[str]
    active: bool
    created_at: datetime
    created_by: str


class NewHookOut(HookOut):
    """`secret`, by which the signature is checked, is shown this once.

    It is kept sealed, and in no answer that is written down: the repeat of the request is
    told that it was done.
    """

    secret: str


class HooksOut(Form):
    hooks: list[HookOut]


class TellingOut(Form):
    """`answer`: the last HTTP status; null: none came. `told_at`: it was taken then."""

    id: UUID
    event: str
    at: datetime
    tries: int
    answer: int | None
    told_at: datetime | None


class AgainOut(Form):
    """What is going to be told once more."""

    id: UUID


class TellingsOut(Form):
    tellings: list[TellingOut]


async def list_them(asked: Asked[None, None]) -> HooksOut:
    async with asked.request.app[DATABASE].connect() as connection:
        rows = list(await connection.execute(_shown().order_by(HookRow.id)))
    return HooksOut(hooks=[HookOut(**row._mapping) for row in rows])


async def create(asked: Asked[HookForm, None]) -> NewHookOut:
    keys = Keys.of(Home(asked.request.app[SETTINGS].home))
    secret, name = secrets.token_urlsafe(32), uuid7()
    values = {
        "id": name,
        "url": asked.body.url,
        "events": sorted(set(asked.body.events)),
        "active": True,
        "created_at": datetime.now(UTC),
        "created_by": asked.who.login,
    }

    async def use(connection: AsyncConnection) -> NewHookOut:
        sealed = {"secret_sealed": keys.seal(secret, bound_to=SECRET)}
        await connection.execute(insert(HookRow), values | sealed)
        await audit.record(
            connection, asked.who, action="hook.created", subject=("hook", name)
        )
        return NewHookOut.model_validate(values | {"secret": secret})

    return await once(asked, NewHookOut, use, secret=True)


async def give_up(asked: Asked[None, None]) -> None:
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        done = await connection.execute(
            update(HookRow).where(HookRow.id == name).values(active=False)
        )
        if not done.rowcount:
            raise Problem("no_hook", 404)
        await audit.record(
            connection, asked.who, action="hook.ended", subject=("hook", name)
        )


async def tellings(asked: Asked[None, None]) -> TellingsOut:
    """The last of one address, the newest first."""
    told = HookTellingRow
    query = (
        select(told.id, told.event, told.at, told.tries, told.answer, told.told_at)
        .where(told.hook_id == UUID(asked.path["id"]))
        .order_by(told.id.desc())
        .limit(SHOWN)
    )
    async with asked.request.app[DATABASE].connect() as connection:
        rows = list(await connection.execute(query))
    return TellingsOut(tellings=[TellingOut(**row._mapping) for row in rows])


async def tell_again(asked: Asked[None, None]) -> AgainOut:
    name = UUID(asked.path["id"])

    async def use(connection: AsyncConnection) -> AgainOut:
        if not await again(connection, name):
            raise Problem("no_telling", 404)
        return AgainOut(id=name)

    return await once(asked, AgainOut, use)


def _shown() -> Any:
    return select(
        HookRow.id,
        HookRow.url,
        HookRow.events,
        HookRow.active,
        HookRow.created_at,
        HookRow.created_by,
    )


ENDPOINTS = (
    Endpoint(
        verb="GET", path="/api/v1/hooks", roles=MAY, scope="hooks:read",
        summary="Quem ouve o que acontece aqui", handler=list_them, answer=HooksOut,
    ),
    Endpoint(
        verb="POST", path="/api/v1/hooks", roles=MAY, scope="hooks:write",
        summary="Avisar um endereço do que acontece aqui", once=True, secret=True,
        handler=create, body=HookForm, answer=NewHookOut, status=201,
    ),
    Endpoint(
        verb="DELETE", path="/api/v1/hooks/{id}", roles=MAY, scope="hooks:write",
        summary="Deixar de avisar um endereço", handler=give_up, problems=("no_hook",),
    ),
    Endpoint(
        verb="GET", path="/api/v1/hooks/{id}/tellings", roles=MAY, scope="hooks:read",
        summary="O que se avisou a um endereço", handler=tellings, answer=TellingsOut,
    ),
    Endpoint(
        verb="POST", path="/api/v1/hooks/tellings/{id}/again", roles=MAY,
        scope="hooks:write", summary="Mandar um aviso outra vez", handler=tell_again,
        once=True, answer=AgainOut, problems=("no_telling",),
    ),
)  # fmt: skip
