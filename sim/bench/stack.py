"""A throw-away installation to measure on: own state folder, own ports, real servers."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from foundation.db.engine import database_url
from foundation.db.migrate import upgrade
from foundation.embedded import asterisk, postgres, valkey
from foundation.embedded.program import running
from foundation.embedded.switch import main_instance
from foundation.home import Home
from foundation.settings import PREFIX, ProcessSettings

RTP_PORTS = 4000


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A port of loopback that nobody holds at this moment."""
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@contextmanager
def _environment(changes: dict[str, str]) -> Iterator[dict[str, str]]:
    """Settings of a folder of its own, in this process and for its children."""
    root = Path(tempfile.mkdtemp(prefix="acordo-bench-"))
    before = {name: value for name, value in os.environ.items() if name.startswith(PREFIX)}
    for name in before:
        del os.environ[name]
    root.chmod(0o711)
    os.environ |= {"ACORDO_HOME": str(root / "var")} | changes
    try:
        yield dict(os.environ)
    finally:
        for name in [name for name in os.environ if name.startswith(PREFIX)]:
            del os.environ[name]
        os.environ |= before
        shutil.rmtree(root, ignore_errors=True)


@contextmanager
def database_only() -> Iterator[dict[str, str]]:
    """PostgreSQL alone, migrated; yields the environment for commands."""
    with _environment({}) as environment, ExitStack() as servers:
        settings = ProcessSettings()
        home = Home(settings.home)
        home.prepare()
        _database(settings, home, servers)
        yield environment


def _database(settings: ProcessSettings, home: Home, servers: ExitStack) -> int:
    postgres.prepare(home)
    process = servers.enter_context(
        running(postgres.program(home), home.logs / "postgres.log")
    )
    asyncio.run(upgrade(database_url(settings)))
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
    rtp = 20_000 + 4 * (os.getpid() % 5_000)
    changes = {
        "ACORDO_ASTERISK__SIP_PORT": str(free_port(socket.SOCK_DGRAM)),
        "ACORDO_ASTERISK__HTTP_PORT": str(free_port()),
        "ACORDO_ASTERISK__ENDPOINTS": str(seats),
        "ACORDO_ASTERISK__RTP_START": str(rtp),
        "ACORDO_ASTERISK__RTP_END": str(rtp + RTP_PORTS),
        "ACORDO_AMI__PORT": str(free_port()),
        "ACORDO_AGI__PORT": str(free_port()),
        "ACORDO_TRUNK__PORT": str(free_port(socket.SOCK_DGRAM)),
        "ACORDO_TRUNK__MAX_CPS": "500",
        "ACORDO_DIALER__HEALTH_PORT": str(free_port()),
    }
    with _environment(changes) as environment, ExitStack() as servers:
        settings = ProcessSettings()
        home = Home(settings.home)
        home.prepare()
        stack = Stack(settings, home, environment)
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
