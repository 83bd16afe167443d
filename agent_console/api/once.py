"""The same request sent twice is done once: the Idempotency-Key.

What a request writes, its key and its answer are one transaction: who sends the key again
gets the first answer, and a request that was refused left nothing behind, so that it may
be sent again. A key is of one user and one request; with another one it is refused.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any, TypeVar

from pydantic import BaseModel
from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
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
) -> Answer:
    """Run `use` in a transaction, or return what it answered before. Raises Problem."""
    key = asked.request.headers.get(KEY, "")
    if not re.fullmatch(KEY_FORM, key):
        raise Problem("idempotency_key", 400)
    digest = _digest(asked)
    async with asked.request.app[DATABASE].begin() as connection:
        row = {
            "user_id": asked.who.user_id,
            "key": key,
            "digest": digest,
            "at": datetime.now(UTC),
        }
        taken = insert(RequestKeyRow).values(row).on_conflict_do_nothing()
        new = await connection.scalar(taken.returning(RequestKeyRow.key))
        mine = (RequestKeyRow.user_id == asked.who.user_id, RequestKeyRow.key == key)
        if new is None:
            before = (
                await connection.execute(
                    select(RequestKeyRow.digest, RequestKeyRow.answer).where(*mine)
                )
            ).one()
            if before.digest != digest:
                raise Problem("idempotency_key_reused", 409)
            return answer.model_validate(before.answer)
        found = await use(connection)
        done = {"answer": found.model_dump(mode="json")}
        await connection.execute(update(RequestKeyRow).where(*mine).values(done))
        return found


def _digest(asked: Asked[Any, Any]) -> bytes:
    body = asked.body.model_dump_json() if isinstance(asked.body, BaseModel) else ""
    whole = f"{asked.request.method} {asked.request.path}\n{body}"
    return hashlib.sha256(whole.encode()).digest()
