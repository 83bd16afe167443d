"""What begins a speech has a pitch; coughs, knocks and rustling have none."""

from __future__ import annotations

import numpy as np
import pytest

from sim.bench.barge_in import PITCHED
from sim.callers.caller import is_loud
from sim.callers.noises import NOISES, noise, street
from sim.callers.voices import SHIPPED, line_name
from ura.adapters.voice_activity import VoiceActivity, is_dull, pitch_of
from ura.conversation.mouth import frames_of
from ura.dialogue.turn import Turn
from ura.flow.nodes import Waits
from ura.ports import RATE_HZ, Samples
from ura.speaking.recordings import read_wav

SILENCE = np.zeros(1600)


def interrupted_s(sound: Samples, before: Samples = SILENCE) -> float | None:
    """When a prompt would stop, in seconds from the beginning of the sound."""
    activity, turn = VoiceActivity(), Turn(waits=Waits())
    for frame in frames_of(before):
        activity.voiced(frame)
    for place, frame in enumerate(frames_of(sound), start=1):
        if turn.frame(place * 0.02, voiced=activity.voiced(frame)) is not None:
            return place * 0.02
    return None


def begun_s(sound: Samples) -> float:
    """When something can be heard."""
    frames = (sound[at : at + 160] for at in range(0, len(sound), 160))
    return 0.02 * next(place for place, frame in enumerate(frames) if is_loud(frame))


@pytest.mark.parametrize("kind", ["cough", "throat", "sneeze", "breath", "click", "paper"])
def test_what_is_no_voice_stops_nothing(kind: str) -> None:
    assert [seed for seed in range(5) if interrupted_s(noise(kind, seed)) is not None] == []


def test_of_coughs_and_noises_at_most_one_in_twenty_stops_a_prompt() -> None:
    made = [(kind, seed) for kind in NOISES if kind not in PITCHED for seed in range(6)]
    stopped = [each for each in made if interrupted_s(noise(*each)) is not None]
    assert len(stopped) <= 0.05 * len(made), stopped


def test_nineteen_of_twenty_voices_are_decided_within_a_fifth_of_a_second() -> None:
    found = [read_wav(path) for path in sorted(SHIPPED.glob("*.wav"))]
    lines = [line for line in found if line is not None]
    late_s = [(interrupted_s(line) or 99.0) - begun_s(line) for line in lines]
    assert len(late_s) > 10
    assert np.percentile(late_s, 95) <= 0.2, late_s


def test_the_noise_of_a_street_stops_nothing_and_a_voice_in_it_does() -> None:
    line = read_wav(SHIPPED / line_name("pm_alex", 1.0, "quero negociar"))
    assert line is not None
    before, behind = np.split(street(6.0, 1, -33.0), 2)  # 13 dB below who speaks
    assert interrupted_s(behind, before) is None
    behind[8_000 : 8_000 + len(line)] += line
    assert 1.0 < (interrupted_s(behind, before) or 0) < 1.5


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
