"""The worker: runs the outbox, and sweeps up what a crash left behind.

A few runners each take one due row at a time and hand it to its topic's handler. They
wake up by NOTIFY, and look by themselves now and then. Handlers, sweeps and background
work are what the installed packages registered by entry point. Background work is what
nobody waits for and nothing must lose: done when due, dropped when the worker stops.
Services listen to somebody outside as long as the worker runs.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping
from concurrent.futures import ThreadPoolExecutor
from importlib.metadata import entry_points
from typing import Any

import click
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.outbox_runner import Outbox, Sweep
from cobranca.settings import WorkerSettings
from foundation import process
from foundation.db import outbox
from foundation.db.engine import connect
from foundation.db.skew import require_clock
from foundation.ending import end
from foundation.observability import get_logger
from foundation.reach import reach_database

HANDLERS = "acordo.outbox"
SWEEPS = "acordo.sweeps"
BACKGROUND = "acordo.background"
SERVICES = "acordo.services"
DATABASE = "database"
MEASURE_S = 10.0
RETRY_S = 0.5  # pause after the database was lost
LOOK_S = 30.0  # pause before background work looks again whether something is due
CPU_THREADS = 2
LOST = (DBAPIError, OSError, TimeoutError)

# one piece of background work; False when nothing was due
Step = Callable[[AsyncEngine, WorkerSettings], Awaitable[bool]]
# runs beside the others until it is cancelled; its failure ends the worker
Service = Callable[
    [process.Process, AsyncEngine, WorkerSettings], Coroutine[Any, Any, None]
]

log = get_logger(__name__)


def registered(group: str) -> dict[str, Any]:
    """Load what the installed packages registered under an entry point group."""
    return {point.name: point.load() for point in entry_points(group=group)}


class Worker:
    """The tasks of the worker around one Outbox."""

    def __init__(self, own: process.Process, rows: Outbox, parallel: int) -> None:
        self._own = own
        self._rows = rows
        self._poll_s = rows.settings.worker.poll_s
        self._sweep_s = rows.settings.worker.sweep_s
        self._wakers = [asyncio.Event() for _ in range(parallel)]

    async def run(
        self,
        sweeps: Mapping[str, Sweep],
        background: Mapping[str, Step],
        services: Mapping[str, Service],
    ) -> None:
        """Work until the process is to stop; rows in hand finished, the rest dropped."""
        own = self._own
        runners = [own.start(self._runner(waker), "runner") for waker in self._wakers]
        others = [
            own.start(self._listen(), "listen"),
            own.start(self._measure(), "measure"),
            own.start(self._sweep(sweeps), "sweep"),
            *(own.start(self._background(step), name) for name, step in background.items()),
            *(
                own.start(serve(own, self._rows.engine, self._rows.settings), name)
                for name, serve in services.items()
            ),
        ]
        await own.stopping.wait()
        self.wake()
        await asyncio.gather(*runners)
        end(others)
        # none may find the executor and the pool closed; how one failed, the group says
        await asyncio.gather(*others, return_exceptions=True)

    def wake(self) -> None:
        """Let every runner look at once."""
        for waker in self._wakers:
            waker.set()

    async def _runner(self, waker: asyncio.Event) -> None:
        while not self._own.stopping.is_set():
            waker.clear()  # before the look, so that what comes during it is not missed
            if await self._guarded(self._rows.run_one):
                continue
            try:
                async with asyncio.timeout(self._poll_s):
                    await waker.wait()
            except TimeoutError:
                pass

    async def _listen(self) -> None:
        """Hear of the rows as their transactions commit."""
        while not self._own.stopping.is_set():
            await self._guarded(self._listen_until_lost)

    async def _listen_until_lost(self) -> None:
        lost = asyncio.Event()
        async with self._rows.engine.connect() as connection:
            driver: Any = (await connection.get_raw_connection()).driver_connection

            def on_row(*_: object) -> None:
                self.wake()

            driver.add_termination_listener(lambda _: lost.set())
            await driver.add_listener(outbox.CHANNEL, on_row)
            self.wake()  # for what was committed before we listened
            try:
                await lost.wait()
            finally:
                await connection.invalidate()  # no other use of it shall hear this

    async def _sweep(self, sweeps: Mapping[str, Sweep]) -> None:
        while not self._own.stopping.is_set():
            await self._guarded(lambda: self._rows.sweep(sweeps))
            await self._own.pause(self._sweep_s)

    async def _background(self, step: Step) -> None:
        rows = self._rows
        while not self._own.stopping.is_set():
            if not await self._guarded(lambda: step(rows.engine, rows.settings)):
                await self._own.pause(LOOK_S)

    async def _measure(self) -> None:
        while not await self._own.pause(MEASURE_S):
            await self._guarded(self._rows.measure)

    async def _guarded(self, act: Callable[[], Awaitable[bool | None]]) -> bool:
        """Do it; a lost database is said and waited for, not fatal."""
        try:
            found = await act()
        except LOST as error:
            log.warning("database_lost", why=type(error).__name__)
            self._own.missing.lacks(DATABASE)
            await self._own.pause(RETRY_S)
            return False
        self._own.missing.has(DATABASE)
        return bool(found)


async def run(own: process.Process, settings: WorkerSettings) -> None:
    """The composition root of the worker."""
    own.missing.lacks(DATABASE)
    parallel = settings.worker.parallel
    engine = connect(settings, pool_size=parallel + 4)
    try:
        await reach_database(engine, table=outbox.OutboxRow.__tablename__)
        await require_clock(engine)
        with ThreadPoolExecutor(CPU_THREADS, "worker") as executor:
            rows = Outbox(
                engine=engine,
                settings=settings,
                handlers=registered(HANDLERS),
                executor=executor,
            )
            log.info("worker_started", topics=sorted(rows.handlers), parallel=parallel)
            sweeps, background = registered(SWEEPS), registered(BACKGROUND)
            services = registered(SERVICES)
            await Worker(own, rows, parallel).run(sweeps, background, services)
    finally:
        await engine.dispose()


@click.command()
def worker() -> None:
    """Executa as tarefas em segundo plano: gravações, mensagens e avisos."""
    settings = process.read_settings(WorkerSettings)
    process.run("worker", settings, settings.worker, lambda own: run(own, settings))
