"""Silence at a person's ear is measured in what the network recorded."""

from __future__ import annotations

import numpy as np
import pytest

from sim.faults.silence import RATE, heard, longest_silence


def sound(
    seconds: float, loud: float = 3000.0
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    at = np.arange(round(seconds * RATE)) / RATE
    return loud * np.sin(2 * np.pi * 440 * at)


def test_the_longest_stretch_without_sound_is_found() -> None:
    line = np.concatenate([np.zeros(RATE), sound(2), np.zeros(3 * RATE), sound(1)])
    length, begin = longest_silence(line)
    assert length == pytest.approx(3.0, abs=0.11)
    assert begin == pytest.approx(3.0, abs=0.11)


def test_line_noise_is_silence_and_a_soft_voice_is_none() -> None:
    rng = np.random.default_rng(1)
    assert longest_silence(rng.normal(0, 8, 2 * RATE))[0] == pytest.approx(2.0)
    assert longest_silence(sound(2, loud=400.0))[0] == 0.0


def test_nothing_recorded_is_no_silence() -> None:
    assert longest_silence(np.zeros(0)) == (0.0, 0.0)


def test_the_left_channel_is_what_was_heard() -> None:
    frames = np.array([[1, 9], [2, 9], [3, 9]], dtype="<i2")
    content = frames.tobytes() + b"\x01"
    assert heard(content).tolist() == [1.0, 2.0, 3.0]
