"""A throw-away installation to measure on: own state folder, own ports, real servers."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field

import psutil

from foundation.db.prepare import prepare
from foundation.embedded import asterisk, postgres, valkey
from foundation.embedded.program import running
from foundation.embedded.switch import main_instance
from foundation.home import Home
from foundation.settings import ProcessSettings
from sim.throw_away import throw_away


@contextmanager
def database_only() -> Iterator[dict[str, str]]:
    """PostgreSQL alone, migrated; yields the environment for commands."""
    with throw_away(processes=(), more={}) as home, ExitStack() as servers:
        home.prepare()
        _database(ProcessSettings(), home, servers)
        yield dict(os.environ)


def served(settings: ProcessSettings, home: Home, servers: ExitStack) -> None:
    """Start PostgreSQL, migrated, and Valkey; they end with `servers`."""
    _database(settings, home, servers)
    valkey.prepare(home)
    servers.enter_context(running(valkey.program(home), home.logs / "valkey.log"))


def _database(settings: ProcessSettings, home: Home, servers: ExitStack) -> int:
    postgres.prepare(home)
    process = servers.enter_context(
        running(postgres.program(home), home.logs / "postgres.log")
    )
    asyncio.run(prepare(settings))
    return process.pid


@dataclass(slots=True)
class Stack:
    """A running switch and its servers; `pids` by name, for counting CPU."""

    settings: ProcessSettings
    home: Home
    environment: dict[str, str]
    pids: dict[str, int] = field(default_factory=dict)

    def acordo(self, *arguments: str) -> None:
        """Run one command to its end; raises CalledProcessError."""
        subprocess.run(
            [sys.executable, "-m", "foundation", *arguments],
            env=self.environment,
            check=True,
            stdout=subprocess.DEVNULL,
        )

    def cpu_seconds(self, *names: str) -> float:
        """CPU that processes and their children have used, user and system."""
        total = 0.0
        for name in names:
            parent = psutil.Process(self.pids[name])
            for process in [parent, *parent.children(recursive=True)]:
                try:
                    times = process.cpu_times()
                except psutil.NoSuchProcess:
                    continue
                total += times.user + times.system
        return total


@contextmanager
def floor_stack(*, seats: int) -> Iterator[Stack]:
    """PostgreSQL, Valkey and the main switch, rendered from our own templates."""
    more = {"ASTERISK__ENDPOINTS": str(seats), "TRUNK__MAX_CPS": "500"}
    place = throw_away(processes=("dialer",), more=more)
    with place as home, ExitStack() as servers:
        settings = ProcessSettings()
        home.prepare()
        stack = Stack(settings, home, dict(os.environ))
        stack.pids["postgres"] = _database(settings, home, servers)
        valkey.prepare(home)
        for program, log in (
            (valkey.program(home), "valkey.log"),
            (
                main_instance(settings, asterisk.unpacked(settings, _quiet)).program(),
                "a.log",
            ),
        ):
            process = servers.enter_context(running(program, home.logs / log))
            stack.pids[program.name] = process.pid
        yield stack


def _quiet(_line: str) -> None:
    """Progress of unpacking is not part of a measurement."""
