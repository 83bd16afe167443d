"""Migrations: bring a database to this version, or say that it is of a newer one.

A migration runs beside the previous version of the program: it adds, and removes
only what no running version reads; a test compares what every revision could rely on
with the newest. The running script holds an advisory lock, so that two that start at
once do not both migrate.

To change a table it must be nobody's for a moment. Whoever asks for it meanwhile stands in
line behind us, so we wait for it only as long as a call may, then step aside and try again.
"""

from __future__ import annotations

import asyncio
import time

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, inspect, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from foundation.cli import CannotRun
from foundation.db.prepared import MIGRATIONS, DatabaseFromNewerVersion

__all__ = ["DatabaseFromNewerVersion", "TablesHeld", "upgrade"]

LOCK = 0x41_63_6F_72_64_6F  # "Acordo"
LOCK_S = 1.0  # others wait behind us as long
ASIDE_S = 2.0
PATIENCE_S = 60.0
_LOCK_NOT_AVAILABLE = "55P03"


class TablesHeld(CannotRun):
    """Uma transação longa segura as tabelas."""

    def __init__(self) -> None:
        super().__init__(
            f"uma transação longa segura tabelas há mais de {PATIENCE_S:.0f} s (uma cópia?)"
            "; nada foi mudado, e o que está no ar segue; espere que ela termine"
            " (pg_stat_activity mostra qual é) e repita."
        )


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
    limit = {"limit": f"{LOCK_S * 1000:.0f}ms"}
    connection.execute(text("SELECT set_config('lock_timeout', :limit, true)"), limit)
    config.attributes["connection"] = connection
    command.upgrade(config, to)


async def upgrade(url: str, to: str = "head") -> None:
    """Bring the database to the newest revision, or to an older one that it has not
    reached yet; raises DatabaseFromNewerVersion, TablesHeld. All of it, or nothing."""
    engine = create_async_engine(url)
    deadline = time.monotonic() + PATIENCE_S
    try:
        while not await _upgraded(engine, to):
            if time.monotonic() > deadline:
                raise TablesHeld
            await asyncio.sleep(ASIDE_S)
    finally:
        await engine.dispose()


async def _upgraded(engine: AsyncEngine, to: str) -> bool:
    """False: somebody holds a table that is to be changed, and nothing was."""
    try:
        async with engine.begin() as connection:
            await connection.run_sync(_upgrade, _configuration(), to)
    except DBAPIError as error:
        if getattr(error.orig, "sqlstate", None) != _LOCK_NOT_AVAILABLE:
            raise
        return False
    return True
