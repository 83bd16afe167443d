"""The same request sent twice is done once: the Idempotency-Key.

A key is of one user and one request; with another one it is refused. Who sends it again
gets the first answer, and a request that was refused left nothing behind, so that it may
be sent again. All POSTs that change something take one, in one of two strengths:

- `once`: what the request writes, its key and its answer are one transaction. Routes that
  say `once` demand a key;
- `kept`: the key is taken before the handler runs, whatever it does, and its answer is
  written after. What was cut off in between is neither done again nor called done.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from aiohttp import web
from pydantic import BaseModel
from sqlalchemy import ColumnElement, delete, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Answer as Answered
from agent_console.api.endpoint import Asked, Endpoint
from agent_console.problems import Problem
from agent_console.services import DATABASE
from cobranca.people.store import RequestKeyRow

KEY = "Idempotency-Key"
KEY_FORM = "^[A-Za-z0-9_-]{8,64}$"

Answer = TypeVar("Answer", bound=BaseModel)


async def once(
    asked: Asked[Any, Any],
    answer: type[Answer],
    use: Callable[[AsyncConnection], Awaitable[Answer]],
    *,
    secret: bool = False,
) -> Answer:
    """Run `use` in a transaction, or return what it answered before. Raises Problem.

    `secret`: as with `kept`, its answer is shown once and written down nowhere.
    """
    key = _key(asked)
    async with asked.request.app[DATABASE].begin() as connection:
        before = await _taken(connection, asked, key)
        if before is not None:
            told = _told(before)
            if secret:
                raise Problem("idempotency_key_secret", 409)
            return answer.model_validate(told)
        found = await use(connection)
        await _note(connection, asked, key, None if secret else found)
        return found


async def kept(endpoint: Endpoint, asked: Asked[Any, Any]) -> Answered:
    """Call the handler; with a key, once for it. Raises what the handler raises, Problem.

    An answer that holds a secret is not written down: who asks for it again hears that
    the request was done.
    """
    if endpoint.once or not endpoint.keyed or KEY not in asked.request.headers:
        return await endpoint.handler(asked)
    key, engine = _key(asked), asked.request.app[DATABASE]
    async with engine.begin() as connection:
        before = await _taken(connection, asked, key)
    if before is not None:
        told = _told(before)
        if endpoint.secret:
            raise Problem("idempotency_key_secret", 409)
        return None if endpoint.answer is None else endpoint.answer.model_validate(told)
    try:
        found = await endpoint.handler(asked)
    except (Problem, web.HTTPException):
        async with engine.begin() as connection:
            await connection.execute(delete(RequestKeyRow).where(*_mine(asked, key)))
        raise
    async with engine.begin() as connection:
        shown = found if isinstance(found, BaseModel) and not endpoint.secret else None
        await _note(connection, asked, key, shown)
    return found


def _key(asked: Asked[Any, Any]) -> str:
    key = asked.request.headers.get(KEY, "")
    if not re.fullmatch(KEY_FORM, key):
        raise Problem("idempotency_key", 400)
    return key


def _mine(asked: Asked[Any, Any], key: str) -> tuple[ColumnElement[bool], ...]:
    return RequestKeyRow.user_id == asked.who.user_id, RequestKeyRow.key == key


async def _taken(connection: AsyncConnection, asked: Asked[Any, Any], key: str) -> Any:
    """Take a key; None, or its row when it was taken before. Raises Problem."""
    digest = _digest(asked)
    row = {
        "user_id": asked.who.user_id, "key": key, "digest": digest, "at": datetime.now(UTC)
    }  # fmt: skip
    taken = insert(RequestKeyRow).values(row).on_conflict_do_nothing()
    if await connection.scalar(taken.returning(RequestKeyRow.key)) is not None:
        return None
    query = select(RequestKeyRow.digest, RequestKeyRow.answer).where(*_mine(asked, key))
    before = (await connection.execute(query)).first()
    if before is None:  # it was refused in the meantime, and may be sent again
        raise Problem("idempotency_key_open", 409)
    if before.digest != digest:
        raise Problem("idempotency_key_reused", 409)
    return before


def _told(before: Any) -> dict[str, Any]:
    """What was answered before; raises Problem when nothing was, yet."""
    if before.answer is None:
        raise Problem("idempotency_key_open", 409)
    told: dict[str, Any] = before.answer
    return told


async def _note(
    connection: AsyncConnection, asked: Asked[Any, Any], key: str, found: BaseModel | None
) -> None:
    answer = {} if found is None else found.model_dump(mode="json")
    await connection.execute(
        update(RequestKeyRow).where(*_mine(asked, key)).values(answer=answer)
    )


def _digest(asked: Asked[Any, Any]) -> bytes:
    """A body that no model reads goes by its length."""
    request = asked.request
    body = (
        asked.body.model_dump_json()
        if isinstance(asked.body, BaseModel)
        else str(request.content_length or "")
    )
    whole = f"{request.method} {request.path_qs}\n{body}"
    return hashlib.sha256(whole.encode()).digest()
