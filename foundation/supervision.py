"""Keep a list of programs running as direct children; see docs/adr/0006.

They start in order, each when the one before serves. What had served is started again at
once; what dies before it serves is tried again ever later, and gives up only at the first
start. A stop goes in reverse order and ends within `STOP_LIMIT_S`, by SIGKILL if need be.
"""

from __future__ import annotations

import asyncio
import os
import signal
from asyncio.subprocess import Process
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum

from foundation.embedded.program import Program, popen_options
from foundation.process_log import ProcessLog

STOP_LIMIT_S = 9.0  # of the 10 s promised; the rest is for ourselves
TRIES = 5
FIRST_PAUSE_S = 0.25
LONGEST_PAUSE_S = 30.0
UNREADY_GRACE_S = 3.0
POLL_S = 0.05


class State(StrEnum):
    """Where a child stands."""

    STARTING = "starting"
    READY = "ready"
    WAITING = "waiting"  # before the next try
    STOPPED = "stopped"


class NeverServed(RuntimeError):
    """Um processo não ficou pronto em nenhuma das tentativas."""


@dataclass(slots=True)
class Child:
    """One program and what became of it."""

    program: Program
    state: State = State.STOPPED
    process: Process | None = None
    output: int | None = None  # our end of the pipe that it writes to
    restarts: int = 0


class Supervisor:
    """Starts, keeps and stops the programs. Use from one event loop, in its main thread."""

    def __init__(self, log: ProcessLog, changed: Callable[[Sequence[Child]], None]) -> None:
        self.children: list[Child] = []
        self._log = log
        self._changed = changed
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self, program: Program) -> None:
        """Start a program and return when it serves; raises NeverServed."""
        child = Child(program)
        self.children.append(child)
        served = asyncio.Event()
        keeper = asyncio.create_task(self._keep(child, served), name=program.name)
        self._keepers.append(keeper)
        waiter = asyncio.create_task(served.wait())
        try:
            await asyncio.wait({keeper, waiter}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            waiter.cancel()
        if keeper.done():
            keeper.result()

    async def keep(self) -> None:
        """Keep what was started until cancelled; a fault of our own is raised."""
        await asyncio.gather(*self._keepers)

    async def stop(self) -> None:
        """Stop all in reverse order, within STOP_LIMIT_S whatever they do."""
        for keeper in self._keepers:
            keeper.cancel()
        await asyncio.gather(*self._keepers, return_exceptions=True)
        clock = asyncio.get_running_loop().time
        deadline = clock() + STOP_LIMIT_S
        for child in reversed(self.children):
            # half of what is left: one that is deaf does not eat the time of the others
            await self._end(child, (deadline - clock()) / 2)
            self._set(child, State.STOPPED)

    async def _keep(self, child: Child, served: asyncio.Event) -> None:
        name = child.program.name
        failures = 0
        while True:
            self._set(child, State.STARTING)
            if await self._comes_up(child):
                failures = 0
                self._set(child, State.READY)
                served.set()
                ending = await self._outlived(child)
                self._log.say(f"{name} caiu ({ending}); reiniciando")
            else:
                failures += 1
                await self._end(child, UNREADY_GRACE_S)
                if failures == TRIES and not served.is_set():
                    raise NeverServed(name)
                self._set(child, State.WAITING)
                pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2 ** (failures - 1))
                self._log.say(f"{name} não ficou pronto; nova tentativa em {pause_s:g} s")
                await asyncio.sleep(pause_s)
            child.restarts += 1

    async def _comes_up(self, child: Child) -> bool:
        """Start it and poll its readiness, as long as it lives and may take."""
        program = child.program
        try:
            child.process = process = await self._spawn(child)
        except OSError as error:
            self._log.say(f"{program.name}: {error}")
            return False
        self._set(child, State.STARTING)
        clock = asyncio.get_running_loop().time
        deadline = clock() + program.start_limit_s
        while process.returncode is None and clock() < deadline:
            if await asyncio.to_thread(program.ready):
                return process.returncode is None
            await asyncio.sleep(POLL_S)
        return False

    async def _spawn(self, child: Child) -> Process:
        # a pipe of our own: asyncio's would keep `wait` from ending for as long as a
        # grandchild holds the other end
        reader, writer = os.pipe()
        streams = {"stdout": writer, "stderr": writer, **popen_options(child.program)}
        try:
            process = await asyncio.create_subprocess_exec(*child.program.argv, **streams)
        except BaseException:
            os.close(reader)
            raise
        finally:
            os.close(writer)
        os.set_blocking(reader, False)
        child.output = reader
        asyncio.get_running_loop().add_reader(reader, self._read, child)
        return process

    async def _outlived(self, child: Child) -> str:
        assert child.process is not None  # noqa: S101 - it came up
        code = await child.process.wait()
        await self._end(child, 0)
        return signal.Signals(-code).name if code < 0 else f"saída {code}"

    async def _end(self, child: Child, grace_s: float) -> None:
        """Ask it to stop, kill it after the grace; then whatever it started itself."""
        process = child.process
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(child.program.stop_signal)
            try:
                await asyncio.wait_for(process.wait(), grace_s)
            except TimeoutError:
                self._log.say(f"{child.program.name} não parou a tempo; encerrado à força")
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own
        while child.output is not None and self._read(child):
            pass
        self._close(child)
        child.process = None  # only now: when we are cancelled above, `stop` ends it

    def _read(self, child: Child) -> bool:
        """Take what stands in the pipe; False when there is nothing now."""
        assert child.output is not None  # noqa: S101 - closed together with its reader
        try:
            data = os.read(child.output, 65_536)
        except BlockingIOError:
            return False
        if not data:
            self._close(child)
            return False
        self._log.feed(child.program.name, data)
        return True

    def _close(self, child: Child) -> None:
        if child.output is not None:
            asyncio.get_running_loop().remove_reader(child.output)
            os.close(child.output)
            child.output = None
            self._log.end(child.program.name)

    def _set(self, child: Child, state: State) -> None:
        child.state = state
        self._changed(self.children)
