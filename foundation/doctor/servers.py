"""Checks of the database and the bus: version, tables, clock. Reads only."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.cli import CannotRun
from foundation.db.engine import connect
from foundation.db.prepared import newest
from foundation.db.skew import Skew, skew
from foundation.doctor.findings import Finding
from foundation.doctor.machine import clock_is_synchronised
from foundation.embedded.valkey import redis_url
from foundation.reach import reach_bus, reach_database
from foundation.settings import ProcessSettings

REACH_S = 4.0
OLDEST_POSTGRES, OLDEST_VALKEY = 16, 8
MOST_SKEW_S = 2.0


async def database(settings: ProcessSettings, *, runs: bool) -> AsyncIterator[Finding]:
    """Also says how far this machine's clock is from the server's."""
    if settings.database_url is None and not runs:
        yield Finding("banco de dados", "database_stopped", "warn")
        yield _clock(None)
        return
    engine = connect(settings, pool_size=1)
    try:
        await reach_database(engine, deadline_s=REACH_S)
        async with engine.connect() as connection:
            yield await _database(connection)
            yield _clock(await skew(connection))
    except CannotRun as error:
        yield Finding("banco de dados", "database_silent", "bad", {"why": str(error)})
        yield _clock(None)
    finally:
        await engine.dispose()


async def _database(connection: AsyncConnection) -> Finding:
    name = "banco de dados"
    found = str(await connection.scalar(text("SHOW server_version"))).split()[0]
    if int(found.split(".")[0]) < OLDEST_POSTGRES:
        return Finding(name, "database_old_server", "bad", {"found": found})
    if await connection.scalar(text("SELECT to_regclass('alembic_version')")) is None:
        return Finding(name, "database_empty", "bad")
    revision = str(await connection.scalar(text("SELECT version_num FROM alembic_version")))
    values: dict[str, object] = {"found": found, "revision": revision, "newest": newest()}
    if revision > newest():
        return Finding(name, "database_newer", "bad", values)
    if revision < newest():
        return Finding(name, "database_behind", "bad", values)
    return Finding(name, "database_good", "ok", values)


def _clock(found: Skew | None) -> Finding:
    if found is not None and found.beyond(MOST_SKEW_S):
        return Finding(
            "relógio", "clock_skewed", "bad", {"skew_s": f"{found.seconds:+.1f}"}
        )
    synchronised = clock_is_synchronised()
    if synchronised is None:
        return Finding("relógio", "clock_unknown", "warn")
    if not synchronised:
        return Finding("relógio", "clock_free", "warn")
    shown = "?" if found is None else f"{found.seconds:+.3f}"
    return Finding("relógio", "clock_synchronised", "ok", {"skew_s": shown})


async def bus(settings: ProcessSettings, *, runs: bool) -> Finding:
    """Valkey, or a Redis that is as good."""
    from foundation.bus import connect as connect_bus

    if settings.redis_url is None and not runs:
        return Finding("Valkey", "bus_stopped", "warn")
    client = connect_bus(redis_url(settings))
    try:
        await reach_bus(client, deadline_s=REACH_S)
        answer = await client.info("server")
    except CannotRun as error:
        return Finding("Valkey", "bus_silent", "bad", {"why": str(error)})
    finally:
        await client.aclose()
    found = str(answer.get("valkey_version") or answer.get("redis_version"))
    major = re.match(r"\d+", found)
    good = major is not None and int(major[0]) >= OLDEST_VALKEY
    return Finding("Valkey", "bus_good" if good else "bus_old", "ok" if good else "bad",
                   {"found": found})  # fmt: skip
