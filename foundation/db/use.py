"""The database, for commands that run once: a use case in a transaction, or a question."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation import reach
from foundation.cli import CannotRun, Failure
from foundation.db.engine import connect
from foundation.db.failures import told
from foundation.settings import ProcessSettings

T = TypeVar("T")


def with_database(
    settings: ProcessSettings, use: Callable[[AsyncConnection], Awaitable[T]]
) -> T:
    """Run `use` in a transaction, return its answer; Failure without a database."""
    return asyncio.run(_within(settings, use))


async def _within(
    settings: ProcessSettings, use: Callable[[AsyncConnection], Awaitable[T]]
) -> T:
    engine = connect(settings, pool_size=1)
    try:
        with told():
            async with engine.begin() as connection:
                return await use(connection)
    finally:
        await engine.dispose()


def ask_database(
    settings: ProcessSettings,
    question: Callable[[AsyncEngine], Awaitable[T]],
    *,
    table: str,
) -> T:
    """Return the answer to what takes its connections itself, from the `table` and others.

    Failure, one clear line, when the database cannot be reached, is not prepared, or is
    lost on the way.
    """

    async def ask() -> T:
        engine = connect(settings, pool_size=1)
        try:
            await reach.reach_database(engine, table=table)
            return await question(engine)
        finally:
            await engine.dispose()

    try:
        return asyncio.run(ask())
    except CannotRun as error:
        raise Failure(str(error)) from error
    except DBAPIError as error:
        if not error.connection_invalidated:
            raise
        raise Failure("o banco de dados caiu no meio da leitura.") from error
