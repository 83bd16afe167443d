"""Start the simulated network as a process of its own, on free ports, for one test."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

from sim.carrier import trace_file, truth
from sim.carrier.wire import WireCall
from sim.throw_away import free_port
from sim.world.trace import TraceRow
from tests.builders.processes import Processes, Started
from tests.integration.carrier.caller import Caller


@dataclass
class Network:
    """A running network: where it listens, and what it wrote once it has stopped."""

    home: Path
    port: int
    switch_port: int
    started: Started

    @property
    def settings(self) -> dict[str, str]:
        return environment(self.home, self.port, self.switch_port) | {
            "ACORDO_CARRIER__HEALTH_PORT": str(self.started.health_port)
        }

    def truth(self) -> list[WireCall]:
        return list(truth.read(self.home / "asterisk-carrier" / truth.FILE))


def environment(home: Path, port: int, switch_port: int) -> dict[str, str]:
    return {
        "ACORDO_HOME": str(home),
        "ACORDO_TRUNK__PORT": str(port),
        "ACORDO_CARRIER__RTP_START": "36000",
        "ACORDO_CARRIER__RTP_END": "37999",
        "ACORDO_ASTERISK__SIP_PORT": str(switch_port),
    }


@asynccontextmanager
async def starting(
    home: Path, *arguments: str, port: int | None = None, switch_port: int = 9
) -> AsyncIterator[Network]:
    """Start `acordo carrier` without waiting for it; stopped when the block ends."""
    sip = port or free_port(socket.SOCK_DGRAM)
    async with Processes(environment(home, sip, switch_port)) as processes:
        started = await processes.start("carrier", *arguments)
        yield Network(home, sip, switch_port, started)
        await started.stop()


@asynccontextmanager
async def serving(
    home: Path, rows: Iterable[TraceRow], *options: str, switch_port: int = 9
) -> AsyncIterator[Network]:
    """Run a network by a trace until the block ends; enters when it is ready."""
    trace = home.parent / "trace.csv"
    trace_file.write(trace, rows)
    arguments = ("--trace", str(trace), *options)
    async with starting(home, *arguments, switch_port=switch_port) as network:
        await network.started.ready()
        yield network


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
