"""Migrations: bring a database to this version, or say that it is of a newer one.

A migration runs beside the previous version of the program: it adds, and removes
only what no running version reads. The running script holds an advisory lock, so
that two that start at once do not both migrate.
"""

from __future__ import annotations

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.ext.asyncio import create_async_engine

from foundation.db.prepared import MIGRATIONS, DatabaseFromNewerVersion

__all__ = ["DatabaseFromNewerVersion", "upgrade"]

LOCK = 0x41_63_6F_72_64_6F  # "Acordo"


def _configuration() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config


def _upgrade(connection: Connection, config: Config, to: str) -> None:
    connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": LOCK})
    known = {
        script.revision for script in ScriptDirectory.from_config(config).walk_revisions()
    }
    if inspect(connection).has_table("alembic_version"):
        current = connection.execute(
            text("SELECT version_num FROM alembic_version")
        ).scalars()
        unknown = sorted(set(current) - known)
        if unknown:
            raise DatabaseFromNewerVersion(", ".join(unknown))
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def upgrade(url: str, to: str = "head") -> None:
    """Bring the database to the newest revision, or to an older one that it has not
    reached yet; raises DatabaseFromNewerVersion."""
    engine = create_async_engine(url)
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, _configuration(), to)
    finally:
        await engine.dispose()
