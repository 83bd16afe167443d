"""One `make run` from its first second to its end, watched from outside.

The clock runs from before the command is typed. When a call was placed and rang is what
the dialer wrote down; when a process served is what the supervisor said.
"""

from __future__ import annotations

import asyncio
import os
import re
import signal
import subprocess
import threading
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import psutil
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from foundation.db.engine import connect
from foundation.settings import ProcessSettings

PROJECT = Path(__file__).resolve().parents[2]
RINGS_WITHIN_S = 180.0
STOPS_WITHIN_S = 30.0
_POLL_S = 0.2
_SERVES = re.compile(r"^acordo +\| (\S+) pronto em ")
_DEMO = re.compile(r"^demo +\| (?=campanha|\d+ devedores)")
_FIRST = text(
    "SELECT extract(epoch FROM min(placed_at)), extract(epoch FROM min(ringing_at))"
    " FROM attempt WHERE direction = 'outbound' AND placed_at > :since"
)


class DidNotRing(RuntimeError):
    """No telephone rang in time; the argument holds the last lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """Seconds from the command to what happened, and CPU seconds used until it rang."""

    ringing_s: float
    cpu_s: float  # of all its processes
    others_cpu_s: float  # of whatever else this machine did
    stages: list[tuple[str, float]]


def one_start() -> Start:
    """Run it until a telephone rings, then stop it; raises DidNotRing."""
    begun = time.time()
    run = subprocess.Popen(
        ["make", "run"],
        cwd=PROJECT,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        start_new_session=True,  # as a terminal's Ctrl-C, ours goes to the whole group
    )
    lines: list[tuple[float, str]] = []
    busy_s = _busy_s()
    reader = threading.Thread(target=_read, args=(run, begun, lines))
    reader.start()
    try:
        placed_s, ringing_s = asyncio.run(_first_call(run, begun))
        cpu_s, busy_s = _cpu_s(run.pid), _busy_s() - busy_s
    except TimeoutError:
        raise DidNotRing("\n".join(line for _, line in lines[-20:])) from None
    finally:
        _stop(run)
        reader.join()
    happened = [*_said(lines), ("first call placed", placed_s)]
    return Start(
        ringing_s=ringing_s,
        cpu_s=cpu_s,
        others_cpu_s=max(0.0, busy_s - cpu_s),
        stages=sorted(happened, key=lambda each: each[1]),
    )


def _read(run: subprocess.Popen[str], begun: float, lines: list[tuple[float, str]]) -> None:
    assert run.stdout is not None  # noqa: S101 - it is a pipe
    # one by one as they come: another thread looks before the last
    lines.extend((time.time() - begun, line.rstrip()) for line in run.stdout)


def _said(lines: list[tuple[float, str]]) -> list[tuple[str, float]]:
    found = []
    for at_s, line in lines:
        if serves := _SERVES.match(line):
            found.append((f"{serves[1]} serves", at_s))
        elif _DEMO.match(line):
            found.append((line.partition("| ")[2], at_s))
    return found


async def _first_call(run: subprocess.Popen[str], begun: float) -> tuple[float, float]:
    """Seconds until the first call left and rang; raises TimeoutError."""
    engine = connect(ProcessSettings(), pool_size=1)
    since = {"since": datetime.fromtimestamp(begun, UTC)}
    try:
        while time.time() - begun < RINGS_WITHIN_S and run.poll() is None:
            await asyncio.sleep(_POLL_S)
            try:
                async with engine.connect() as connection:
                    placed, ringing = (await connection.execute(_FIRST, since)).one()
            except (OSError, DBAPIError):
                continue  # no server yet, or no tables
            if ringing is not None:
                return float(placed) - begun, float(ringing) - begun
        raise TimeoutError
    finally:
        await engine.dispose()


def _cpu_s(pid: int) -> float:
    """CPU of a process and all below it, those that ended and were waited for too."""
    top = psutil.Process(pid)
    total = 0.0
    for process in [top, *top.children(recursive=True)]:
        try:
            times = process.cpu_times()
        except psutil.NoSuchProcess:
            continue
        total += sum(times[:4])  # user, system, and of ended children
    return total


def _busy_s() -> float:
    times = psutil.cpu_times()
    return float(times.user + times.nice + times.system)


def _stop(run: subprocess.Popen[str]) -> None:
    if run.poll() is None:
        os.killpg(run.pid, signal.SIGINT)
    try:
        run.wait(STOPS_WITHIN_S)
    except subprocess.TimeoutExpired:
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()
