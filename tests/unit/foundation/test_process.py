"""The common main: signals, tasks, exit status, one clear line for expected failures."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest

PROGRAM = "tests.unit.foundation.process_under_test"
PROJECT = Path(__file__).parents[3]
Start = Callable[..., Awaitable[Process]]


@pytest.fixture
async def start(tmp_path: Path) -> AsyncIterator[Start]:
    started: list[Process] = []

    async def _start(what: str, port: int = 0, home: Path = tmp_path) -> Process:
        child = await asyncio.create_subprocess_exec(
            sys.executable,
            "-m",
            PROGRAM,
            what,
            str(port),
            cwd=PROJECT,
            env={**os.environ, "ACORDO_HOME": str(home)},
            stdout=PIPE,
            stderr=PIPE,
        )
        started.append(child)
        return child

    yield _start
    for child in started:
        if child.returncode is None:
            child.kill()
            await child.wait()


async def event(child: Process, name: str) -> dict[str, str]:
    assert child.stderr is not None
    async for line in child.stderr:
        found: dict[str, str] = json.loads(line)
        if found["event"] == name:
            return found
    raise AssertionError(f"{name} never came")


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_it_orderly(start: Start, number: signal.Signals) -> None:
    child = await start("serve")
    await event(child, "process_started")

    child.send_signal(number)
    out, err = await child.communicate()

    assert child.returncode == 0
    assert out.decode() == "stopped by itself\n"
    assert "process_stopped" in err.decode()


async def test_who_does_not_hear_is_cancelled_after_the_grace(start: Start) -> None:
    child = await start("deaf")
    await event(child, "process_started")

    child.send_signal(signal.SIGTERM)
    _, err = await child.communicate()

    assert child.returncode == 0
    assert "process_cancelled" in err.decode()


async def test_an_expected_failure_is_one_line_and_exit_status_1(start: Start) -> None:
    child = await start("refuse")
    _, err = await child.communicate()

    assert child.returncode == 1
    assert err.decode().splitlines()[1:] == ["acordo: o banco de dados não respondeu."]


async def test_a_busy_port_is_one_line_and_exit_status_1(start: Start) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        child = await start("serve", port)
        _, err = await child.communicate()

    assert child.returncode == 1
    line = f"acordo: a porta {port} em 127.0.0.1 (saúde) já está em uso."
    assert err.decode().splitlines() == [line]


async def test_an_unexpected_failure_is_logged_without_personal_data(start: Start) -> None:
    child = await start("explode")
    _, err = await child.communicate()
    lines = err.decode().splitlines()

    assert child.returncode == 1
    assert json.loads(lines[1])["event"] == "process_failed"
    assert "ValueError" in json.loads(lines[1])["exception"]
    assert lines[2].startswith("acordo: teste: falha inesperada")
    assert "529.982.247-25" not in err.decode()


async def test_a_state_folder_that_cannot_be_written_is_one_clear_line(
    start: Start, tmp_path: Path
) -> None:
    (tmp_path / "file").touch()
    child = await start("serve", home=tmp_path / "file" / "var")

    _, said = await child.communicate()

    assert child.returncode == 1
    (line,) = said.decode().splitlines()
    assert line.startswith(f"acordo: não é possível gravar em {tmp_path}/file/var (")
    assert "confira o dono" in line
