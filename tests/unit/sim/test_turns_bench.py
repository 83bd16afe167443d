"""A turn is measured from its end to the robot's next words, with all but a model."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from foundation.sound import tone
from sim.bench.robot.turns import KEYS, KINDS, Bench, Timed, Wait, figures_of
from sim.openings.sounds import read
from sim.personas import sounds
from ura.adapters.audiosocket_channel import TalkServer
from ura.adapters.scripted_recogniser import ScriptedRecogniser
from ura.ports import Samples


async def _sound(_prompt: str, _slots: Mapping[str, object]) -> Samples:
    return tone((700.0,), 0.2)


async def test_a_spoken_answer_and_a_key_are_measured() -> None:
    recogniser = Timed(ScriptedRecogniser(["sim"]))
    bench = Bench(_sound, recogniser)
    said = read(sounds.path(sounds.ids("agent")[0]))[:8000]
    async with TalkServer(bench.talks, 2).serving("127.0.0.1", 0) as port:
        spoken = await bench.turn(port, KINDS[0], said)
        pressed = await bench.turn(port, KEYS, "1")
    assert 0 < spoken.from_turn_s < spoken.from_speech_s
    assert pressed.from_turn_s > 0


def test_the_slowest_of_twenty_is_what_counts() -> None:
    waits = [Wait(0.1, 0.6)] * 18 + [Wait(0.9, 1.4)] * 2
    (figure,) = figures_of(KINDS[0], waits)
    assert figure.met is False
    assert figure.value == np.float64(900.0)
    (figure,) = figures_of(KINDS[0], [Wait(0.1, 0.6)] * 20)
    assert figure.met is True
