"""The process `acordo ura`: ready when it listens, in step with the compliance clock."""

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

from tests.integration.ura.scripted_switch import ScriptedSwitch

ACORDO = Path(sys.executable).with_name("acordo")
Start = Callable[..., Awaitable[Process]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest_asyncio.fixture
async def start(settings_env: dict[str, str]) -> AsyncIterator[Start]:
    started: list[Process] = []

    async def _start(health: int, agi: int, **more: str) -> Process:
        environment = {
            **settings_env,
            "PATH": os.environ["PATH"],
            "ACORDO_URA__HEALTH_PORT": str(health),
            "ACORDO_AGI__PORT": str(agi),
            **more,
        }
        child = await asyncio.create_subprocess_exec(
            ACORDO, "ura", env=environment, stderr=PIPE
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


@pytest.mark.parametrize(
    ("clock", "decided"),
    [("2026-03-10T10:00", "agent"), ("2026-03-10T22:00", "closed")],
)
async def test_a_call_is_decided_by_the_compliance_clock(
    start: Start, clock: str, decided: str
) -> None:
    health, agi = free_port(), free_port()
    child = await start(health, agi, ACORDO_CLOCK__START=clock)
    await until_ready(health)

    switch = await ScriptedSwitch.connect(agi)
    switch.begin()
    assert await switch.hear() == f'SET VARIABLE ACORDO_NEXT "{decided}"'
    await switch.close()
    child.terminate()
    _, err = await child.communicate()

    assert child.returncode == 0
    assert "process_stopped" in err.decode()
    assert "5511900012345" not in err.decode()


async def failed(child: Process) -> str:
    _, err = await child.communicate()
    assert child.returncode == 1
    return err.decode().splitlines()[-1]


async def test_a_busy_fastagi_port_is_one_clear_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        line = await failed(await start(free_port(), port))

    assert line == f"acordo: a porta {port} em 127.0.0.1 (FastAGI) já está em uso."


async def test_unreadable_hours_are_one_clear_line(start: Start) -> None:
    line = await failed(await start(free_port(), free_port(), ACORDO_URA__SATURDAY="manhã"))

    assert line.startswith("acordo: configuração: ACORDO_URA__SATURDAY")


async def test_a_simulated_clock_on_a_real_route_is_refused(start: Start) -> None:
    line = await failed(
        await start(
            free_port(),
            free_port(),
            ACORDO_TRUNK__SIMULATED="false",
            ACORDO_CLOCK__START="2026-03-10T10:00",
        )
    )

    assert "só vale em rota simulada" in line
