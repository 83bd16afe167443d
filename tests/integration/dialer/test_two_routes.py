"""Two carriers on the real switch: one attempt, one ring at the debtor's."""

from __future__ import annotations

import asyncio
import re
import shutil
import socket
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from contextlib import ExitStack, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.service import ContactPolicy
from dialer.adapters.ami.telephony import AmiTelephony
from dialer.adapters.board import Board
from dialer.adapters.call_log import CallLog
from dialer.metrics import FloorMetrics
from dialer.routes import Routes
from dialer.settings import DialerSettings
from dialer.shell.leader import Leader, Tools
from dialer.shell.mandate import Mandate, seconds
from foundation.bus import Bus
from foundation.bus import connect as connect_bus
from foundation.db.contact_clock import contact_clock
from foundation.db.leadership import take
from foundation.embedded import asterisk, switch, tools
from foundation.embedded.program import Program, running
from foundation.home import Home
from foundation.ids import uuid7
from foundation.routes import read_routes
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import a_running_campaign, connected
from tests.real_switch import eventually, free_ports, is_taken, switch_settings

SIPP = Path(__file__).parents[2] / "contract" / "telephony" / "sipp"
# name of the route, what plays the carrier, the final answer it gives
CARRIERS = {
    "cheia": ("refuses", 503),
    "toca": ("rings_then", 503),
    "boa": ("rings_then", 486),
}
ROUTE = """
[[route]]
name = "{name}"
host = "127.0.0.1"
port = {port}
simulated = true
caller_ids = ["+551130001000"]
{next}
"""


@dataclass(frozen=True, slots=True)
class Network:
    """A switch with routes to SIPp, and to a port where nobody ever says a word."""

    settings: ProcessSettings
    main: asterisk.Instance
    messages: dict[str, Path]
    silent: socket.socket

    def invites(self, route: str) -> Counter[str]:
        """Calls (not retransmissions) that a carrier was asked for, by number."""
        text = self.messages[route].read_text("utf-8", errors="replace")
        calls = {
            (found[1], found[2])
            for found in re.finditer(
                r"(?ms)^INVITE sip:(\d+)@.*?^Call-ID: (\S+)", text.replace("\r", "")
            )
        }
        return Counter(number for number, _ in calls)

    def rings(self, route: str) -> int:
        text = self.messages[route].read_text("utf-8", errors="replace")
        return len(re.findall(r"(?m)^SIP/2.0 180", text))

    def asked_of_nobody(self) -> set[str]:
        """Call-IDs of the INVITEs that reached the silent port."""
        found: set[str] = set()
        while True:
            try:
                packet = self.silent.recv(65_536).decode("utf-8", "replace")
            except BlockingIOError:
                return found
            if packet.startswith("INVITE "):
                found |= set(re.findall(r"(?m)^Call-ID: (\S+)", packet))


@pytest.fixture(scope="module")
def network(asterisk_prefix: Path) -> Iterator[Network]:
    root = Path(tempfile.mkdtemp(prefix="acordo-two-routes-"))
    ports = dict(zip(CARRIERS, free_ports(len(CARRIERS)), strict=True))
    with ExitStack() as stack:
        stack.callback(shutil.rmtree, root)
        silent = stack.enter_context(socket.socket(socket.AF_INET, socket.SOCK_DGRAM))
        silent.bind(("127.0.0.1", 0))
        silent.setblocking(False)
        every = {**ports, "muda": silent.getsockname()[1]}
        written = [
            ROUTE.format(name=n, port=p, next="" if n == "boa" else 'next = "boa"')
            for n, p in every.items()
        ]
        (root / "routes.toml").write_text("".join(written), "utf-8")
        settings = _settings(root)
        Home(settings.home).prepare()
        main = switch.main_instance(settings, asterisk_prefix)
        messages = {}
        for name, port in ports.items():
            program, messages[name] = _sipp(name, port, root)
            stack.enter_context(running(program, main.home.logs / f"{name}.log"))
        stack.enter_context(running(main.program(), main.home.logs / "main.log"))
        yield Network(settings, main, messages, silent)


def _settings(root: Path) -> ProcessSettings:
    base = switch_settings(root / "var")
    ours = {"silent_after_s": 6.4, "endpoints": 1, "rtp_start": 34200, "rtp_end": 34399}
    return base.model_copy(
        update={
            "asterisk": base.asterisk.model_copy(update=ours),
            "trunk": base.trunk.model_copy(update={"routes": root / "routes.toml"}),
        }
    )


def _sipp(name: str, port: int, root: Path) -> tuple[Program, Path]:
    scenario, code = CARRIERS[name]
    content = (SIPP / f"{scenario}.xml").read_text("utf-8").replace("CODE", str(code))
    file, messages = root / f"{name}.xml", root / f"{name}.messages"
    file.write_text(content, "utf-8")
    command = tools.program("sipp", ProcessSettings(), print)
    arguments = ["-sf", str(file), "-i", "127.0.0.1", "-p", str(port), "-nostdin"]
    arguments += ["-trace_msg", "-message_file", str(messages)]
    arguments += ["-trace_err", "-error_file", str(root / f"{name}.errors")]
    argv = (*command, *arguments)
    return Program(name="sipp", argv=argv, ready=partial(is_taken, port)), messages


@asynccontextmanager
async def leading(
    network: Network, engine: AsyncEngine, settings: ProcessSettings, first: str
) -> AsyncIterator[CallLog]:
    """A leader on the real switch, whose calls go to `first` and then to `boa`."""
    async with engine.begin() as connection:
        clock = await contact_clock(connection, settings)
        term = await take(connection, "floor", "test", lease_s=600)
    assert term is not None
    agents: dict[str, UUID] = {}
    log = CallLog(engine, agents)
    log.contact_clock = clock
    redis = connect_bus(str(settings.redis_url and settings.redis_url.get_secret_value()))
    ami = network.settings.ami
    telephony = AmiTelephony(ami, lambda: network.main.home.secret("ami"))
    routes = [r for r in read_routes(network.settings) if r.name in (first, "boa")]
    ranked = [r.model_copy(update={"priority": int(r.name == "boa")}) for r in routes]
    toolbox = Tools(
        settings=DialerSettings.model_validate(settings.model_dump()),
        engine=engine,
        telephony=telephony,
        policy=ContactPolicy(simulated_route=True),
        routes=Routes(ranked),
        contact_clock=clock,
        call_log=log,
        board=Board(Bus(redis)),
        metrics=FloorMetrics(CollectorRegistry()),
        new_leg=lambda: str(uuid7()),
        cel_path=network.main.home.cel,
    )
    async with telephony, asyncio.TaskGroup() as tasks:
        leader = Leader(toolbox, term, tasks, Mandate(600, seconds()))

        async def follow() -> None:
            async for event in telephony.events():
                await leader.on_event(event)

        work = [
            tasks.create_task(one)
            for one in (
                log.run(), follow(), leader.sweep_for_ever(),
                leader.pacing.run(leader.may_place),
            )
        ]  # fmt: skip
        await eventually(connected(leader))
        yield log
        leader.draining = True
        for task in work:
            task.cancel()
    await redis.aclose()


async def ended(
    network: Network,
    engine: AsyncEngine,
    settings: ProcessSettings,
    first: str,
    debtors: int,
) -> list[tuple[Any, ...]]:
    """Ring a list without agents; the attempts when all have ended, by number."""
    policy = {"mode": "agentless"}
    await a_running_campaign(engine, debtors, policy=policy, ring_timeout_s=20.0)
    query = text("SELECT number, route, outcome FROM attempt ORDER BY number")

    async with leading(network, engine, settings, first) as log:

        async def all_over() -> bool:
            await log.drained()
            async with engine.connect() as connection:
                rows = list(await connection.execute(query))
            return len(rows) == debtors and all(row.outcome for row in rows)

        await eventually(all_over)
    async with engine.connect() as connection:
        return [tuple(row) for row in await connection.execute(query)]


async def test_a_carrier_that_refuses_for_its_own_sake_is_left_for_the_next(
    network: Network, engine: AsyncEngine, settings: ProcessSettings
) -> None:
    rung_before = network.rings("boa")
    before = network.invites("boa")
    attempts = await ended(network, engine, settings, "cheia", debtors=3)
    assert [row[1:] for row in attempts] == [("boa", "busy")] * 3
    numbers = Counter({number[1:]: 1 for number, _, _ in attempts})
    assert network.invites("cheia") == numbers
    assert network.invites("boa") - before == numbers
    assert network.rings("boa") - rung_before == 3


async def test_a_carrier_that_says_nothing_is_left_for_the_next(
    network: Network, engine: AsyncEngine, settings: ProcessSettings
) -> None:
    rung_before, before = network.rings("boa"), network.invites("boa")
    attempts = await ended(network, engine, settings, "muda", debtors=2)
    assert [row[1:] for row in attempts] == [("boa", "busy")] * 2
    assert len(network.asked_of_nobody()) == 2
    assert network.invites("boa") - before == {n[1:]: 1 for n, _, _ in attempts}
    assert network.rings("boa") - rung_before == 2


async def test_a_carrier_that_rang_is_not_left_whatever_it_says_then(
    network: Network, engine: AsyncEngine, settings: ProcessSettings
) -> None:
    before = network.invites("boa").total()
    attempts = await ended(network, engine, settings, "toca", debtors=2)
    assert [row[1:] for row in attempts] == [("toca", "congestion")] * 2
    assert network.rings("toca") == 2
    assert network.invites("boa").total() == before
