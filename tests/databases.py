"""Databases of a test's own, copied from a migrated one."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import asyncpg
from sqlalchemy.engine import make_url


@asynccontextmanager
async def copy_of(template: str, name: str) -> AsyncIterator[str]:
    """URL of a new database; it is gone after the block, whoever is still in it."""
    source = make_url(template)
    server = await asyncpg.connect(
        host=source.query["host"],
        user=source.username,
        password=source.password,
        database="postgres",
    )
    try:
        # files are copied in a tenth of the time that a copy through the log takes
        await server.execute(
            f'CREATE DATABASE {name} TEMPLATE "{source.database}" STRATEGY FILE_COPY'
        )
        yield source.set(database=name).render_as_string(hide_password=False)
        await server.execute(f"DROP DATABASE {name} WITH (FORCE)")
    finally:
        await server.close()
