"""Bring a database to where every process can work on it: its tables, and who may enter."""

from __future__ import annotations

from foundation.db.engine import connect, database_url
from foundation.db.migrate import upgrade
from foundation.db.skew import require_clock
from foundation.db.switch_role import admit_switch, switch_database
from foundation.reach import DEADLINE_S, reach_database
from foundation.settings import ProcessSettings


async def prepare(settings: ProcessSettings, *, reach_s: float = DEADLINE_S) -> None:
    """Reach it, compare clocks, migrate, then admit the switch.

    Raises DatabaseUnreachable, DatabaseRefused, ClockSkewed, DatabaseFromNewerVersion,
    SwitchHasNoRole.
    """
    engine = connect(settings, pool_size=1)
    try:
        await reach_database(engine, deadline_s=reach_s)
        await require_clock(engine)
        await upgrade(database_url(settings))
        async with engine.begin() as connection:
            await admit_switch(connection, switch_database(settings))
    finally:
        await engine.dispose()
