"""The process `acordo worker`: starts, wakes up, outlives its database; or says why not."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest
import pytest_asyncio
from sqlalchemy import make_url, text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from foundation.reach import DatabaseUnreachable, reach_database
from tests.integration.worker.rows import one_row, put

ACORDO = Path(sys.executable).with_name("acordo")
Start = Callable[..., Awaitable[Process]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest_asyncio.fixture
async def start(settings_env: dict[str, str]) -> AsyncIterator[Start]:
    started: list[Process] = []

    async def _start(port: int, **more: str) -> Process:
        environment = {
            **settings_env,
            "PATH": os.environ["PATH"],
            "ACORDO_WORKER__HEALTH_PORT": str(port),
            "ACORDO_WORKER__POLL_S": "50",  # so that only NOTIFY can be why it is quick
            **more,
        }  # fmt: skip
        child = await asyncio.create_subprocess_exec(
            ACORDO, "worker", env=environment, stderr=PIPE
        )
        started.append(child)
        return child

    yield _start
    for child in started:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def until_ready(port: int) -> None:
    async with asyncio.timeout(20), aiohttp.ClientSession() as session:
        while not await _ready(session, port):
            await asyncio.sleep(0.05)


async def _ready(session: aiohttp.ClientSession, port: int) -> bool:
    try:
        async with session.get(f"http://127.0.0.1:{port}/readyz") as answer:
            return answer.status == 200
    except aiohttp.ClientConnectionError:
        return False


async def until_tried(engine: AsyncEngine) -> None:
    async with asyncio.timeout(10):
        while (await one_row(engine)).tries == 0:
            await asyncio.sleep(0.02)


async def test_it_wakes_up_for_a_row_and_stops_on_sigterm(
    engine: AsyncEngine, start: Start
) -> None:
    child = await start(port := free_port())
    await until_ready(port)

    await put(engine, "unheard_of", "a")
    await until_tried(engine)
    child.terminate()
    _, err = await child.communicate()

    assert child.returncode == 0
    assert "UnknownTopic" in err.decode()
    assert "process_stopped" in err.decode()


async def test_it_outlives_lost_connections(engine: AsyncEngine, start: Start) -> None:
    child = await start(port := free_port())
    await until_ready(port)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE datname = current_database() AND pid <> pg_backend_pid()"
            )
        )

    await put(engine, "unheard_of", "a")
    await until_tried(engine)
    await until_ready(port)
    assert child.returncode is None


async def failed(start: Start, port: int = 0, **more: str) -> str:
    child = await start(port or free_port(), **more)
    _, err = await child.communicate()
    assert child.returncode == 1
    lines = err.decode().splitlines()
    assert len([line for line in lines if not line.startswith("{")]) == 1
    return lines[-1]


async def test_a_wrong_password_is_one_clear_line(db_url: str, start: Start) -> None:
    url = make_url(db_url).set(password="wrong").render_as_string(hide_password=False)

    line = await failed(start, ACORDO_DATABASE_URL=url)

    assert line.startswith("acordo: o banco de dados em ")
    assert "recusou a conexão" in line
    assert "wrong" not in line


async def test_a_busy_port_is_one_clear_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])

        assert f"a porta {port}" in await failed(start, port)


async def test_a_wrong_setting_is_one_clear_line(start: Start) -> None:
    line = await failed(start, ACORDO_WORKER__PARALLEL="many")

    assert line.startswith("acordo: configuração: ACORDO_WORKER__PARALLEL")
    assert "many" not in line


async def test_a_database_without_tables_is_one_clear_line(
    engine: AsyncEngine, start: Start
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("DROP TABLE outbox"))

    assert "não tem a tabela outbox" in await failed(start)


async def test_an_unreachable_database_is_said_after_the_deadline() -> None:
    engine = create_async_engine(f"postgresql+asyncpg://a:b@127.0.0.1:{free_port()}/acordo")

    with pytest.raises(DatabaseUnreachable, match="não respondeu em 1 s"):
        await reach_database(engine, deadline_s=0.6)
    await engine.dispose()
