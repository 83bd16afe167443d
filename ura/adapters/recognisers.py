"""Recogniser processes, few and bounded: who asks when all are busy is not kept waiting.

`Recognisers` give words for sound; `PhraseRecognisers` also score the phrases that a
question listens for.

They are started by the first call that is listened to, and end with this process. One that
dies or hangs is replaced; where the model lacks nobody is started a second time.
"""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Sequence
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import numpy as np

from foundation.observability import get_logger
from ura.dialogue.intents import Scored
from ura.dialogue.understanding import Speech
from ura.ports import Samples
from ura.recognition_worker import LENGTH, MISSING

START_S = 60.0  # to load the model on a busy machine
WORK_S = 5.0  # for one stretch of sound
WAITING_EACH = 3  # asks that may wait for each process
ANSWER_S = 4.0  # a caller waits so long for his answer to be recognised, then has keys
AGAIN_S = 5.0  # after a process that died
STOP_S = 2.0

log = get_logger(__name__)

_Answer = dict[str, Any]
_Job = tuple[bytes, "asyncio.Future[_Answer | None]"]


class WorkerDied(RuntimeError):
    """A recogniser process ended, or says what nobody understands."""


class Workers:
    """Processes of one module; use with `async with`, then any call may ask."""

    module: str

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

    @property
    def missing(self) -> bool:
        """None is here, and none will come."""
        return self._missing

    def wake(self) -> None:
        """A call is listened to: it will ask soon."""
        if not self._tasks and not self._missing:
            serving = (self._serve() for _ in range(self._workers))
            self._tasks = [asyncio.create_task(each, name="recogniser") for each in serving]

    async def ask(self, payload: bytes) -> _Answer | None:
        """What a worker answers; None: nobody has time, or none is here."""
        self.wake()
        if self._missing:
            return None
        answer: asyncio.Future[_Answer | None] = asyncio.get_running_loop().create_future()
        try:
            self._jobs.put_nowait((payload, answer))
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
            sys.executable, "-m", self.module, str(self._folder),
            stdin=PIPE, stdout=PIPE, stderr=PIPE,
        )  # fmt: skip
        try:
            async with asyncio.timeout(START_S):
                await self._until_ready(process)
            while not self._missing:
                payload, answer = await self._jobs.get()
                if answer.done():  # whoever asked has not waited
                    continue
                try:
                    async with asyncio.timeout(WORK_S):
                        told = await _asked(process, payload)
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


class Recognisers(Workers):
    """Words of any sound."""

    module = "ura.recognition_worker"

    async def text(self, samples: Samples) -> str | None:
        """Words in the sound (8 kHz, -1..1); None: nobody had time, or none is here."""
        answer = await self.ask(_pcm(samples))
        return None if answer is None else str(answer.get("text", ""))


class PhraseRecognisers(Workers):
    """As `ports.Recogniser`."""

    module = "ura.phrase_worker"

    async def speech(
        self, sound: Samples, phrases: Sequence[str], *, free: bool
    ) -> Speech | None:
        asked = json.dumps({"phrases": list(phrases), "free": free}).encode()
        try:
            async with asyncio.timeout(ANSWER_S):
                answer = await self.ask(asked + b"\n" + _pcm(sound))
        except TimeoutError:
            log.warning("recogniser_late", within_s=ANSWER_S)
            return None
        if answer is None:
            return None
        scored = tuple(Scored(str(p), float(s)) for p, s in answer.get("scores", ()))
        text, guess = (str(answer.get(key, "")) for key in ("text", "guess"))
        return Speech(text, scored, guess)


class VoskRecognisers(PhraseRecognisers):
    """The same, by Vosk; its folder is the user's."""

    module = "ura.vosk_worker"


def _pcm(samples: Samples) -> bytes:
    return np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()


async def _asked(process: Process, payload: bytes) -> _Answer:
    if process.stdin is None:
        raise WorkerDied("no input")
    process.stdin.write(len(payload).to_bytes(LENGTH, "little") + payload)
    await process.stdin.drain()
    line = await _line(process)
    if line is None:
        raise WorkerDied("ended")
    return line


async def _line(process: Process) -> _Answer | None:
    raw = await process.stdout.readline() if process.stdout else b""
    if not raw:
        return None
    try:
        found: _Answer = json.loads(raw)
    except ValueError as error:
        raise WorkerDied("malformed answer") from error
    return found


def _answer(future: asyncio.Future[_Answer | None], told: _Answer | None) -> None:
    if not future.done():
        future.set_result(told)


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
