"""Who is to end ends, though the database library loses the word: a connection lost just
while it was asked whether it lives left a dialer that led no more and never stopped.
"""

from __future__ import annotations

import asyncio
from typing import Any

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.db.engine import connect
from foundation.ending import end
from foundation.settings import ProcessSettings

PING = ";"
BACKEND = text("SELECT pg_backend_pid()")
TIMES = 2  # that it has read: with what was cancelled, and before


async def test_a_task_whose_cancellation_is_lost_ends(
    settings: ProcessSettings, engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    own = connect(settings, pool_size=1)
    asking = asyncio.Event()
    read: list[int] = []
    ask = asyncpg.Connection.fetchrow

    async def lost(self: Any, query: str, *given: Any, **named: Any) -> Any:
        if query != PING or self.get_server_pid() != read[0]:
            return await ask(self, query, *given, **named)
        asking.set()
        try:
            await asyncio.Event().wait()
        finally:
            await _terminated(engine, self)

    async def for_ever() -> None:
        while True:
            async with own.connect() as connection:
                read.append((await connection.execute(BACKEND)).scalar_one())
            await asyncio.sleep(0 if len(read) < TIMES else 3600)

    monkeypatch.setattr(asyncpg.Connection, "fetchrow", lost)
    task = asyncio.create_task(for_ever())
    await asking.wait()
    end([task])
    await asyncio.wait([task])
    await own.dispose()
    assert task.cancelled()
    assert len(read) == TIMES  # the first word was lost, or else this shows nothing


async def _terminated(engine: AsyncEngine, lost: asyncpg.Connection) -> None:
    """Let the server end a connection, until we have heard of it."""
    async with engine.connect() as connection:
        pid = lost.get_server_pid()
        await connection.execute(text("SELECT pg_terminate_backend(:pid)"), {"pid": pid})
    while not lost.is_closed():
        await asyncio.sleep(0.01)
