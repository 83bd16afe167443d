"""The process `acordo console`: serves on its port, or says in one line why it cannot."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import aiohttp
import pytest_asyncio

ACORDO = Path(sys.executable).with_name("acordo")
SHOWN = {"Accept": "text/html"}
Start = Callable[[int, int], Awaitable[Process]]


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


@pytest_asyncio.fixture
async def start(settings_env: dict[str, str]) -> AsyncIterator[Start]:
    started: list[Process] = []

    async def _start(health: int, pages: int) -> Process:
        environment = {
            **settings_env,
            "PATH": os.environ["PATH"],
            "ACORDO_CONSOLE__HEALTH_PORT": str(health),
            "ACORDO_CONSOLE__PORT": str(pages),
        }
        child = await asyncio.create_subprocess_exec(
            ACORDO, "console", env=environment, stderr=PIPE
        )
        started.append(child)
        return child

    yield _start
    for child in started:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def event(child: Process, name: str) -> None:
    assert child.stderr is not None
    async with asyncio.timeout(20):
        while name.encode() not in await child.stderr.readline():
            assert child.returncode is None


async def test_it_serves_the_page_and_stops(start: Start) -> None:
    health, pages = free_port(), free_port()
    child = await start(health, pages)
    await event(child, "console_listening")

    async with aiohttp.ClientSession() as session:
        async with session.get(f"http://127.0.0.1:{pages}/", headers=SHOWN) as page:
            assert page.status == 200
            assert page.url.path == "/login"
            assert "Entrar" in await page.text()
        async with session.get(f"http://127.0.0.1:{health}/readyz") as ready:
            assert ready.status == 200
    child.terminate()
    await child.communicate()
    assert child.returncode == 0


async def test_a_busy_port_is_one_clear_line(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        child = await start(free_port(), port)
        _, err = await child.communicate()

    assert child.returncode == 1
    line = err.decode().splitlines()[-1]
    assert line == f"acordo: a porta {port} em 127.0.0.1 (console) já está em uso."
