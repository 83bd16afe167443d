"""The process of the simulated agents: their headsets, and their hands on the bus."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from subprocess import CalledProcessError, TimeoutExpired
from typing import Any

import numpy as np

from foundation.bus import BOARD, COMMANDS, EVENTS, LOST, Bus
from foundation.bus import connect as connect_bus
from foundation.embedded.asterisk import Instance
from foundation.embedded.valkey import redis_url
from foundation.health import CannotRun
from foundation.home import Home
from foundation.observability import get_logger
from foundation.process import Process
from foundation.reach import reach_bus
from sim import clips, scenarios, switch
from sim.personas import sounds
from sim.phones.hands import Hands
from sim.phones.settings import DEMO_SCENARIO, PhonesSettings
from sim.world.agents import AgentHabits, BadHabits
from sim.world.scenario import BadScenario

NAME = "asterisk-phones"
SOUNDS = "sounds"
TEMPLATES = Path(__file__).with_name("config")
HEADSETS = "fones"
HEADSETS_S = 20.0
SOON_S, WATCH_S = 0.3, 5.0
LOOK_S = 2.0  # the board again: heals what events did not tell
LEAVE_S = 1.5

log = get_logger(__name__)


class ScenarioUnusable(CannotRun):
    """O cenário dos agentes não pode ser usado."""


async def run(process: Process, settings: PhonesSettings) -> None:
    """Seat the agents until the process is told to stop."""
    process.missing.lacks(HEADSETS)
    home = Home(settings.home)
    home.prepare()
    ours = settings.phones
    habits = await asyncio.to_thread(_habits, ours.scenario or DEMO_SCENARIO)
    switch.refuse_busy_port(ours.sip_host, ours.sip_port, "SIP dos fones simulados")
    phones = await switch.instance(NAME, settings, home)
    await asyncio.to_thread(clips.encode_all, phones.root / SOUNDS)
    values = _values(settings, home, phones)
    switch.prepare(phones, TEMPLATES, values, transmit_silence="yes")
    log_file = home.logs / f"{NAME}.log"
    client = connect_bus(redis_url(settings))
    try:
        await reach_bus(client)
        async with switch.running(phones, log_file) as child:
            floor = _Floor(Bus(client), endpoints(settings), habits, ours.seed)
            seated = asyncio.Event()
            watch = _watch(process, phones, len(floor.hands), seated)
            tasks = [
                process.start(watch, "headsets"),
                process.start(_work(floor, seated), "hands"),
            ]
            ended = switch.died(phones, child, log_file)
            await switch.until_stopped(process.stopping, ended)
            await floor.leave()
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
    finally:
        await client.aclose()


def endpoints(settings: PhonesSettings) -> list[str]:
    """Names of the seats, as the switch knows them."""
    first = settings.phones.first
    return [f"agent{number:03}" for number in range(first, first + settings.phones.agents)]


def _habits(path: Path) -> AgentHabits:
    try:
        return scenarios.load(path).agents
    except (BadScenario, BadHabits, OSError) as error:
        raise ScenarioUnusable(f"o cenário não pode ser usado: {error}") from error


def _values(settings: PhonesSettings, home: Home, phones: Instance) -> dict[str, object]:
    ours = settings.phones
    return {
        "sip_host": ours.sip_host,
        "sip_port": ours.sip_port,
        "rtp_start": ours.rtp_start,
        "rtp_end": ours.rtp_end,
        "switch_host": settings.asterisk.sip_host,
        "switch_port": settings.asterisk.sip_port,
        "sounds": switch.plain(phones.root / SOUNDS),
        "clips": [sounds.playable(sound_id) for sound_id in sounds.ids("agent")],
        "seats": [
            {"name": name, "password": home.derived_secret("sip", name)}
            for name in endpoints(settings)
        ],
    }


class _Floor:
    """The hands of all agents, and what the floor shows of their seats."""

    def __init__(
        self, bus: Bus, seats: Sequence[str], habits: AgentHabits, seed: int
    ) -> None:
        self._bus = bus
        self._leaving = False
        self.hands = {
            name: Hands(name, habits, np.random.default_rng([seed, place]), self._send)
            for place, name in enumerate(seats)
        }

    async def follow(self) -> None:
        """Tell each agent what happens to his seat."""
        async for message in self._bus.consume(EVENTS):
            if message.fields.get("kind") == "agent":
                self._show(str(message.fields.get("agent")), message.fields)

    async def look_again(self) -> None:
        """Tell each agent what his seat looks like now; an unknown seat is offline."""
        while True:
            try:
                board = await self._bus.table(BOARD)
            except LOST as error:
                log.warning("board_unread", why=type(error).__name__)
            else:
                for name in self.hands:
                    self._show(name, board.get(name) or {"state": "offline"})
            await asyncio.sleep(LOOK_S)

    async def leave(self) -> None:
        """Log everybody out, as far as the bus lets us in a moment."""
        self._leaving = True  # a seat that shows `offline` now is as it should be
        try:
            async with asyncio.timeout(LEAVE_S):
                for hands in self.hands.values():
                    await hands.leave()
        except (*LOST, TimeoutError) as error:
            log.warning("agents_left_without_a_word", why=type(error).__name__)

    def _show(self, name: str, entry: Mapping[str, Any]) -> None:
        hands = self.hands.get(name)
        if hands is not None and not self._leaving:
            since = str(entry.get("since") or "")
            hands.see(str(entry.get("state")), entry.get("call"), since)

    async def _send(self, command: Mapping[str, Any]) -> None:
        try:
            await self._bus.publish(COMMANDS, command)
        except LOST as error:  # asked again soon, as every command is
            log.warning("command_unsent", why=type(error).__name__)


async def _work(floor: _Floor, seated: asyncio.Event) -> None:
    """Let the agents begin when they have their headsets, or in spite of a missing one."""
    with suppress(TimeoutError):
        async with asyncio.timeout(HEADSETS_S):
            await seated.wait()
    async with asyncio.TaskGroup() as tasks:
        tasks.create_task(floor.follow())
        tasks.create_task(floor.look_again())


async def _watch(
    process: Process, phones: Instance, count: int, seated: asyncio.Event
) -> None:
    """Say that we serve while every headset is registered."""
    while True:
        registered = await asyncio.to_thread(_registered, phones)
        if registered >= count:
            process.missing.has(HEADSETS)
            seated.set()
        else:
            process.missing.lacks(HEADSETS)
        await asyncio.sleep(WATCH_S if registered >= count else SOON_S)


def _registered(phones: Instance) -> int:
    try:
        lines = phones.cli("pjsip show registrations").splitlines()
    except (CalledProcessError, TimeoutExpired) as error:
        log.warning("headsets_not_counted", why=type(error).__name__)
        return 0
    return sum(" Registered" in line for line in lines)
