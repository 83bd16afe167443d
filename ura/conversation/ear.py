"""Hears a caller: when somebody speaks, which keys come, and the sound of his answer.

Holds the sound of the turn in hand only. Time is that of the sound, frame by frame: what a
machine or a network that stood still brings late is heard before any timer counts. Where
the line carried nothing for long, time goes on, and silence stands in the place of sound.
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
TICK_MOST_S = 0.08  # by no more: a tick that comes later tells of us, not of the line
_BYTES_PER_S = RATE_HZ * 2
_GAP_S = 0.3  # sound may come so late before time goes on without it
_LATE_S = 1.5  # on a line that carries silence too: there it is late, not absent
_CARRIES = 0.8  # of the time there was sound on such a line


class Activity(Protocol):
    """Judges frames; see `adapters.voice_activity`."""

    def voiced(self, pcm: bytes) -> bool: ...


class Ear:
    """Use `run` as a task for as long as the call lasts."""

    def __init__(self, channel: VoiceChannel, activity: Activity) -> None:
        self._channel = channel
        self._activity = activity
        self._events: asyncio.Queue[Sound | Pressed | None] = asyncio.Queue()
        self._pcm = bytearray()
        self._end_s = 0.0  # of what is kept
        self._now_s = 0.0  # so far the line is known
        self._since_s = 0.0  # the same, when something came last
        self._ticks = 0  # since then
        self._sounds = 0  # that came in the whole call
        self._over = False
        self.begun_s = 0.0
        self.ahead: list[str] = []  # keys pressed before they were asked for

    async def run(self) -> None:
        """Take what comes, to the end of the call."""
        clock = asyncio.get_running_loop().time
        self.begun_s = self._end_s = self._now_s = self._since_s = clock()
        async for event in self._channel.heard():
            self._events.put_nowait(event)
        self._events.put_nowait(None)

    async def listen(self, turn: Turn, mouth: Mouth) -> Over:
        """Hear one answer, stopping the prompt when it is interrupted. Raises CallOver.

        Keys that came before the question count from its beginning: nobody typed slowly.
        """
        self._begin()
        while self.ahead and turn.over is None:
            if turn.key(self._now_s, self.ahead.pop(0)):
                await mouth.stop()
        while True:
            if not mouth.speaking:
                turn.prompt_over(self._now_s)
            over = turn.at(self._now_s)
            if over is not None:
                if mouth.speaking:
                    await mouth.stop()
                return over
            event = await self._next()
            if event is not None and self._take(turn, event):
                await mouth.stop()

    async def wait(self, mouth: Mouth) -> None:
        """Let a prompt be heard to its end; keys are kept for the next question."""
        while mouth.speaking:
            event = await self._next()
            if event is not None:
                self._keep(event)
                if isinstance(event, Pressed):
                    self.ahead.append(event.key)

    def sound(self, over: Over) -> Samples:
        """What was said in a turn that is over."""
        begin_s = self._end_s - len(self._pcm) / _BYTES_PER_S
        first = max(0, round((over.begin_s - begin_s) / FRAME_S)) * FRAME_BYTES
        last = max(0, round((over.end_s - begin_s) / FRAME_S)) * FRAME_BYTES
        pcm = bytes(self._pcm[first:last])
        return np.frombuffer(pcm, "<i2").astype(np.float64) / 32768

    def _begin(self) -> None:
        """Forget what is old; what was lost on the way makes no delay for ever."""
        del self._pcm[: max(0, len(self._pcm) - round(KEPT_S * _BYTES_PER_S))]
        clock = asyncio.get_running_loop().time
        if self._events.empty() and clock() - self._now_s > _GAP_S:
            self._now_s = clock()
            self._came()

    def _take(self, turn: Turn, event: Sound | Pressed) -> bool:
        """Whether it interrupts the prompt."""
        self._keep(event)
        if isinstance(event, Pressed):
            return turn.key(self._now_s, event.key) is not None
        voiced = self._activity.voiced(event.pcm)
        return turn.frame(self._now_s, voiced=voiced) is not None

    def _keep(self, event: Sound | Pressed) -> None:
        if isinstance(event, Sound):
            silent = round((self._now_s - self._end_s) / FRAME_S)
            self._pcm += bytes(silent * FRAME_BYTES) + event.pcm
            self._end_s += silent * FRAME_S + len(event.pcm) / _BYTES_PER_S
            self._now_s = max(self._now_s, self._end_s)
            self._sounds += 1
        self._came()

    def _came(self) -> None:
        self._since_s, self._ticks = self._now_s, 0

    async def _next(self) -> Sound | Pressed | None:
        if self._over:
            raise CallOver
        try:
            async with asyncio.timeout(TICK_S):
                event = await self._events.get()
        except TimeoutError:
            self._tick()
            return None
        if event is None:
            self._over = True
            raise CallOver
        return event

    def _tick(self) -> None:
        """Nothing came; what may only be late is waited for before time goes on."""
        self._ticks += 1
        now_s = asyncio.get_running_loop().time()
        carries = self._sounds * FRAME_S > _CARRIES * (now_s - self.begun_s)
        if self._ticks * TICK_S > (_LATE_S if carries else _GAP_S):
            quiet_s = self._ticks * TICK_MOST_S
            self._now_s = max(self._now_s, min(now_s, self._since_s + quiet_s))
