"""Do each kind of fault once; what it does to whom the generator passed in decides."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from foundation.health import CannotRun
from sim.carrier import inbound
from sim.carrier.settings import CarrierSettings
from sim.faults import carrier_moods, disk, moved_clock, processes
from sim.faults.ami_proxy import Cut, When
from sim.faults.centre import Centre
from sim.faults.network import Cut as WireCut
from sim.world.trace import Timed

if TYPE_CHECKING:  # it needs the tools of development
    from sim.faults.browser_seat import Seat

CALLER = "5511900000{:03d}"
OUR_NUMBER = "551140040001"
CALLERS, BETWEEN_S, CALLS_FOR_S = 3, 0.7, 12.0
PERSON = inbound.Persona(talk_s=CALLS_FOR_S, says=(Timed(0.5, "alo_santa"),))
AMI_WITHIN_S = 30.0
MOVES_S = (-600, -45, -7, 7, 45, 600)


class DidNotComeUp(CannotRun):
    """A ocasião da falha não veio."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """What a fault is done to. `seat`: the agent in a browser, if one sits there."""

    centre: Centre
    rng: random.Random
    seat: Seat | None = None

    @property
    def browser(self) -> Seat:
        if self.seat is None:
            raise DidNotComeUp("ninguém no navegador")
        return self.seat


Span = tuple[float, float]  # from when to when
Do = Callable[[Scene], Awaitable[Span]]


def _kill(name: str) -> Do:
    async def do(scene: Scene) -> Span:
        at = processes.kill(scene.centre, name)
        return at, at

    return do


async def _kill_ura(scene: Scene) -> Span:
    """While people call in: one is greeted just then."""
    settings = CarrierSettings()
    at = 0.0
    for nth in range(CALLERS):
        number = CALLER.format(scene.rng.randrange(1000))
        inbound.call_in(settings, number, OUR_NUMBER, PERSON)
        await asyncio.sleep(scene.rng.uniform(0.3, 1.0) * BETWEEN_S)
        if nth == 0:
            at = processes.kill(scene.centre, "ura")
    return at, at


async def _kill_valkey(scene: Scene) -> Span:
    at = processes.kill_and_empty_valkey(scene.centre)
    return at, at


def _ami(when: When) -> Do:
    async def do(scene: Scene) -> Span:
        actions = ("Originate",) if when is When.AFTER else ("Originate", "Redirect")
        scene.centre.ami.plan = cut = Cut(scene.rng.choice(actions), when)
        try:
            async with asyncio.timeout(AMI_WITHIN_S):
                await cut.done.wait()
        except TimeoutError as error:
            scene.centre.ami.plan = None
            raise DidNotComeUp(f"nenhuma ação {cut.action} passou pela AMI") from error
        at = time.time()
        return at, at

    return do


def _mood(mood: str, low_s: float, high_s: float) -> Do:
    async def do(scene: Scene) -> Span:
        seconds = scene.rng.uniform(low_s, high_s)
        return await carrier_moods.in_a_mood(scene.centre, mood, seconds)

    return do


async def _closed(scene: Scene) -> Span:
    """Closed; opened again some seconds later, by hand."""
    began_at = time.time()
    await scene.browser.close()
    await asyncio.sleep(scene.rng.uniform(1.0, 5.0))
    await scene.browser.open()
    return began_at, time.time()


async def _reloaded(scene: Scene) -> Span:
    began_at = time.time()
    await scene.browser.reload()
    return began_at, time.time()


def _offline(seconds: float) -> Do:
    async def do(scene: Scene) -> Span:
        ways: tuple[WireCut, ...] = ("stalled", "broken", "forgotten")
        began_at = time.time()
        scene.centre.network.cut(scene.rng.choice(ways))
        await asyncio.sleep(seconds)
        scene.centre.network.restore()
        return began_at, time.time()

    return do


async def _clock(scene: Scene) -> Span:
    """It stays where it was moved to."""
    at = time.time()
    moved_clock.move(scene.centre.home, scene.rng.choice(MOVES_S))
    await asyncio.sleep(2 * moved_clock.READ_AGAIN_S)
    return at, at


async def _disk(scene: Scene) -> Span:
    began_at = time.time()
    ballast = await asyncio.to_thread(disk.fill, scene.centre.home.recordings_clear)
    try:
        await asyncio.sleep(scene.rng.uniform(5.0, 8.0))
    finally:
        ballast.unlink()
    return began_at, time.time()


DO: Mapping[str, Do] = {
    "kill_dialer": _kill("dialer"),
    "kill_ura": _kill_ura,
    "kill_console": _kill("console"),
    "kill_worker": _kill("worker"),
    "ami_before": _ami(When.BEFORE),
    "ami_unanswered": _ami(When.UNANSWERED),
    "ami_between": _ami(When.BETWEEN),
    "ami_after": _ami(When.AFTER),
    "kill_asterisk": _kill("asterisk"),
    "kill_postgres": _kill("postgres"),
    "kill_valkey": _kill_valkey,
    "carrier_silent": _mood("silent", 4.0, 8.0),
    "carrier_refuses": _mood("refuses", 3.0, 6.0),
    "carrier_answers": _mood("answers", 2.0, 3.5),
    "browser_closed": _closed,
    "browser_reloaded": _reloaded,
    "browser_5s": _offline(5.0),
    "browser_60s": _offline(60.0),
    "clock_moved": _clock,
    "disk_full": _disk,
}
"""By kind; each returns from when to when it disturbed. Raises CannotRun."""
