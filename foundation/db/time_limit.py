"""A part of a transaction that may take only so long; what it did is taken back if not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

_CANCELED = "57014"  # query_canceled: the statement's time was up


class TookTooLong(RuntimeError):
    """A statement was cut off at its limit; what was done within is undone."""


@asynccontextmanager
async def each_within(connection: AsyncConnection, limit_ms: int) -> AsyncIterator[None]:
    """Let each statement of the block run for so long at most, in a savepoint.

    Raises TookTooLong; the transaction around it goes on as before the block.
    """
    try:
        async with connection.begin_nested():
            await connection.execute(text(f"SET LOCAL statement_timeout = {limit_ms:d}"))
            yield
            await connection.execute(text("SET LOCAL statement_timeout = DEFAULT"))
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _CANCELED:
            raise
        raise TookTooLong from error
