"""Reach the database and the bus at start, within a deadline, or say clearly why not.

A server that is still starting is waited for; a wrong password is not. Each server's
client is loaded only by who reaches for it: that is half of a process's start.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from foundation.cli import CannotRun
from foundation.system_reasons import reason

if TYPE_CHECKING:
    from redis.asyncio import Redis
    from sqlalchemy.ext.asyncio import AsyncEngine

DEADLINE_S = 30.0
PAUSE_S = 0.25


class DatabaseUnreachable(CannotRun):
    """O banco de dados não responde."""

    def __init__(self, where: str, seconds: float, why: str) -> None:
        super().__init__(
            f"o banco de dados em {where} não respondeu em {seconds:.0f} s ({why})."
        )


class DatabaseRefused(CannotRun):
    """O banco de dados recusa o usuário, a senha ou o nome do banco."""

    def __init__(self, where: str, why: str) -> None:
        super().__init__(
            f"o banco de dados em {where} recusou a conexão ({why}); "
            "confira ACORDO_DATABASE_URL."
        )


class DatabaseWithoutTables(CannotRun):
    """O banco de dados responde, mas as tabelas não existem."""

    def __init__(self, where: str, table: str) -> None:
        super().__init__(
            f"o banco de dados em {where} não tem a tabela {table}; "
            "as migrações ainda não foram aplicadas."
        )


class BusUnreachable(CannotRun):
    """O Valkey não responde."""

    def __init__(self, seconds: float, why: str) -> None:
        super().__init__(f"o Valkey não respondeu em {seconds:.0f} s ({why}).")


class BusRefused(CannotRun):
    """O Valkey recusa a senha."""

    def __init__(self, why: str) -> None:
        super().__init__(f"o Valkey recusou a conexão ({why}); confira ACORDO_REDIS_URL.")


class _NotYet(Exception):
    """The server is not there yet; the argument says why."""


async def reach_database(
    engine: AsyncEngine, *, table: str | None = None, deadline_s: float = DEADLINE_S
) -> None:
    """Return when the database answers (and has `table`).

    Raises DatabaseUnreachable, DatabaseRefused or DatabaseWithoutTables.
    """
    import asyncpg
    from sqlalchemy import text
    from sqlalchemy.exc import DBAPIError

    where = _place(engine)
    refusals = (
        asyncpg.InvalidPasswordError,
        asyncpg.InvalidAuthorizationSpecificationError,
        asyncpg.InvalidCatalogNameError,
    )

    async def ask() -> None:
        try:
            async with engine.connect() as connection:
                found = await connection.scalar(
                    text("SELECT to_regclass(:table)"), {"table": table or "pg_class"}
                )
        except (DBAPIError, OSError, TimeoutError, asyncpg.PostgresError) as error:
            root = _root(error)
            if isinstance(root, refusals):
                raise DatabaseRefused(where, str(root)) from None
            raise _NotYet(_why(root)) from None
        if found is None:
            raise DatabaseWithoutTables(where, str(table))

    await _within(deadline_s, ask, lambda why: DatabaseUnreachable(where, deadline_s, why))


async def reach_bus(client: Redis, *, deadline_s: float = DEADLINE_S) -> None:
    """Return when Valkey answers; raises BusUnreachable or BusRefused."""
    from redis.exceptions import AuthenticationError, RedisError

    async def ask() -> None:
        try:
            await client.ping()
        except (RedisError, OSError, TimeoutError) as error:
            # the client wraps the server's refusal into a lost connection
            if isinstance(error, AuthenticationError) or isinstance(
                error.__cause__, AuthenticationError
            ):
                raise BusRefused(str(error)) from None
            raise _NotYet(_why(error)) from None

    await _within(deadline_s, ask, lambda why: BusUnreachable(deadline_s, why))


async def _within(
    deadline_s: float, ask: Callable[[], Awaitable[None]], late: Callable[[str], CannotRun]
) -> None:
    end = time.monotonic() + deadline_s
    why = "sem resposta"
    while True:
        try:
            async with asyncio.timeout(max(0.1, end - time.monotonic())):
                return await ask()
        except _NotYet as error:
            why = str(error)
        except TimeoutError:
            pass
        if time.monotonic() + PAUSE_S > end:
            raise late(why)
        await asyncio.sleep(PAUSE_S)


def _place(engine: AsyncEngine) -> str:
    """The address without user and password."""
    url = engine.url
    socket = url.query.get("host")
    return str(socket) if socket else f"{url.host}:{url.port or 5432}"


def _root(error: BaseException) -> BaseException:
    """What the driver said, below the layers that SQLAlchemy puts around it."""
    while error.__cause__ is not None:
        error = error.__cause__
    return error


def _why(error: BaseException) -> str:
    return reason(error) if isinstance(error, OSError) else type(error).__name__
