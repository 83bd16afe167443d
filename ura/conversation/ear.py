"""Hears a caller: when somebody speaks, which keys come, and the sound of his answer.

Holds the sound of the turn in hand only. Time is the loop's; where the line carried
nothing, silence stands in its place, so that the sound keeps step with the clock.
"""

from __future__ import annotations

import asyncio
from typing import Protocol

import numpy as np

from ura.conversation.mouth import Mouth
from ura.dialogue.turn import FRAME_S, Over, Turn
from ura.ports import FRAME_BYTES, RATE_HZ, CallOver, Pressed, Samples, Sound, VoiceChannel

KEPT_S = 1.0  # of sound before the turn: who speaks at once began before it
TICK_S = 0.04  # without a frame: time goes on
_BYTES_PER_S = RATE_HZ * 2
_GAP_S = 0.3  # sound may come so late before silence is put in its place


class Activity(Protocol):
    """Judges frames; see `adapters.voice_activity`."""

    def voiced(self, pcm: bytes) -> bool: ...


class Ear:
    """Use `run` as a task for as long as the call lasts."""

    def __init__(self, channel: VoiceChannel, activity: Activity) -> None:
        self._channel = channel
        self._activity = activity
        self._events: asyncio.Queue[tuple[float, Sound | Pressed] | None] = asyncio.Queue()
        self._pcm = bytearray()
        self._end_s = 0.0  # of what is kept
        self._over = False
        self.begun_s = 0.0
        self.ahead: list[str] = []  # keys pressed before they were asked for

    async def run(self) -> None:
        """Take what comes, to the end of the call."""
        clock = asyncio.get_running_loop().time
        self.begun_s = self._end_s = clock()
        async for event in self._channel.heard():
            self._events.put_nowait((clock(), event))
        self._events.put_nowait(None)

    async def listen(self, turn: Turn, mouth: Mouth) -> Over:
        """Hear one answer, stopping the prompt when it is interrupted. Raises CallOver.

        Keys that came before the question count from its beginning: nobody typed slowly.
        """
        clock = asyncio.get_running_loop().time
        begun_s = clock()
        self._forget()
        while self.ahead and turn.over is None:
            if turn.key(begun_s, self.ahead.pop(0)):
                await mouth.stop()
        while True:
            if not mouth.speaking:
                turn.prompt_over(clock())
            over = turn.at(clock())
            if over is not None:
                if mouth.speaking:
                    await mouth.stop()
                return over
            event = await self._next()
            if event is not None and self._take(turn, *event, begun_s):
                await mouth.stop()

    async def wait(self, mouth: Mouth) -> None:
        """Let a prompt be heard to its end; keys are kept for the next question."""
        while mouth.speaking:
            event = await self._next()
            if event is not None:
                self._keep(*event)
                if isinstance(event[1], Pressed):
                    self.ahead.append(event[1].key)

    def sound(self, over: Over) -> Samples:
        """What was said in a turn that is over."""
        begin_s = self._end_s - len(self._pcm) / _BYTES_PER_S
        first = max(0, round((over.begin_s - begin_s) / FRAME_S)) * FRAME_BYTES
        last = max(0, round((over.end_s - begin_s) / FRAME_S)) * FRAME_BYTES
        pcm = bytes(self._pcm[first:last])
        return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768

    def _take(
        self, turn: Turn, at_s: float, event: Sound | Pressed, begun_s: float
    ) -> bool:
        """Whether it interrupts the prompt."""
        self._keep(at_s, event)
        if isinstance(event, Pressed):
            return turn.key(max(at_s, begun_s), event.key) is not None
        voiced = self._activity.voiced(event.pcm)
        return turn.frame(at_s, voiced=voiced) is not None

    def _keep(self, at_s: float, event: Sound | Pressed) -> None:
        pcm = event.pcm if isinstance(event, Sound) else b""
        behind_s = at_s - self._end_s - len(pcm) / _BYTES_PER_S
        if behind_s > _GAP_S:
            silent = round(behind_s / FRAME_S) * FRAME_BYTES
            self._pcm += bytes(silent)
            self._end_s += silent / _BYTES_PER_S
        self._pcm += pcm
        self._end_s += len(pcm) / _BYTES_PER_S

    def _forget(self) -> None:
        del self._pcm[: max(0, len(self._pcm) - round(KEPT_S * _BYTES_PER_S))]

    async def _next(self) -> tuple[float, Sound | Pressed] | None:
        if self._over:
            raise CallOver
        try:
            async with asyncio.timeout(TICK_S):
                event = await self._events.get()
        except TimeoutError:
            return None
        if event is None:
            self._over = True
            raise CallOver
        return event
