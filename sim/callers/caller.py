"""A telephone with somebody at it: hears when it is his turn, speaks, presses, hangs up."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from itertools import takewhile

import numpy as np

from sim.callers.media import FRAME_S, Media
from sim.callers.sip import Signalling
from ura.ports import Samples

LOUD = 0.004  # root mean square of a frame in which something is heard
TURN_S = 0.9  # of quiet after a prompt: longer than any pause within one
PATIENCE_S = 60.0


class HungUp(RuntimeError):
    """The other side ended the call."""


class Caller:
    """In a call that was answered; see `calling`."""

    def __init__(self, signalling: Signalling, media: Media) -> None:
        self._signalling = signalling
        self.media = media
        self._mark: int | None = None  # what is heard from there on is not known yet

    @property
    def over(self) -> bool:
        return self._signalling.ended.is_set()

    async def hears_prompt(self, quiet_s: float = TURN_S) -> None:
        """Listen until something was said and it is quiet again. Raises HungUp."""
        await self.hears_beginning()
        async with asyncio.timeout(PATIENCE_S):
            while self.quiet_s() < quiet_s:
                await self._moment()

    async def hears_beginning(self, seconds: float = 0.0) -> None:
        """Listen until something is said, and so long. Raises HungUp."""
        begun = len(self.media.heard) if self._mark is None else self._mark
        self._mark = None
        async with asyncio.timeout(PATIENCE_S):
            while not any(is_loud(sound) for _, sound in self.media.heard[begun:]):
                await self._moment()
            await self.waits(seconds)

    async def says(self, samples: Samples) -> None:
        """Speak to the end. Raises HungUp."""
        self.media.say(samples)
        await self._finishes()

    async def presses(self, keys: str) -> None:
        """Press keys to the last, which may be answered at once. Raises HungUp."""
        if keys[:-1]:
            self.media.press(keys[:-1])
            await self._finishes()
        self._mark = len(self.media.heard)
        self.media.press(keys[-1])
        await self._finishes()

    async def waits(self, seconds: float) -> None:
        """Say nothing for a while. Raises HungUp."""
        clock = asyncio.get_running_loop().time
        end_s = clock() + seconds
        while clock() < end_s:
            await self._moment()

    async def hears_the_end(self, within_s: float = PATIENCE_S) -> None:
        """Listen until the other side hangs up."""
        async with asyncio.timeout(within_s):
            await self._signalling.ended.wait()

    def quiet_s(self) -> float:
        """For how long nothing has been heard, in sound: a busy machine brings it late."""
        frames = (sound for _, sound in reversed(self.media.heard))
        return FRAME_S * sum(1 for _ in takewhile(lambda each: not is_loud(each), frames))

    async def _finishes(self) -> None:
        done = asyncio.create_task(self.media.done())
        ended = asyncio.create_task(self._signalling.ended.wait())
        await asyncio.wait({done, ended}, return_when=asyncio.FIRST_COMPLETED)
        for task in (done, ended):
            task.cancel()
        if self.over:
            raise HungUp

    async def _moment(self) -> None:
        if self.over:
            raise HungUp
        await asyncio.sleep(FRAME_S)


def is_loud(sound: Samples) -> bool:
    return bool(np.sqrt(np.mean(sound**2)) > LOUD)


@asynccontextmanager
async def calling(
    peer: tuple[str, int], number: str, caller: str, background: Samples | None = None
) -> AsyncIterator[Caller]:
    """Call a number and hang up when the block ends. Raises NotAnswered."""
    media = Media() if background is None else Media(background)
    signalling = Signalling(peer, number, caller, await media.open())
    sending: asyncio.Task[None] | None = None
    try:
        await signalling.dial()
        sending = asyncio.create_task(media.run(signalling.sound_to))
        yield Caller(signalling, media)
    finally:
        await signalling.hang_up()
        if sending is not None:
            sending.cancel()
            with suppress(asyncio.CancelledError):
                await sending
        media.close()
