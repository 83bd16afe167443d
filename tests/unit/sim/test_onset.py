"""When a tone begins: found within its resolution, not in music, not in silence."""

from __future__ import annotations

import wave

import numpy as np
import pytest
from numpy.typing import NDArray

from sim.bench.onset import BLOCK, Track, onset_s
from ura.voice_lines import Clip
from ura.voice_rendering import SIT_HZ

RATE = 48_000
BEGAN_S = 1_700_000_000.0


def _track(samples: NDArray[np.float64]) -> Track:
    whole = samples[: len(samples) // BLOCK * BLOCK]
    blocks = np.arange(len(whole) // BLOCK)
    return Track(RATE, BEGAN_S + blocks * BLOCK / RATE, whole)


def _tone(hertz: float, seconds: float) -> NDArray[np.float64]:
    at = np.arange(int(seconds * RATE)) / RATE
    wave: NDArray[np.float64] = 0.14 * np.sin(2 * np.pi * hertz * at)
    return wave


def _music(seconds: float) -> NDArray[np.float64]:
    """What an agent hears between calls, at the rate of a browser."""
    file = Clip(id="espera_suave", category="music", synth="comfort_music").file
    with wave.open(f"ura/prompts/pt_BR/{file}") as music:
        pcm = np.frombuffer(music.readframes(int(seconds * 8000)), "<i2") / 32768
    return np.repeat(pcm, RATE // 8000)


@pytest.mark.parametrize("hertz", SIT_HZ)
@pytest.mark.parametrize("before_s", [0.3, 0.3041, 0.317])
def test_the_beginning_is_found_after_music(hertz: float, before_s: float) -> None:
    music = _music(1.0)[: int(before_s * RATE)]
    found = onset_s(_track(np.concatenate([music, _tone(hertz, 0.3)])), SIT_HZ)
    assert found is not None
    assert abs(found - BEGAN_S - before_s) < 0.005


def test_music_and_silence_are_no_tone() -> None:
    assert onset_s(_track(_music(20.0)), SIT_HZ) is None
    assert onset_s(_track(np.zeros(RATE)), SIT_HZ) is None


def test_a_piece_of_a_track_keeps_its_times() -> None:
    track = _track(np.concatenate([np.zeros(RATE), _tone(SIT_HZ[0], 1.0)]))
    piece = track.between(BEGAN_S + 0.9, BEGAN_S + 1.5)
    found = onset_s(piece, SIT_HZ)
    assert found is not None
    assert abs(found - BEGAN_S - 1.0) < 0.005
    assert onset_s(track.between(BEGAN_S, BEGAN_S + 0.01), SIT_HZ) is None
