"""One use case in one transaction, for commands that run once."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.cli import Failure
from foundation.db.engine import connect
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
        async with engine.begin() as connection:
            return await use(connection)
    except OSError as error:
        raise Failure("Banco de dados fora do ar; inicie com: acordo up") from error
    except SQLAlchemyError as error:
        raise Failure(f"O banco de dados recusou: {error.__cause__ or error}") from error
    finally:
        await engine.dispose()
