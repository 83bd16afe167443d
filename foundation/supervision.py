"""Keep a list of programs running as direct children; see docs/adr/0006.

They start in stages, each when the one before serves. What had served is started again at
once; what dies before it serves is tried again ever later, and gives up only at the first
start. Of a spare one is kept that waits, and copied in each such moment (see spare.py). A
stop goes in reverse order and ends within `STOP_LIMIT_S`, by SIGKILL if need be.
"""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from enum import StrEnum
from itertools import count

from foundation import spare
from foundation.embedded.program import Program
from foundation.process_log import OutputPipe, ProcessLog
from foundation.spare import Running, Source

STOP_LIMIT_S = 8.5  # of the 10 s promised; the rest is for ourselves
RESERVED_S = 0.75  # of it for each stage, however long those before it took
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
    process: Running | None = None
    output: OutputPipe | None = None
    restarts: int = 0
    source: Source | None = None  # of which the process is a copy


class Supervisor:
    """Starts, keeps and stops the programs. Use from one event loop, in its main thread."""

    def __init__(self, log: ProcessLog, changed: Callable[[Sequence[Child]], None]) -> None:
        self.children: list[Child] = []
        self._stages: list[list[Child]] = []
        self._log = log
        self._changed = changed
        self._keepers: list[asyncio.Task[None]] = []

    async def start(self, *stage: Program) -> None:
        """Start programs together and return when all serve; raises NeverServed."""
        children = [Child(program) for program in stage]
        self.children += children
        self._stages.append(children)
        try:
            async with asyncio.TaskGroup() as tasks:
                for child in children:
                    tasks.create_task(self._first_start(child))
        except BaseExceptionGroup as failures:
            raise failures.exceptions[0] from None

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
        for after, stage in reversed(list(enumerate(self._stages))):
            # one that is deaf does not eat the time that those after it need
            grace_s = deadline - clock() - after * RESERVED_S
            await asyncio.gather(*(self._end(child, grace_s) for child in stage))
            await asyncio.gather(*(self._part(child) for child in stage))
            for child in stage:
                self._set(child, State.STOPPED)

    async def _first_start(self, child: Child) -> None:
        clock = asyncio.get_running_loop().time
        begun = clock()
        if not await self._serves(child, TRIES):
            raise NeverServed(child.program.name)
        self._log.say(f"{child.program.name} pronto em {clock() - begun:.1f} s")
        keeper = asyncio.create_task(self._keep(child), name=child.program.name)
        self._keepers.append(keeper)

    async def _keep(self, child: Child) -> None:
        while True:
            ending = await self._outlived(child)
            self._log.say(f"{child.program.name} caiu ({ending}); reiniciando")
            child.restarts += 1
            await self._serves(child)

    async def _serves(self, child: Child, tries: int | None = None) -> bool:
        """Start it until it serves; False when it did not in that many tries."""
        name = child.program.name
        for failures in count():
            self._set(child, State.STARTING)
            if await self._comes_up(child):
                self._set(child, State.READY)
                return True
            await self._end(child, UNREADY_GRACE_S)
            self._set(child, State.WAITING)
            if failures + 1 == tries:
                break
            pause_s = min(LONGEST_PAUSE_S, FIRST_PAUSE_S * 2**failures)
            self._log.say(f"{name} não ficou pronto; nova tentativa em {pause_s:g} s")
            await asyncio.sleep(pause_s)
            child.restarts += 1
        return False

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

    async def _spawn(self, child: Child) -> Running:
        program = child.program
        if child.source is not None and not (
            child.source.lives and child.source.program is program
        ):
            await self._part(child)
        if not program.spare:
            process, child.output = await spare.start(program, self._log)
            return process
        if child.source is None:
            child.source = await spare.source(program, self._log)
        child.output = child.source.output
        try:
            return await child.source.copy()
        except OSError:
            await self._part(child)
            raise

    async def _part(self, child: Child) -> None:
        """End the source, if there is one."""
        gone, child.source = child.source, None
        if gone is not None:
            await gone.end()

    async def _outlived(self, child: Child) -> str:
        assert child.process is not None  # noqa: S101 - it came up
        code = await child.process.wait()
        await self._end(child, 0)
        return signal.Signals(-code).name if code < 0 else f"saída {code}"

    async def _end(self, child: Child, grace_s: float) -> None:
        """Ask it to stop, kill it after the grace; then whatever it started itself."""
        process = child.process
        if process is not None and process.returncode is None:
            process.send_signal(child.program.stop_signal)
            try:
                async with asyncio.timeout(grace_s):
                    await process.wait()
            except TimeoutError:
                self._log.say(f"{child.program.name} não parou a tempo; encerrado à força")
                with suppress(ProcessLookupError):
                    process.kill()
                await process.wait()
        if process is not None:
            with suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)  # it leads a group of its own
        if child.output is not None and child.source is None:
            child.output.finish()
        elif child.output is not None:
            child.output.take()  # the next copy writes there, too
        child.process = None  # only now: when we are cancelled above, `stop` ends it

    def _set(self, child: Child, state: State) -> None:
        child.state = state
        self._changed(self.children)
