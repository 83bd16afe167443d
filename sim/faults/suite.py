"""A run with faults: one after another at random moments, each time until all is whole."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from subprocess import CalledProcessError, TimeoutExpired

from foundation.embedded.errors import ServerProblem
from foundation.health import CannotRun
from foundation.plan import UpSettings
from foundation.supervision import Child, State
from sim import runner
from sim.faults import looking, looks, moved_clock
from sim.faults.browser_seat import seated
from sim.faults.centre import Centre, standing
from sim.faults.doing import DO, Scene
from sim.faults.evidence import Attempt, Breach, Evidence, Fault
from sim.faults.kinds import Kind
from sim.faults.looking import Mark
from sim.faults.watch import AWAY, Watch
from sim.installation import Say
from sim.world.compare import Seen

SERVES = frozenset({"idle", "reserved", "talking", "wrap_up"})
IN_FLIGHT, AIR_S = 3, 20.0  # a fault should find calls; it does not wait for ever
MOMENT_S = (0.2, 2.5)  # after that, at random
BACK_S = 90.0  # not back by then: it is down
POLL_S = 0.1
LONG_DWELL_S = {"clock_moved": 12.0}  # so long it must also work with a wrong clock
LISTENED_S = 30.0
SECONDS_EACH, CALLS_PER_S = 20.0, 4.0  # at most, for the length of the list
THRESHOLD_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What is to be done. `planned`: kinds with how often."""

    planned: Sequence[tuple[Kind, int]]
    seed: int
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
        suite = _Suite(centre, watch, random.Random(order.seed))  # noqa: S311 - chooses moments
        try:
            await suite.do(order)
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
        self._rng = rng
        self._faults: list[Fault] = []
        self._breaches: list[Breach] = []

    async def do(self, order: Order) -> None:
        for kind, times in order.planned:
            try:
                async with self._scene(kind) as scene:
                    for nth in range(1, times + 1):
                        await self._one(kind, nth, scene)
            except (CannotRun, ServerProblem) as error:
                self.not_done.append(f"{kind.title}: {error}")
                self._centre.say(f"NÃO FEITO: {kind.name}: {error}")

    @asynccontextmanager
    async def _scene(self, kind: Kind) -> AsyncIterator[Scene]:
        """Prepare what a kind needs; it is taken away after its last fault."""
        scene = Scene(centre=self._centre, rng=self._rng)
        match kind.needs:
            case "browser":
                async with seated(self._centre) as seat:
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
        mark = await looking.mark(self._centre.engine)
        if child.process is not None:
            child.process.terminate()
        await asyncio.sleep(POLL_S)
        await self._back(mark, time.time())

    async def _one(self, kind: Kind, nth: int, scene: Scene) -> None:
        await self._in_flight()
        await asyncio.sleep(self._rng.uniform(*MOMENT_S))
        before = await looking.mark(self._centre.engine)
        began_at, over_at = await DO[kind.name](scene)
        mark = await self._mark_or(before)
        paced_at, served_at = await self._back(mark, over_at)
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
        await asyncio.sleep(LONG_DWELL_S.get(kind.name, 0))
        await self._inspect()

    async def _mark_or(self, before: Mark) -> Mark:
        """This instant; the one before the fault when the database is what died."""
        try:
            async with asyncio.timeout(1):
                return await looking.mark(self._centre.engine)
        except AWAY:
            return before

    async def _inspect(self) -> None:
        """Look whether the invariants hold; when all is whole again they must."""
        try:
            found = await looks.twice(self._centre.engine, self._centre.switch)
        except (*AWAY, CalledProcessError, TimeoutExpired) as error:
            found = [f"invariantes não puderam ser lidas: {type(error).__name__}"]
        self._breaches += [Breach(at=self._faults[-1].over_at, says=says) for says in found]

    async def _in_flight(self) -> None:
        """Wait until calls are in progress, for a while."""
        deadline = time.monotonic() + AIR_S
        while time.monotonic() < deadline:
            if await looking.open_calls(self._centre.engine) >= IN_FLIGHT:
                return
            await asyncio.sleep(POLL_S)

    async def _back(self, mark: Mark, since: float) -> tuple[float | None, float | None]:
        """When it dialled again, and when all was whole again; None: not in time."""
        paced_at: float | None = None
        while time.time() - since < BACK_S:
            if paced_at is None and await self._dials(mark):
                paced_at = time.time()
            if paced_at is not None and await self._whole(since):
                return paced_at, time.time()
            await asyncio.sleep(POLL_S)
        return paced_at, None

    async def _dials(self, mark: Mark) -> bool:
        try:
            async with asyncio.timeout(5):
                return await looking.dials_since(self._centre.engine, mark)
        except AWAY:
            return False

    async def _whole(self, since: float) -> bool:
        """Every process ready, every agent seen in his seat after that instant."""
        agents = self._watch.now
        if not agents or any(s.until < since or s.state not in SERVES for s in agents):
            return False
        children = self._centre.children.values()
        if any(child.state is not State.READY for child in children):
            return False
        ready = [asyncio.to_thread(child.program.ready) for child in children]
        return all(await asyncio.gather(*ready))

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
        await self._drained()
        await self._listened()

    async def _drained(self) -> None:
        """An attempt that stays open is a finding, not an error."""
        deadline = time.monotonic() + BACK_S
        while time.monotonic() < deadline:
            if await looking.open_calls(self._centre.engine) == 0:
                return
            await asyncio.sleep(POLL_S)

    async def _listened(self) -> None:
        """Wait until the last recordings are measured, for a while."""
        deadline = time.monotonic() + LISTENED_S
        while time.monotonic() < deadline:
            if not self._watch.unheard:
                return
            await asyncio.sleep(POLL_S)

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
