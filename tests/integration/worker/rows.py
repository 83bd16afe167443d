"""Outbox rows of a test: put in, looked at, run."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import Executor
from typing import Any

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.outbox_runner import Outbox
from cobranca.settings import WorkerSettings
from foundation.db import outbox
from foundation.db.outbox import Handler, OutboxRow
from foundation.settings import ProcessSettings


def an_outbox(
    engine: AsyncEngine,
    settings: ProcessSettings,
    executor: Executor,
    handlers: Mapping[str, Handler],
) -> Outbox:
    own = WorkerSettings.model_validate(
        {"home": settings.home, "database_url": settings.database_url}
    )
    return Outbox(engine=engine, settings=own, handlers=handlers, executor=executor)


async def put(engine: AsyncEngine, topic: str, *keys: str, after_s: float = 0) -> None:
    async with engine.begin() as connection:
        for key in keys:
            await outbox.enqueue(connection, topic, key, {"key": key}, after_s=after_s)


async def one_row(engine: AsyncEngine) -> Any:
    async with engine.connect() as connection:
        return (await connection.execute(select(OutboxRow.__table__))).one()


async def note_done(connection: AsyncConnection, key: str) -> None:
    """An effect in the database, as a handler has it."""
    await connection.execute(text("INSERT INTO effect VALUES (:key)"), {"key": key})


async def effects(engine: AsyncEngine) -> list[str]:
    async with engine.connect() as connection:
        found = await connection.execute(text("SELECT key FROM effect ORDER BY key"))
        return list(found.scalars())
