"""`kill -9` of the worker in the middle of long work: all of it is done, or none of it.

A lock of the test holds the work up at a known place, with rows written and not
committed; there the process is killed, and another one is started.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.campaigns import filling
from tests.builders.debtor_files import HEADER, row
from tests.builders.portfolio import a_portfolio
from tests.builders.processes import Processes
from tests.people import Browser, Client, a_user, log_in
from tests.real_switch import eventually

IMPORTS, CAMPAIGNS = "/api/v1/imports", "/api/v1/campaigns"
DEBTORS = 30
TERMS = {
    "name": "Maio", "mode": "predictive", "target": 0.025, "max_attempts": 5,
    "ring_timeout_s": 30, "threshold_s": 2, "wrap_up_s": 30,
}  # fmt: skip


@pytest.fixture
async def ana(engine: AsyncEngine, client: Client, passwords: Passwords) -> Browser:
    await a_user(engine, passwords, "ana", Role.SUPERVISOR)
    return await log_in(client, "ana")


async def told(ana: Browser, path: str) -> dict[str, Any]:
    found: dict[str, Any] = await (await ana.get(path)).json()
    return found


async def until(ana: Browser, path: str, status: str) -> dict[str, Any]:
    async def is_so() -> bool:
        return bool((await told(ana, path))["status"] == status)

    await eventually(is_so)
    return await told(ana, path)


async def ordered(ana: Browser, verb: str, path: str, body: object = None) -> None:
    answer = await ana.send(verb, path, body)
    assert answer.status in (200, 201), await answer.text()


@asynccontextmanager
async def held_up_at(engine: AsyncEngine, table: str) -> AsyncIterator[None]:
    """Let nobody write to a table; ends when the block ends."""
    async with engine.begin() as connection:
        await connection.execute(text(f"LOCK TABLE {table} IN SHARE MODE"))
        yield


async def somebody_waits(engine: AsyncEngine) -> bool:
    query = text(
        "SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'relation'"
        " AND database = (SELECT oid FROM pg_database WHERE datname = current_database())"
    )
    async with engine.connect() as connection:
        return bool(await connection.scalar(query))


async def count(engine: AsyncEngine, table: str) -> int:
    async with engine.connect() as connection:
        return await connection.scalar(text(f"SELECT count(*) FROM {table}")) or 0  # noqa: S608


async def killed_at(engine: AsyncEngine, processes: Processes, table: str) -> None:
    """Start a worker, kill it while it waits to write there, start the next."""
    async with held_up_at(engine, table):
        worker = await processes.serving("worker")
        await eventually(lambda: somebody_waits(engine))
        await worker.kill()
    await processes.serving("worker")


async def sent(ana: Browser) -> str:
    """Send the file over the wire; where its import is."""
    rows = "\n".join([HEADER, *(row(serial) for serial in range(1, DEBTORS + 1)), ""])
    answer = await ana.client.post(
        IMPORTS,
        params={"file_name": "x.csv", "creditor": "Banco Um", "portfolio": "Março"},
        data=rows.encode(),
        headers={"X-CSRF-Token": ana.csrf, "Content-Type": "application/octet-stream"},
    )
    assert answer.status == 201, await answer.text()
    return f"{IMPORTS}/{(await answer.json())['id']}"


async def fields_of(ana: Browser, at: str) -> dict[str, list[str]]:
    return {"fields": [column["field"] for column in (await told(ana, at))["columns"]]}


async def a_checked_import(ana: Browser, processes: Processes) -> tuple[str, str]:
    """Where it is, and the fingerprint of what was shown."""
    at = await sent(ana)
    worker = await processes.serving("worker")
    await ordered(ana, "PUT", f"{at}/mapping", await fields_of(ana, at))
    checked = await until(ana, at, "checked")
    await worker.stop()
    return at, checked["fingerprint"]


async def test_an_import_is_whole_or_not_at_all(
    ana: Browser, processes: Processes, engine: AsyncEngine
) -> None:
    at, fingerprint = await a_checked_import(ana, processes)

    await ordered(ana, "POST", f"{at}/apply", {"fingerprint": fingerprint})
    await killed_at(engine, processes, "instalment")  # the debtors are written by then
    await until(ana, at, "interrupted")
    assert [await count(engine, table) for table in ("debtor", "contract")] == [0, 0]
    await ordered(ana, "POST", f"{at}/retry")
    await until(ana, at, "done")
    assert await count(engine, "instalment") == DEBTORS


async def test_an_undo_is_whole_or_not_at_all(
    ana: Browser, processes: Processes, engine: AsyncEngine
) -> None:
    at, fingerprint = await a_checked_import(ana, processes)
    worker = await processes.serving("worker")
    await ordered(ana, "POST", f"{at}/apply", {"fingerprint": fingerprint})
    await until(ana, at, "done")
    await worker.stop()

    await ordered(ana, "POST", f"{at}/undo")
    await killed_at(engine, processes, "contract")  # the instalments are gone by then
    await until(ana, at, "interrupted")
    tables = ("debtor", "contract", "instalment", "contact_point")
    assert [await count(engine, table) for table in tables[:3]] == [DEBTORS] * 3
    await ordered(ana, "POST", f"{at}/retry")
    await until(ana, at, "undone")
    assert [await count(engine, table) for table in tables] == [0] * 4


async def test_a_list_of_a_campaign_is_whole_or_not_at_all(
    ana: Browser,
    processes: Processes,
    engine: AsyncEngine,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=DEBTORS)
        creditor = str(await connection.scalar(select(CreditorRow.id)))
    monkeypatch.setattr(filling, "AT_ONCE_MS", 0)
    body = {"terms": TERMS, "filter": {"creditor": creditor}, "key": "pedido-01"}
    one = await (await ana.send("POST", CAMPAIGNS, body)).json()
    at = f"{CAMPAIGNS}/{one['id']}"
    assert one["status"] == "filling"

    await killed_at(engine, processes, "campaign_debtor")
    done = await until(ana, at, "draft")
    assert (done["size"], await count(engine, "campaign_debtor")) == (DEBTORS, DEBTORS)


async def test_the_same_file_sent_twice_at_once_is_written_once(
    ana: Browser, processes: Processes, engine: AsyncEngine
) -> None:
    await processes.serving("worker")
    at = await asyncio.gather(sent(ana), sent(ana))
    fields = await fields_of(ana, at[0])
    await asyncio.gather(*(ordered(ana, "PUT", f"{one}/mapping", fields) for one in at))
    shown = [(await until(ana, one, "checked"))["fingerprint"] for one in at]
    applied = [
        ordered(ana, "POST", f"{one}/apply", {"fingerprint": fingerprint})
        for one, fingerprint in zip(at, shown, strict=True)
    ]
    await asyncio.gather(*applied)

    async def settled() -> bool:
        seen = [await told(ana, one) for one in at]
        return all(one["status"] in ("done", "checked") for one in seen)

    await eventually(settled)
    seen = {one["status"]: one for one in [await told(ana, one) for one in at]}
    assert seen.keys() == {"done", "checked"}
    assert (seen["checked"]["base_changed"], seen["checked"]["counts"]["same"]) == (
        True,
        DEBTORS,
    )
    tables = ("debtor", "contract", "instalment")
    assert [await count(engine, table) for table in tables] == [DEBTORS] * 3
