"""Start the simulated network as a process of its own, on free ports, for one test."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
import urllib.error
import urllib.request
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.carrier import trace_file, truth
from sim.carrier.wire import WireCall
from sim.world.trace import TraceRow
from tests.integration.carrier.caller import Caller

READY_S = 60.0
ACORDO = str(Path(sys.executable).with_name("acordo"))


def free_port(kind: socket.SocketKind) -> int:
    with socket.socket(socket.AF_INET, kind) as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass
class Network:
    """A running network: where it listens, and what it wrote once it has stopped."""

    home: Path
    port: int
    health_port: int
    switch_port: int
    process: asyncio.subprocess.Process

    @property
    def settings(self) -> dict[str, str]:
        return environment(self.home, self.port, self.health_port, self.switch_port)

    async def stop(self) -> str:
        """Stop it as a supervisor would; return what it printed."""
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGTERM)
        async with asyncio.timeout(10):
            _, printed = await self.process.communicate()
        return printed.decode()

    def truth(self) -> list[WireCall]:
        return list(truth.read(self.home / "asterisk-carrier" / truth.FILE))


def environment(
    home: Path, port: int, health_port: int, switch_port: int
) -> dict[str, str]:
    return {
        "ACORDO_HOME": str(home),
        "ACORDO_TRUNK__PORT": str(port),
        "ACORDO_CARRIER__HEALTH_PORT": str(health_port),
        "ACORDO_CARRIER__RTP_START": "36000",
        "ACORDO_CARRIER__RTP_END": "37999",
        "ACORDO_ASTERISK__SIP_PORT": str(switch_port),
    }


async def start(
    home: Path, *arguments: str, port: int | None = None, switch_port: int = 9
) -> Network:
    """Start `acordo carrier`; does not wait for it."""
    sip = port or free_port(socket.SOCK_DGRAM)
    health = free_port(socket.SOCK_STREAM)
    process = await asyncio.create_subprocess_exec(
        ACORDO,
        "carrier",
        *arguments,
        env={**os.environ, **environment(home, sip, health, switch_port)},
        stderr=asyncio.subprocess.PIPE,
    )
    return Network(home, sip, health, switch_port, process)


@asynccontextmanager
async def serving(
    home: Path, rows: Iterable[TraceRow], *options: str, switch_port: int = 9
) -> AsyncIterator[Network]:
    """Run a network by a trace until the block ends; enters when it is ready."""
    trace = home.parent / "trace.csv"
    trace_file.write(trace, rows)
    network = await start(home, "--trace", str(trace), *options, switch_port=switch_port)
    try:
        await until_ready(network)
        yield network
    finally:
        await network.stop()


@asynccontextmanager
async def calling(
    home: Path, rows: Iterable[TraceRow], *options: str
) -> AsyncIterator[tuple[Network, Caller]]:
    """The same, with somebody who calls."""
    async with (
        serving(home, rows, *options) as network,
        Caller("127.0.0.1", network.port) as caller,
    ):
        yield network, caller


async def until_ready(network: Network) -> None:
    async with asyncio.timeout(READY_S):
        while not await asyncio.to_thread(is_ready, network.health_port):
            assert network.process.returncode is None, await network.stop()
            await asyncio.sleep(0.1)


def is_ready(port: int) -> bool:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, ConnectionError, TimeoutError):
        return False
