"""The process `acordo console`: serves on its port, or says in one line why it cannot."""

from __future__ import annotations

import socket

import aiohttp

from sim.throw_away import free_port
from tests.builders.processes import Processes

SHOWN = {"Accept": "text/html"}


async def test_it_serves_the_page_and_stops(processes: Processes) -> None:
    pages = free_port()
    console = await processes.serving("console", ACORDO_CONSOLE__PORT=str(pages))

    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{pages}/", headers=SHOWN) as page,
    ):
        assert page.status == 200
        assert page.url.path == "/login"
        assert "Entrar" in await page.text()
    said = await console.stop()
    assert "console_listening" in said
    assert console.process.returncode == 0


async def test_a_busy_port_is_one_clear_line(processes: Processes) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = int(taken.getsockname()[1])
        console = await processes.start("console", ACORDO_CONSOLE__PORT=str(port))
        line = await console.refusal()

    assert line == f"acordo: a porta {port} em 127.0.0.1 (console) já está em uso."
