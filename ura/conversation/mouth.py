"""Says sound into a call, in step with the clock, and falls silent at once when told to.

Silence is sent too, all the time: the switch ends a connection in which nothing is heard
for two seconds, and a caller takes a dead line for one that was cut.
"""

from __future__ import annotations

import asyncio

import numpy as np

from ura.dialogue.pacing import Pacer
from ura.ports import FRAME_BYTES, Samples, VoiceChannel

SILENCE = bytes(FRAME_BYTES)


def frames_of(samples: Samples) -> list[bytes]:
    """Cut sound into frames; the last one is filled with silence."""
    pcm = np.round(np.clip(samples, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    cut = [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]
    return [piece.ljust(FRAME_BYTES, b"\0") for piece in cut]


class Mouth:
    """Use `run` as a task for as long as the call lasts."""

    def __init__(self, channel: VoiceChannel) -> None:
        self.pacer = Pacer()
        self._channel = channel
        self._frames: list[bytes] = []
        self._at = 0
        self._silent = asyncio.Event()
        self._silent.set()

    @property
    def speaking(self) -> bool:
        return not self._silent.is_set()

    def say(self, samples: Samples) -> None:
        """Begin to say it, in the place of what is being said."""
        self._frames, self._at = frames_of(samples), 0
        if self._frames:
            self._silent.clear()

    async def stop(self) -> None:
        """Say nothing more of it: at most the frames that left already are heard."""
        self._frames, self._at = [], 0
        self._silent.set()
        await self._channel.drop()

    async def silent(self) -> None:
        """Wait until all is said, or was stopped."""
        await self._silent.wait()

    async def run(self) -> None:
        """Send frames in time. Raises CallOver."""
        clock = asyncio.get_running_loop().time
        while True:
            for _ in range(self.pacer.due(clock())):
                await self._channel.send(self._next())
                self.pacer.leave(clock(), 1)
            await asyncio.sleep(max(0.0, self.pacer.next_s() - clock()))

    def _next(self) -> bytes:
        if self._at >= len(self._frames):
            self._silent.set()
            return SILENCE
        self._at += 1
        return self._frames[self._at - 1]
