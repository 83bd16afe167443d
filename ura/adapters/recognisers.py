"""Recogniser processes, few and bounded: who asks when all are busy is not kept waiting.

They are started by the first call that is listened to, and end with this process. One that
dies or hangs is replaced; where the model lacks nobody is started a second time.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

import numpy as np
from numpy.typing import NDArray

from foundation.observability import get_logger
from ura.recognition_worker import LENGTH, MISSING

START_S = 60.0  # to load the model on a busy machine
WORK_S = 5.0  # for one stretch of sound
WAITING_EACH = 3  # asks that may wait for each process
AGAIN_S = 5.0  # after a process that died
STOP_S = 2.0

log = get_logger(__name__)

_Job = tuple[bytes, "asyncio.Future[str | None]"]


class WorkerDied(RuntimeError):
    """A recogniser process ended, or says what nobody understands."""


class Recognisers:
    """Use with `async with`; `text` may then be asked by any call."""

    def __init__(self, folder: Path, workers: int) -> None:
        self._folder = folder
        self._workers = workers
        self._jobs: asyncio.Queue[_Job] = asyncio.Queue(max(1, WAITING_EACH * workers))
        self._tasks: list[asyncio.Task[None]] = []
        self._missing = workers == 0

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self,
        _kind: type[BaseException] | None,
        _error: BaseException | None,
        _trace: TracebackType | None,
    ) -> None:
        for task in self._tasks:
            task.cancel()
        if self._tasks:
            await asyncio.wait(self._tasks)

    def wake(self) -> None:
        """A call is listened to: it will ask soon."""
        if not self._tasks and not self._missing:
            serving = (self._serve() for _ in range(self._workers))
            self._tasks = [asyncio.create_task(each, name="recogniser") for each in serving]

    async def text(self, samples: NDArray[np.float64]) -> str | None:
        """Words in the sound (8 kHz, -1..1); None: nobody had time, or none is here."""
        self.wake()
        if self._missing:
            return None
        pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
        answer: asyncio.Future[str | None] = asyncio.get_running_loop().create_future()
        try:
            self._jobs.put_nowait((pcm, answer))
        except asyncio.QueueFull:
            return None
        return await answer

    async def _serve(self) -> None:
        while not self._missing:
            try:
                await self._one_process()
            except (WorkerDied, TimeoutError, OSError) as error:
                log.error("recogniser_lost", why=str(error) or type(error).__name__)
            if not self._missing:
                await asyncio.sleep(AGAIN_S)

    async def _one_process(self) -> None:
        process = await asyncio.create_subprocess_exec(
            sys.executable, "-m", "ura.recognition_worker", str(self._folder),
            stdin=PIPE, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(START_S):
                await self._until_ready(process)
            while not self._missing:
                pcm, answer = await self._jobs.get()
                try:
                    async with asyncio.timeout(WORK_S):
                        told = await _asked(process, pcm)
                    _answer(answer, told)
                finally:
                    _answer(answer, None)
        finally:
            await _end(process)

    async def _until_ready(self, process: Process) -> None:
        line = await _line(process)
        if line is not None:
            return
        complaint = await process.stderr.read() if process.stderr else b""
        if await process.wait() == MISSING:
            self._missing = True
            log.warning(
                "recogniser_missing", why=complaint.decode("utf-8", "replace").strip()
            )
            while not self._jobs.empty():
                _answer(self._jobs.get_nowait()[1], None)
            return
        raise WorkerDied(complaint.decode("utf-8", "replace")[-300:])


async def _asked(process: Process, pcm: bytes) -> str:
    if process.stdin is None:
        raise WorkerDied("no input")
    process.stdin.write(len(pcm).to_bytes(LENGTH, "little") + pcm)
    await process.stdin.drain()
    line = await _line(process)
    if line is None:
        raise WorkerDied("ended")
    return str(line.get("text", ""))


async def _line(process: Process) -> dict[str, object] | None:
    raw = await process.stdout.readline() if process.stdout else b""
    if not raw:
        return None
    try:
        found: dict[str, object] = json.loads(raw)
    except ValueError as error:
        raise WorkerDied("malformed answer") from error
    return found


def _answer(future: asyncio.Future[str | None], text: str | None) -> None:
    if not future.done():
        future.set_result(text)


async def _end(process: Process) -> None:
    if process.stdin is not None:
        process.stdin.close()
    try:
        async with asyncio.timeout(STOP_S):
            await process.wait()
    except TimeoutError:
        with suppress(ProcessLookupError):
            process.kill()
        await process.wait()
