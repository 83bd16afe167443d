"""A line with a caller at its other end, in virtual time: no socket, no sleeping."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import looptime
import numpy as np

from ura.ports import FRAME_BYTES, CallOver, Pressed, Samples, Sound

FRAME_S = 0.02
VOICED = b"\x10" * FRAME_BYTES
QUIET = bytes(FRAME_BYTES)
Result = TypeVar("Result")


def in_virtual_time(coroutine: Coroutine[Any, Any, Result]) -> Result:
    """Run it on a loop of its own whose clock jumps to the next thing that happens."""
    loop = looptime.new_event_loop()
    try:
        return loop.run_until_complete(coroutine)
    finally:
        loop.close()


class Loudness:
    """Judges frames as a detector would that never errs."""

    def voiced(self, pcm: bytes) -> bool:
        return pcm != QUIET


class Line:
    """A VoiceChannel; `caller` acts at the other end, and hangs up when it returns."""

    def __init__(self, caller: Callable[[Line], Awaitable[None]]) -> None:
        self._caller = caller
        self._events: asyncio.Queue[Sound | Pressed | None] = asyncio.Queue()
        self.spoken: list[tuple[float, bytes]] = []  # frames that are no silence
        self.frames: list[float] = []  # when any frame came
        self.over = False
        self.left = False

    async def heard(self) -> AsyncIterator[Sound | Pressed]:
        acting = asyncio.create_task(self._act())
        try:
            while (event := await self._events.get()) is not None:
                yield event
        finally:
            acting.cancel()

    async def send(self, frame: bytes) -> None:
        if self.over:
            raise CallOver
        now_s = asyncio.get_running_loop().time()
        self.frames.append(now_s)
        if frame != QUIET:
            self.spoken.append((now_s, frame))

    async def drop(self) -> None:
        return None

    async def leave(self) -> None:
        self.left = True

    async def _act(self) -> None:
        await self._caller(self)
        self.over = True
        self._events.put_nowait(None)

    # -- what the caller does

    def bring(self, event: Sound | Pressed) -> None:
        self._events.put_nowait(event)

    async def speak(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME_S)):
            self._events.put_nowait(Sound(VOICED))
            await asyncio.sleep(FRAME_S)

    async def quiet(self, seconds: float) -> None:
        for _ in range(round(seconds / FRAME_S)):
            self._events.put_nowait(Sound(QUIET))
            await asyncio.sleep(FRAME_S)

    async def press(self, keys: str, apart_s: float = 0.1) -> None:
        for key in keys:
            self._events.put_nowait(Pressed(key))
            await self.quiet(apart_s)

    async def hears_prompt(self, quiet_s: float = 0.4) -> None:
        """Listen until a prompt has begun and ended."""
        clock = asyncio.get_running_loop().time
        count = len(self.spoken)
        while len(self.spoken) == count:
            await self.quiet(FRAME_S)
        while clock() - self.spoken[-1][0] < quiet_s:
            await self.quiet(FRAME_S)

    async def hears_beginning(self, seconds: float) -> None:
        """Listen to so much of the next prompt."""
        count = len(self.spoken)
        while len(self.spoken) == count:
            await self.quiet(FRAME_S)
        await self.quiet(seconds)


def tone(seconds: float) -> Samples:
    return np.full(round(seconds * 8_000), 0.25)
