"""The process `acordo worker`: starts, wakes up, outlives its database; or says why not."""

from __future__ import annotations

import asyncio
import socket
from concurrent.futures import Executor

import pytest
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from cobranca.worker import Worker
from foundation.db.outbox import OutboxContext
from foundation.process import Process
from foundation.reach import DatabaseUnreachable, reach_database
from foundation.settings import ProcessSettings
from sim.throw_away import free_port
from tests.builders.processes import Processes
from tests.integration.worker.rows import an_outbox, one_row, put

UNPOLLED = {"ACORDO_WORKER__POLL_S": "50"}  # so that only NOTIFY can be why it is quick


async def until_tried(engine: AsyncEngine) -> None:
    async with asyncio.timeout(60):
        while (await one_row(engine)).tries == 0:
            await asyncio.sleep(0.02)


async def test_it_wakes_up_for_a_row_and_stops_on_sigterm(
    engine: AsyncEngine, processes: Processes
) -> None:
    worker = await processes.serving("worker", **UNPOLLED)

    await put(engine, "unheard_of", "a")
    await until_tried(engine)
    said = await worker.stop()

    assert worker.process.returncode == 0, said
    assert "UnknownTopic" in said
    assert "process_stopped" in said


async def test_it_outlives_lost_connections(
    engine: AsyncEngine, processes: Processes
) -> None:
    worker = await processes.serving("worker", **UNPOLLED)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    await put(engine, "unheard_of", "a")
    await until_tried(engine)
    await worker.ready()
    assert worker.process.returncode is None


async def refusal(processes: Processes, **more: str) -> str:
    worker = await processes.start("worker", **more)
    line = await worker.refusal()
    lines = worker.said.splitlines()
    assert len([line for line in lines if not line.startswith("{")]) == 1
    return line


async def test_a_wrong_password_is_one_clear_line(
    db_url: str, processes: Processes
) -> None:
    url = make_url(db_url).set(password="wrong").render_as_string(hide_password=False)

    line = await refusal(processes, ACORDO_DATABASE_URL=url)

    assert line.startswith("acordo: o banco de dados em ")
    assert "recusou a conexão" in line
    assert "wrong" not in line


async def test_a_busy_port_is_one_clear_line(processes: Processes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])

        busy = {"ACORDO_WORKER__HEALTH_PORT": str(port)}
        assert f"a porta {port}" in await refusal(processes, **busy)


async def test_a_wrong_setting_is_one_clear_line(processes: Processes) -> None:
    line = await refusal(processes, ACORDO_WORKER__PARALLEL="many")

    assert line.startswith("acordo: configuração: ACORDO_WORKER__PARALLEL")
    assert "many" not in line


async def test_a_database_without_tables_is_one_clear_line(
    engine: AsyncEngine, processes: Processes
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE outbox"))

    assert "não tem a tabela outbox" in await refusal(processes)


async def test_an_unreachable_database_is_said_after_the_deadline() -> None:
    engine = create_async_engine(f"postgresql+asyncpg://a:b@127.0.0.1:{free_port()}/acordo")

    with pytest.raises(DatabaseUnreachable, match="não respondeu em 1 s"):
        await reach_database(engine, deadline_s=0.6)
    await engine.dispose()


async def test_nothing_works_on_after_its_end(
    engine: AsyncEngine, settings: ProcessSettings, executor: Executor
) -> None:
    """A sweep in hand is dropped before the executor and the pool are closed."""
    stopping, begun = asyncio.Event(), asyncio.Event()
    at_work: set[str] = set()

    async def slow(context: OutboxContext) -> None:
        at_work.add("sweep")
        begun.set()
        try:
            await asyncio.sleep(3600.0)
        finally:
            await asyncio.sleep(0)  # closing takes its turns
            at_work.clear()

    async with asyncio.TaskGroup() as tasks:
        rows = an_outbox(engine, settings, executor, {})
        worker = Worker(Process(tasks, stopping), rows, 1)
        running = tasks.create_task(worker.run({"slow": slow}, {}, {}))
        await begun.wait()
        stopping.set()
        await running
        assert not at_work
