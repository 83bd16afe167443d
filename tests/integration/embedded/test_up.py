"""`acordo up` with the real servers, switch and processes, and what it refuses."""

from __future__ import annotations

import asyncio
import json
import os
import select
import signal
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.cli import main
from foundation.home import Home
from sim.throw_away import free_port

ACORDO = (sys.executable, "-m", "foundation")
NAMES = ["postgres", "valkey", "asterisk", "dialer", "ura", "console", "worker"]
PORTS = (
    *(
        "AMI__PORT",
        "ASTERISK__SIP_PORT",
        "ASTERISK__HTTP_PORT",
        "AGI__PORT",
        "HEARING__PORT",
    ),
    *("TRUNK__PORT", "CONSOLE__PORT"),
    *(f"{name}__HEALTH_PORT" for name in ("DIALER", "URA", "CONSOLE", "WORKER")),
)
PATIENCE_S = 120.0


@pytest.fixture
def environment(fresh_home: Home) -> dict[str, str]:
    """Settings of an installation of its own: its folder, and ports that nobody uses."""
    datagram = {name for name in PORTS if "SIP" in name}
    found = {
        f"ACORDO_{name}": str(
            free_port(socket.SOCK_DGRAM if name in datagram else socket.SOCK_STREAM)
        )
        for name in PORTS
    }
    return {
        "ACORDO_HOME": str(fresh_home.root),
        "ACORDO_ASTERISK__RTP_START": "41000",
        "ACORDO_ASTERISK__RTP_END": "41999",
        **found,
    }


@asynccontextmanager
async def _up(environment: dict[str, str]) -> AsyncIterator[asyncio.subprocess.Process]:
    """A running `acordo up`, from the line that says it is ready."""
    process = await asyncio.create_subprocess_exec(
        *ACORDO, "up", env={**os.environ, **environment}, stdout=subprocess.PIPE
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (lines and "tudo pronto" in lines[-1]):
                line = await process.stdout.readline()
                assert line, "\n".join(lines)
                lines.append(line.decode())
        assert "acordo users create LOGIN" in "".join(lines)  # nobody can come in yet
        rest = asyncio.create_task(process.stdout.read())
        yield process
        await rest
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


def _status(environment: dict[str, str]) -> dict[str, Any]:
    answer = subprocess.run(
        [*ACORDO, "status", "--json"],
        env={**os.environ, **environment},
        capture_output=True,
        check=False,
    )
    content: dict[str, Any] = json.loads(answer.stdout)
    return {one["name"]: one for one in content["processes"]}


@pytest.fixture
def watches() -> Iterator[dict[int, int]]:
    """Handles of processes by pid; each becomes readable when its process ends."""
    handles: dict[int, int] = {}
    yield handles
    for handle in handles.values():
        os.close(handle)


def _all_ended(watches: dict[int, int], within_s: float) -> bool:
    left = set(watches.values())
    while left:
        ended, _, _ = select.select(left, [], [], within_s)
        if not ended:
            return False
        left -= set(ended)
    return True


@pytest.mark.timeout(400)
async def test_up_restarts_recovers_and_leaves_nothing(
    environment: dict[str, str],
    fresh_home: Home,
    asterisk_prefix: Path,
    watches: dict[int, int],
) -> None:
    async with _up(environment) as first:
        running = await asyncio.to_thread(_status, environment)
        assert list(running) == NAMES
        assert {one["state"] for one in running.values()} == {"ready"}
        addresses = running["asterisk"]["addresses"]
        assert addresses["ami"] == f"127.0.0.1:{environment['ACORDO_AMI__PORT']}"
        assert addresses["sip"] == f"127.0.0.1:{environment['ACORDO_ASTERISK__SIP_PORT']}"

        os.kill(running["worker"]["pid"], signal.SIGKILL)
        async with asyncio.timeout(PATIENCE_S):
            worker = running["worker"]
            while worker["restarts"] != 1 or worker["state"] != "ready":
                running = await asyncio.to_thread(_status, environment)
                worker = running.get("worker", worker)

        again = CliRunner().invoke(main, ["up"], env=environment)
        assert again.exit_code == 1
        assert (
            f"já está rodando em {fresh_home.root} (processo {first.pid})" in again.output
        )

        for one in running.values():
            watches[one["pid"]] = os.pidfd_open(one["pid"])
        first.kill()
        await first.wait()
        assert _all_ended(watches, within_s=30)

    async with _up(environment) as second:
        assert list(await asyncio.to_thread(_status, environment)) == NAMES
        second.terminate()
        async with asyncio.timeout(100):
            assert await second.wait() == 0
    assert await asyncio.to_thread(_status, environment) == {}
    left = {path.name for path in fresh_home.sockets.rglob("*") if not path.is_dir()}
    assert left == set()
    assert not {"lock", "status.json"} & {path.name for path in fresh_home.root.iterdir()}


def test_a_busy_port_is_one_line(environment: dict[str, str], fresh_home: Home) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", int(environment["ACORDO_CONSOLE__PORT"])))
        other.listen()
        answer = CliRunner().invoke(main, ["up"], env=environment)
    assert answer.exit_code == 1
    (line,) = answer.output.splitlines()
    assert f"console 127.0.0.1:{environment['ACORDO_CONSOLE__PORT']}" in line
    assert not fresh_home.postgres.exists()


def test_the_state_of_a_newer_version_is_left_alone(
    environment: dict[str, str], fresh_home: Home
) -> None:
    fresh_home.root.mkdir()
    (fresh_home.root / "version").write_text("999\n")
    answer = CliRunner().invoke(main, ["up"], env=environment)
    assert answer.exit_code == 1
    (line,) = answer.output.splitlines()
    assert "versão mais nova" in line
    assert [path.name for path in fresh_home.root.iterdir()] == ["version"]
    assert (fresh_home.root / "version").read_text() == "999\n"


def test_a_demonstration_refuses_a_real_route(environment: dict[str, str]) -> None:
    real = {**environment, "ACORDO_TRUNK__SIMULATED": "false"}
    answer = CliRunner().invoke(main, ["up", "--demo"], env=real)
    assert answer.exit_code == 1
    assert "--demo recusa uma rota que não é simulada" in answer.output


def test_upgrade_is_repeatable(settings_env: dict[str, str]) -> None:
    answer = CliRunner().invoke(main, ["db", "upgrade"], env=settings_env)
    assert (answer.exit_code, answer.output) == (0, "banco de dados atualizado\n")


async def test_a_newer_database_is_refused_and_left_alone(
    settings_env: dict[str, str], engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    run = CliRunner().invoke
    answer = await asyncio.to_thread(run, main, ["db", "upgrade"], env=settings_env)
    assert answer.exit_code == 1
    (line,) = answer.output.splitlines()
    assert "versão mais nova" in line
    async with engine.connect() as connection:
        found = await connection.scalar(text("SELECT version_num FROM alembic_version"))
    assert found == "9999"


def test_a_wrong_setting_is_one_line() -> None:
    answer = CliRunner().invoke(main, ["up"], env={"ACORDO_AMI__PORT": "many"})
    assert answer.exit_code == 1
    assert len(answer.output.splitlines()) == 1
    assert "ACORDO_AMI__PORT" in answer.output
