"""A start broken off by Ctrl-C or by SIGKILL leaves nothing, and can be made again."""

from __future__ import annotations

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import psutil
import pytest

from foundation.home import Home
from sim.demo import DEBTORS
from sim.throw_away import free_port, throw_away

ACORDO = (sys.executable, "-m", "foundation", "up", "--demo")
PROCESSES = ("dialer", "ura", "console", "worker", "carrier", "phones", "outside")
PATIENCE_S = 180.0
STOP_S = 10.0  # as promised; a machine that does more than this test gets as much again


@pytest.fixture
def place(asterisk_prefix: Path) -> Iterator[Home]:
    assert asterisk_prefix.exists()
    more = {"CONSOLE__PORT": str(free_port())}
    with throw_away(processes=PROCESSES, more=more) as home:
        yield home


def _ours(home: Home) -> list[str]:
    """Command lines of all processes of that installation, whoever is their parent."""
    found = []
    for process in psutil.process_iter():
        with suppress(psutil.NoSuchProcess, psutil.AccessDenied):
            ours = process.environ().get("ACORDO_HOME") == str(home.root)
            if ours and process.status() != psutil.STATUS_ZOMBIE:
                found.append(" ".join(process.cmdline()))
    return found


def _remains(home: Home) -> set[str]:
    files = {path.name for path in home.sockets.rglob("*") if not path.is_dir()}
    return files | ({"lock", "status.json"} & {path.name for path in home.root.iterdir()})


async def _start_until(words: str, number: signal.Signals) -> int:
    """Start, send a signal at the line with those words, return the exit status."""
    process = await asyncio.create_subprocess_exec(
        *ACORDO, env=dict(os.environ), stdout=subprocess.PIPE, stderr=subprocess.STDOUT
    )
    assert process.stdout is not None
    lines: list[str] = []
    try:
        async with asyncio.timeout(PATIENCE_S):
            while not (lines and words in lines[-1]):
                line = await process.stdout.readline()
                assert line, "".join(lines)
                lines.append(line.decode())
        process.send_signal(number)
        async with asyncio.timeout(2 * STOP_S):
            await process.stdout.read()
            return await process.wait()
    finally:
        if process.returncode is None:
            process.kill()
            await process.wait()


async def broken_off(place: Home, words: str) -> tuple[int, list[str], set[str]]:
    """Ctrl-C at the line with those words: the exit status, and what of it is left."""
    status = await _start_until(words, signal.SIGINT)
    return status, _ours(place), _remains(place)


@pytest.mark.timeout(600)
async def test_a_start_that_is_broken_off_leaves_nothing(place: Home) -> None:
    assert await broken_off(place, f"criando {DEBTORS}") == (0, [], set())
    assert await _start_until("dialer pronto", signal.SIGKILL) == -signal.SIGKILL
    assert await _start_until("tudo pronto", signal.SIGTERM) == 0
    assert (_ours(place), _remains(place)) == ([], set())
