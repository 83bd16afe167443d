"""The real database dies while somebody is on the line, and comes back later."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.store import AgreementRow
from cobranca.channels.store import MessageRow
from cobranca.contacts.robot_store import RobotCallRow
from cobranca.contacts.wishes import CallBackWishRow
from foundation.db.engine import connect, database_url
from foundation.db.migrate import upgrade
from foundation.embedded import postgres
from foundation.embedded.program import running
from foundation.home import Home
from foundation.settings import ProcessSettings
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura, dial
from tests.integration.conversations.persons import persons
from tests.real_switch import RealSwitch

NUMBER = "551140041090"
PATIENCE_S = 60.0
BALANCE, OFFERS = "1", "1"
THINKS = "W" * 12  # seconds, in which the database dies


async def _first(engine: AsyncEngine, row: Any, **wanted: Any) -> Any:
    """The one row that is awaited."""
    async with asyncio.timeout(PATIENCE_S):
        while True:
            query = select(row.__table__).filter_by(**wanted)
            async with engine.connect() as connection:
                found = (await connection.execute(query)).first()
            if found is not None:
                return found
            await asyncio.sleep(0.1)


def _files(folder: Path) -> list[Path]:
    return list(folder.glob("*.owed"))


async def _file(folder: Path) -> Path:
    async with asyncio.timeout(PATIENCE_S):
        while True:
            found = await asyncio.to_thread(_files, folder)
            if found:
                return found[0]
            await asyncio.sleep(0.1)


async def test_a_database_that_dies_in_mid_call_leaves_a_call_back_and_no_half_agreement(
    fresh_home: Home,
    valkey_url: str,
    processes: Processes,
    real_switch: RealSwitch,
) -> None:
    fresh_home.prepare()
    postgres.prepare(fresh_home)
    program = postgres.program(fresh_home)
    url = database_url(ProcessSettings(home=fresh_home.root))
    settings = ProcessSettings.model_validate(
        {"home": real_switch.home.root, "database_url": url, "redis_url": valkey_url}
    )
    owed = real_switch.home.root / "ura" / "owed"
    engine = connect(settings)
    try:
        with running(program, fresh_home.logs / "postgres.log") as server:
            await upgrade(url)
            (person,) = await persons(engine, settings, 1)
            ura = await a_ura(processes, real_switch, NUMBER, ACORDO_DATABASE_URL=url)
            keys = f"{person.identifies}{BALANCE}{THINKS}{OFFERS}"
            dial(real_switch, NUMBER, keys)
            call = await _first(engine, RobotCallRow, debtor_id=person.debtor)
            server.kill()
            server.wait()
        kept = await _file(owed)
        assert kept.stem == str(call.id)
        sealed = await asyncio.to_thread(kept.read_bytes)
        assert call.caller is None or call.caller.encode() not in sealed
        with running(program, fresh_home.logs / "postgres.log"):
            wished = await _first(engine, CallBackWishRow, call_id=call.id)
            assert (wished.debtor_id, wished.why) == (person.debtor, "outage")
            assert wished.settled_at is None
            after = await _first(engine, RobotCallRow, id=call.id)
            assert (after.outcome, after.agreement_id) == ("broken", None)
            async with engine.connect() as connection:
                for row in (AgreementRow, MessageRow):
                    count = select(func.count()).select_from(row)
                    assert await connection.scalar(count) == 0
            async with asyncio.timeout(PATIENCE_S):
                while kept in await asyncio.to_thread(_files, owed):
                    await asyncio.sleep(0.1)
            said = await ura.stop()
    finally:
        await engine.dispose()
    assert "step_failed" in said
    assert "owed_call_handed_in" in said
