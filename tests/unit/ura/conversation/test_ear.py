"""What a process or a network that stood still brings late is heard all the same."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator

import numpy as np
import pytest

from tests.builders.lines import VOICED, Line, Loudness, in_virtual_time
from ura.conversation.ear import Ear
from ura.conversation.mouth import Mouth
from ura.dialogue.turn import Over, Turn, Why
from ura.flow.nodes import Waits
from ura.ports import RATE_HZ, Pressed, Sound

FRAMES = 20  # of 20 ms
WAITS = Waits(silence_s=60.0)
STOOD_S = 0.6  # longer than the pause that ends a turn


class Arriving:
    """A VoiceChannel on which sound comes when it is told to."""

    def __init__(self) -> None:
        self._events: asyncio.Queue[Sound | Pressed] = asyncio.Queue()

    def bring(self, frames: int) -> None:
        for _ in range(frames):
            self._events.put_nowait(Sound(VOICED))

    async def heard(self) -> AsyncIterator[Sound | Pressed]:
        while True:
            yield await self._events.get()

    async def send(self, frame: bytes) -> None: ...
    async def drop(self) -> None: ...
    async def leave(self) -> None: ...


async def test_a_word_is_not_cut_where_the_process_stood_still() -> None:
    line = Arriving()
    ear, turn = Ear(line, Loudness()), Turn(waits=Waits())
    hearing = asyncio.create_task(ear.run())
    listening = asyncio.create_task(ear.listen(turn, Mouth(line)))
    await asyncio.sleep(0)
    line.bring(FRAMES)
    async with asyncio.timeout(10):
        while not turn.speaking:
            await asyncio.sleep(0)
    time.sleep(STOOD_S)  # noqa: ASYNC251  all tasks stand still, as on a busy machine
    for _ in range(5):  # timers that are due come before the sound that waits
        await asyncio.sleep(0)
    line.bring(round(STOOD_S / 0.02))
    over = await listening
    hearing.cancel()
    sound = ear.sound(over)
    voiced = np.flatnonzero(sound)
    assert over.why is Why.SPEECH
    assert len(voiced) == round((FRAMES * 0.02 + STOOD_S) * RATE_HZ)
    assert voiced[-1] - voiced[0] + 1 == len(voiced)  # and no silence put into the word


def test_time_goes_on_where_a_line_carries_keys_and_no_sound() -> None:
    async def types(line: Line) -> None:
        for _ in range(3):
            await asyncio.sleep(20.0)
            line.bring(Pressed("1"))
        await asyncio.sleep(20.0)

    async def listens() -> tuple[Over, float]:
        line = Line(types)
        ear = Ear(line, Loudness())
        hearing = asyncio.create_task(ear.run())
        clock = asyncio.get_running_loop().time
        await ear.listen(Turn(waits=WAITS, digits=11), Mouth(line))
        over = await ear.listen(Turn(waits=WAITS, digits=11), Mouth(line))
        hearing.cancel()
        return over, clock()

    over, at_s = in_virtual_time(listens())
    assert (over.why, over.keys) == (Why.KEYS, "1")
    assert at_s == pytest.approx(40.0 + WAITS.between_keys_s, abs=0.5)
