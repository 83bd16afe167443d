"""The common main of every process: loop, logs, signals, tasks, health, exit status.

A process gives one coroutine. It runs until that coroutine returns, until one of its
tasks fails, or until SIGTERM or Ctrl-C sets `stopping`; then it has a few seconds to end by
itself before it is cancelled. Expected failures (CannotRun) end in one clear line and
exit status 1.
"""

from __future__ import annotations

import asyncio
import atexit
import gc
import signal
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import uvloop

from foundation import health, observability, preflight
from foundation.cli import CannotRun, Failure
from foundation.ending import end
from foundation.health import Listener, Missing
from foundation.home import Home
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings, what_is_wrong

__all__ = ["GRACE_S", "Process", "read_settings", "run", "what_is_wrong"]

GRACE_S = 7.0  # of the 10 seconds that a stop of everything may take

log = observability.get_logger(__name__)


class Process:
    """What the coroutine of a process works with."""

    def __init__(self, tasks: asyncio.TaskGroup, stopping: asyncio.Event) -> None:
        self.stopping = stopping
        self.missing = Missing()
        self._tasks = tasks
        self._started: set[asyncio.Task[Any]] = set()

    def start(self, work: Coroutine[Any, Any, Any], name: str) -> asyncio.Task[Any]:
        """Run beside the others. Its failure ends the process; it ends with the process."""
        task = self._tasks.create_task(work, name=name)
        self._started.add(task)
        task.add_done_callback(self._started.discard)
        return task

    async def pause(self, seconds: float) -> bool:
        """Wait, but not beyond the order to stop; True when it came."""
        try:
            async with asyncio.timeout(seconds):
                await self.stopping.wait()
        except TimeoutError:
            return False
        return True

    def cancel_tasks(self) -> None:
        end(self._started)


Main = Callable[[Process], Awaitable[None]]


def run(name: str, settings: ProcessSettings, listener: Listener, main: Main) -> None:
    """Run a process to its end. Raises cli.Failure (exit status 1) with one line."""
    observability.configure(name, settings.log)
    preflight.require_writable(Home(settings.home))
    # a process that ends need not look for garbage: half a second of CPU in each of ours,
    # seconds on a busy machine, of the ten in which all must have stopped
    atexit.register(gc.freeze)
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(_until_stopped(name, listener, main))
    # not `except*`: what it raises comes out wrapped on some 3.11 releases
    except Exception as failure:  # the process's top: say it, masked, and end
        expected = _expected(failure)
        if expected is not None:
            raise Failure(str(expected)) from None
        log.critical("process_failed", exc_info=failure)
        raise Failure(f"{name}: falha inesperada; o registro acima diz onde.") from None


async def _until_stopped(name: str, listener: Listener, main: Main) -> None:
    stopping = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopping.set)
    work = asyncio.create_task(_work(name, listener, main, stopping), name=name)
    stop = asyncio.create_task(stopping.wait(), name="stop")
    try:
        await asyncio.wait({work, stop}, return_when=asyncio.FIRST_COMPLETED)
        if not work.done():
            log.info("process_stopping")
            await asyncio.wait({work}, timeout=GRACE_S)
        if not work.done():
            log.warning("process_cancelled", grace_s=GRACE_S)
            end({work})
            await asyncio.wait({work})
        if not work.cancelled():
            work.result()
        log.info("process_stopped")
    finally:
        stop.cancel()


async def _work(name: str, listener: Listener, main: Main, stopping: asyncio.Event) -> None:
    async with asyncio.TaskGroup() as tasks:
        process = Process(tasks, stopping)
        async with health.serve(listener, process.missing) as port:
            log.info("process_started", health=f"{listener.health_host}:{port}")
            try:
                await main(process)
            finally:
                process.cancel_tasks()


def _expected(failure: BaseException) -> CannotRun | None:
    """The failure that its message explains, if nothing else failed beside it."""
    if isinstance(failure, CannotRun):
        return failure
    if not isinstance(failure, BaseExceptionGroup):
        return None
    inner = [_expected(each) for each in failure.exceptions]
    return None if None in inner else inner[0]
