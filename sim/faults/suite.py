"""A run with faults: one after another at random moments, each time until all is whole."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from typing import TYPE_CHECKING

from dialer.state.checking import LoginRefused, SwitchUnreachable, check
from dialer.state.invariants import Violation
from dialer.state.words import subject
from foundation.embedded.errors import ServerProblem
from foundation.health import CannotRun
from foundation.plan import UpSettings
from foundation.supervision import Child
from sim import runner
from sim.faults import looking, moved_clock
from sim.faults.centre import Centre, standing
from sim.faults.doing import DO, DidNotComeUp, Scene
from sim.faults.evidence import Attempt, Breach, Evidence, Fault
from sim.faults.kinds import Kind
from sim.faults.service import POLL_S, Service
from sim.faults.watch import AWAY, Watch
from sim.installation import Say
from sim.world.compare import Seen

if TYPE_CHECKING:  # it needs the tools of development
    from sim.faults.browser_seat import Seat

MOMENT_S = (0.2, 2.5)  # at random, once calls are in progress
DWELL_S = {"clock_moved": 12.0}  # so long it must also work with a wrong clock
SECONDS_EACH, CALLS_PER_S = 20.0, 4.0  # at most, for the length of the list
THRESHOLD_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done. `planned`: kinds with how often; `within_s`: none after that."""

    planned: Sequence[tuple[Kind, int]]
    seed: int
    within_s: float = float("inf")
    keep: bool = False

    @property
    def needs(self) -> set[str]:
        return {kind.needs for kind, _ in self.planned} - {""}

    @property
    def debtors(self) -> int:
        """More than can be called in the time that it may take."""
        seconds = sum(
            times * (SECONDS_EACH + (60 if kind.name == "browser_60s" else 0))
            for kind, times in self.planned
        )
        return round(200 + CALLS_PER_S * seconds)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run leaves: evidence, and what could not be done, in pt-BR."""

    evidence: Evidence
    not_done: tuple[str, ...]


async def run(order: Order, say: Say) -> Outcome:
    """Do it all; raises CannotRun, ServerProblem when the centre itself does not stand."""
    async with standing(order.debtors, order.needs, say, keep=order.keep) as centre:
        watch = Watch(centre.engine, centre.heard)
        watching = asyncio.create_task(watch.run())
        suite = _Suite(centre, watch, random.Random(order.seed))  # noqa: S311 - for moments
        try:
            await suite.do(order.planned, time.monotonic() + order.within_s)
            await suite.end()
            attempts = tuple(await looking.attempts(centre.engine))
        finally:
            watching.cancel()
            await asyncio.wait({watching})
    return Outcome(suite.evidence(attempts, tuple(centre.told)), tuple(suite.not_done))


class _Suite:
    """One run over one centre."""

    def __init__(self, centre: Centre, watch: Watch, rng: random.Random) -> None:
        self.not_done: list[str] = []
        self._centre = centre
        self._watch = watch
        self._service = Service(centre, watch)
        self._rng = rng
        self._faults: list[Fault] = []
        self._breaches: list[Breach] = []

    async def do(
        self, planned: Sequence[tuple[Kind, int]], until: float = float("inf")
    ) -> None:
        """Kinds that need the same are done in one scene; one that fails ends the scene.

        Until that instant (monotonic); what was left out then is said.
        """
        for needs, together in groupby(planned, lambda one: one[0].needs):
            left = list(together)
            if time.monotonic() >= until:
                self.not_done += [_out_of_time(kind, 0, times) for kind, times in left]
                continue
            try:
                async with self._scene(needs) as scene:
                    while left:
                        kind, times = left[0]
                        for nth in self._in_time(kind, times, until):
                            await self._tried(kind, nth, scene)
                        del left[0]
            except (CannotRun, ServerProblem) as error:
                self.not_done += [f"{kind.title}: {error}" for kind, _ in left]
                self._centre.say(f"NÃO FEITO: {error}")

    def _in_time(self, kind: Kind, times: int, until: float) -> Iterator[int]:
        """1, 2 ... `times`; fewer when the time is over, which is said."""
        for nth in range(1, times + 1):
            if time.monotonic() >= until:
                self.not_done.append(_out_of_time(kind, nth - 1, times))
                return
            yield nth

    @asynccontextmanager
    async def _scene(self, needs: str) -> AsyncIterator[Scene]:
        """Prepare what kinds need; it is taken away after the last of their faults."""
        scene = Scene(centre=self._centre, rng=self._rng)
        match needs:
            case "browser":
                async with _browser(self._centre) as seat:
                    self._watch.browser_sits = True
                    try:
                        yield replace(scene, seat=seat)
                    finally:
                        self._watch.browser_sits = False
            case "clock":
                async with self._movable():
                    yield scene
            case _:
                yield scene

    @asynccontextmanager
    async def _movable(self) -> AsyncIterator[None]:
        centre, child = self._centre, self._centre.children[moved_clock.WHOSE]
        preload = await asyncio.to_thread(moved_clock.library, UpSettings(), centre.say)
        before = child.program
        child.program = moved_clock.movable(before, centre.home, preload)
        await self._anew(child)
        try:
            yield
        finally:
            child.program = before
            await self._anew(child)

    async def _anew(self, child: Child) -> None:
        """Have the supervisor start it as it is now."""
        mark = await self._service.mark()
        if child.process is not None:
            child.process.terminate()
        await asyncio.sleep(POLL_S)
        await self._service.back(mark, time.time())

    async def _tried(self, kind: Kind, nth: int, scene: Scene) -> None:
        """One that found no occasion does not keep the others from being done."""
        try:
            await self._one(kind, nth, scene)
        except DidNotComeUp as error:
            self.not_done.append(f"{kind.title} {nth}: {error}")
            self._centre.say(f"NÃO FEITO: {error}")

    async def _one(self, kind: Kind, nth: int, scene: Scene) -> None:
        await self._service.in_flight()
        await asyncio.sleep(self._rng.uniform(*MOMENT_S))
        if scene.seat is not None:
            await scene.seat.talking()
        before = await self._service.mark()
        began_at, over_at = await DO[kind.name](scene)
        mark = await self._service.mark_or(before)
        paced_at, served_at = await self._service.back(mark, over_at)
        fault = Fault(
            kind=kind.name,
            nth=nth,
            began_at=began_at,
            over_at=over_at,
            paced_at=paced_at,
            served_at=served_at,
            switch_died=kind.switch_dies,
        )
        self._faults.append(fault)
        self._tell(fault)
        await asyncio.sleep(DWELL_S.get(kind.name, 0))
        await self._inspect()

    async def _inspect(self) -> None:
        """Look whether the invariants hold; when all is whole again they must."""
        at = self._faults[-1].over_at
        try:
            checked = await check(self._centre.settings)
        except (*AWAY, SwitchUnreachable, LoginRefused) as error:
            said = f"as invariantes não puderam ser lidas ({type(error).__name__})"
            self._breaches.append(Breach(at=at, says=said))
            return
        self._breaches += [Breach(at=at, says=_told(one)) for one, _ in checked.violations]

    def _tell(self, fault: Fault) -> None:
        def after(at: float | None) -> str:
            return "nunca" if at is None else f"{at - fault.over_at:.1f} s"

        self._centre.say(
            f"{fault.kind} {fault.nth}: discando de novo em {after(fault.paced_at)}, "
            f"inteiro em {after(fault.served_at)}"
        )

    async def end(self) -> None:
        """Stop the campaign and wait until no call is open, and its sound is measured."""
        settings = self._centre.settings
        await runner.acordo(settings, "campaign", "stop", runner.CAMPAIGN)
        self._centre.say("parada; esperando as chamadas em curso")
        await self._service.drained()
        await self._service.listened()

    def evidence(
        self, attempts: tuple[Attempt, ...], network: tuple[Seen, ...]
    ) -> Evidence:
        return Evidence(
            faults=tuple(self._faults),
            attempts=attempts,
            network=network,
            stays=self._watch.stays,
            quiets=tuple(self._watch.quiets),
            breaches=tuple(self._breaches),
            threshold_s=THRESHOLD_S,
            answered=len(self._watch.quiets),
        )


def _out_of_time(kind: Kind, done: int, times: int) -> str:
    return f"{kind.title}: {done} de {times}, o tempo dado acabou"


def _told(broken: Violation) -> str:
    detail = ", ".join(f"{name} {value}" for name, value in broken.detail.items())
    return f"{subject(broken.kind, broken.subject)}: {broken.code} ({detail})"


class NoDriver(CannotRun):
    """Falta o Playwright, uma ferramenta de desenvolvimento: make setup."""


def _browser(centre: Centre) -> AbstractAsyncContextManager[Seat]:
    try:
        from sim.faults.browser_seat import seated
    except ModuleNotFoundError as error:
        raise NoDriver(str(NoDriver.__doc__)) from error
    return seated(centre)
