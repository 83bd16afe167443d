"""Simulated agents on a real switch: headsets register, answer and speak; hands work."""

from __future__ import annotations

import asyncio
import re
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from dialer.adapters.ami.telephony import AmiTelephony
from dialer.calls.events import Answered, ConnectionRestored
from dialer.ports import Origination
from foundation.bus import BOARD, COMMANDS, EVENTS, Bus, Message, connect
from foundation.embedded.asterisk import Instance
from foundation.embedded.program import running
from foundation.embedded.switch import main_instance
from foundation.home import Home
from foundation.settings import PREFIX, ProcessSettings
from sim.scenarios import FOLDER
from sim.throw_away import free_port
from tests.builders.processes import Processes, Started

AGENTS = 3


@asynccontextmanager
async def phones(environment: dict[str, str]) -> AsyncIterator[Started]:
    """Run `acordo phones` until the block ends; enters when every headset is registered."""
    arguments = ("--agents", str(AGENTS), "--first", "2")
    quick = ("--scenario", str(FOLDER / "every_outcome.toml"))  # quick wrap-ups
    async with Processes(environment) as processes:
        started = await processes.serving("phones", *arguments, *quick)
        yield started
        await started.stop()


@pytest.fixture
def environment(
    fresh_home: Home, valkey_url: str, monkeypatch: pytest.MonkeyPatch
) -> dict[str, str]:
    values = {
        "HOME": str(fresh_home.root),
        "REDIS_URL": valkey_url,
        "ASTERISK__SIP_PORT": str(free_port(socket.SOCK_DGRAM)),
        "ASTERISK__HTTP_PORT": str(free_port(socket.SOCK_STREAM)),
        "ASTERISK__ENDPOINTS": "5",
        "AMI__PORT": str(free_port(socket.SOCK_STREAM)),
        "PHONES__SIP_PORT": str(free_port(socket.SOCK_DGRAM)),
    }
    found = {f"{PREFIX}{name}": value for name, value in values.items()}
    for name, value in found.items():
        monkeypatch.setenv(name, value)
    return found


async def test_headsets_register_answer_and_speak(
    environment: dict[str, str], fresh_home: Home, asterisk_prefix: Path
) -> None:
    fresh_home.prepare()
    switch = main_instance(ProcessSettings(), asterisk_prefix)
    with running(switch.program(), fresh_home.logs / "asterisk.log"):
        async with phones(environment):
            contacts = switch.cli("pjsip show contacts")
            assert all(
                f"agent00{number}/sip:agent00{number}@" in contacts for number in (2, 3, 4)
            )
            assert "agent001/sip" not in contacts
            await _originate(fresh_home)
            packets = await _received(switch)
    assert packets > 25  # half a second of speech


async def _originate(home: Home) -> None:
    """Nail an agent's leg up, as the dialer does."""
    ami = ProcessSettings().ami
    leg = Origination(
        channel="leg-of-agent002",
        dial="PJSIP/agent002",
        context="agent",
        extension="nail",
        timeout_s=10,
    )
    async with AmiTelephony(ami, lambda: home.secret("ami")) as telephony:
        async for event in telephony.events():
            if isinstance(event, ConnectionRestored):
                await telephony.originate(leg)
            if isinstance(event, Answered) and event.channel == leg.channel:
                return


async def _received(switch: Instance) -> int:
    """Wait until the leg has brought sound; return how many packets."""
    async with asyncio.timeout(60):
        while True:
            stats = re.search(r"agent002-\S+ +\S+ +alaw +(\d+)", _stats(switch))
            if stats is not None and int(stats[1]) > 25:
                return int(stats[1])
            await asyncio.sleep(0.1)


def _stats(switch: Instance) -> str:
    return switch.cli("pjsip show channelstats")


async def test_hands_do_what_the_floor_shows(
    environment: dict[str, str], fresh_home: Home, asterisk_prefix: Path, valkey_url: str
) -> None:
    fresh_home.prepare()
    switch = main_instance(ProcessSettings(), asterisk_prefix)
    client = connect(valkey_url)
    bus = Bus(client)
    try:
        with running(switch.program(), fresh_home.logs / "asterisk.log"):
            start = await bus.last_id(COMMANDS)
            async with phones(environment):
                await _until(
                    bus, start, {("log_in", "agent004"), ("available", "agent004")}
                )
                wrap_up = {"state": "wrap_up", "since": "2099", "call": "c"}
                await bus.put(BOARD, {"agent003": wrap_up})
                await bus.publish(EVENTS, {"kind": "agent", "agent": "agent003", **wrap_up})
                done = await _until(bus, start, {("wrap_up_done", "agent003")})
            await _until(
                bus, start, {("log_out", f"agent00{number}") for number in (2, 3, 4)}
            )
    finally:
        await client.aclose()
    assert done[-1].fields["code"]


async def _until(bus: Bus, start: str, wanted: set[tuple[str, str]]) -> list[Message]:
    """Read commands until all the wanted ones were given; return all."""
    seen = []
    async with asyncio.timeout(120):
        async for message in bus.consume(COMMANDS, start):
            seen.append(message)
            wanted.discard((message.fields["do"], message.fields["agent"]))
            if not wanted:
                return seen
    raise AssertionError(wanted)
