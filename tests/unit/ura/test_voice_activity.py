"""What begins a speech has a pitch; coughs, knocks and rustling have none."""

from __future__ import annotations

import numpy as np
import pytest

from sim.callers.noises import noise
from sim.callers.voices import SHIPPED, line_name
from tests.builders.lines import QUIET
from ura.adapters.voice_activity import VoiceActivity, is_dull, pitch_of
from ura.dialogue.turn import Turn
from ura.flow.nodes import Waits
from ura.ports import FRAME_BYTES, RATE_HZ, Samples
from ura.speaking.recordings import read_wav


def interrupted_s(sound: Samples) -> float | None:
    """When a prompt would stop, in seconds from the beginning of the sound."""
    pcm = np.round(np.clip(sound, -1, 1) * 32767).astype("<i2").tobytes()
    frames = [pcm[at : at + FRAME_BYTES] for at in range(0, len(pcm), FRAME_BYTES)]
    activity, turn = VoiceActivity(), Turn(waits=Waits())
    for _ in range(10):
        turn.frame(0.0, voiced=activity.voiced(QUIET))
    for place, frame in enumerate(frames, start=1):
        whole = frame.ljust(FRAME_BYTES, b"\0")
        if turn.frame(place * 0.02, voiced=activity.voiced(whole)) is not None:
            return place * 0.02
    return None


@pytest.mark.parametrize("kind", ["sneeze", "breath", "click", "typing", "knock", "paper"])
def test_what_is_no_voice_stops_nothing(kind: str) -> None:
    assert [seed for seed in range(5) if interrupted_s(noise(kind, seed)) is not None] == []


@pytest.mark.parametrize("text", ["sim", "quero negociar", "não obrigado", "vou pagar"])
def test_a_voice_stops_the_prompt(text: str) -> None:
    line = read_wav(SHIPPED / line_name("pm_alex", 1.0, text))
    assert line is not None
    at_s = interrupted_s(line)
    assert at_s is not None
    assert at_s < 0.6


def test_a_pitch_is_found_in_a_voice_and_not_in_noise_or_silence() -> None:
    time = np.arange(320) / RATE_HZ
    voice = np.sum([np.sin(2 * np.pi * 120 * n * time) / n for n in range(3, 12)], axis=0)
    hiss = np.random.default_rng(1).normal(size=320)
    assert pitch_of(voice * 0.1) > 0.9
    assert pitch_of(hiss * 0.1) < 0.4
    assert pitch_of(np.zeros(320)) == 0.0


def test_a_thud_is_dull_and_a_vowel_is_not() -> None:
    time = np.arange(160) / RATE_HZ
    assert is_dull(np.sin(2 * np.pi * 150 * time))
    assert not is_dull(np.sin(2 * np.pi * 500 * time) + np.sin(2 * np.pi * 1500 * time))
