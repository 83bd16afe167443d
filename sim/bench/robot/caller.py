"""The switch's end of one AudioSocket connection, played in step with the clock."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import numpy as np

from ura.adapters.audiosocket import ID, SOUND
from ura.adapters.audiosocket_channel import KEY
from ura.adapters.incoming import pieces
from ura.conversation.mouth import SILENCE, frames_of
from ura.dialogue.turn import FRAME_S
from ura.ports import Samples

WITHIN_S = 30.0
HEARD = 60  # of 32768: louder is a word
QUIET_FRAMES = 30  # 0.6 s: then nothing is being said


class Caller:
    """One call; what is heard is noted with the loop's time."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._frames: asyncio.Queue[tuple[float, bool]] = asyncio.Queue()
        self._saying: list[bytes] = []
        self._said = asyncio.Event()
        self._said_s = 0.0

    @staticmethod
    @asynccontextmanager
    async def calls(port: int, call: UUID) -> AsyncIterator[Caller]:
        """Connect, and be on the line while the block runs."""
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        caller = Caller(reader, writer)
        caller._send(ID, call.bytes)
        tasks = [asyncio.create_task(caller._hear()), asyncio.create_task(caller._speak())]
        try:
            yield caller
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.wait(tasks)
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()

    async def says(self, samples: Samples) -> float:
        """Say it; returns when its last frame left."""
        self._said.clear()
        self._saying = frames_of(samples)
        await self._said.wait()
        self._forget()
        return self._said_s

    async def presses(self, key: str) -> float:
        """Press a key; returns when."""
        self._forget()
        self._send(KEY, key.encode("ascii"))
        return asyncio.get_running_loop().time()

    async def hears_words(self, after: Callable[[], float] = lambda: 0.0) -> float:
        """When the next frame came in which there is sound, `after` that second.

        What a prompt still says while a slow machine learns that it is interrupted is no
        answer yet: `after` is asked anew for each frame, and is endless until it is known.
        """
        async with asyncio.timeout(WITHIN_S):
            while True:
                at_s, loud = await self._frames.get()
                if loud and at_s > after():
                    return at_s

    async def hears_silence(self) -> None:
        """Until a prompt is over: no pause within one is as long."""
        quiet = 0
        async with asyncio.timeout(WITHIN_S):
            while quiet < QUIET_FRAMES:
                _, loud = await self._frames.get()
                quiet = 0 if loud else quiet + 1

    def _forget(self) -> None:
        while not self._frames.empty():
            self._frames.get_nowait()

    def _send(self, kind: int, content: bytes) -> None:
        self._writer.write(bytes([kind]) + len(content).to_bytes(2, "big") + content)

    async def _speak(self) -> None:
        clock = asyncio.get_running_loop().time
        due_s = clock()
        while True:
            if self._saying:
                self._send(SOUND, self._saying.pop(0))
                if not self._saying:
                    self._said_s = clock()
                    self._said.set()
            else:
                self._send(SOUND, SILENCE)
            due_s += FRAME_S
            await asyncio.sleep(max(0.0, due_s - clock()))

    async def _hear(self) -> None:
        clock = asyncio.get_running_loop().time
        async for kind, content in pieces(self._reader):
            if kind == SOUND:
                pcm = np.frombuffer(content, "<i2").astype(np.int32)
                self._frames.put_nowait((clock(), bool(np.abs(pcm).max() > HEARD)))
