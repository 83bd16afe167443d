"""Trimming, levels and the narrowing of the band."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from foundation.sound import (
    RATE_HZ,
    Samples,
    decimated,
    doubled,
    levelled,
    silence,
    tone,
    trimmed,
    write_wav,
)
from tests.unit.ura.wav import read_wav


def a_sine(hz: float, seconds: float, rate_hz: int = RATE_HZ) -> Samples:
    return np.asarray(
        np.sin(2 * np.pi * hz * np.arange(round(seconds * rate_hz)) / rate_hz)
    )


def rms_db(samples: Samples) -> float:
    return float(20 * np.log10(np.sqrt(np.mean(samples**2))))


def test_trimming_keeps_the_margin_and_pauses_inside() -> None:
    said = np.concatenate([silence(0.7), a_sine(500, 0.3), silence(0.4), a_sine(500, 0.3)])
    padded = np.concatenate([said, silence(1.0)])

    assert len(trimmed(padded, RATE_HZ)) / RATE_HZ == pytest.approx(1.1, abs=0.011)


def test_trimming_silence_leaves_nothing() -> None:
    assert len(trimmed(silence(1.0), RATE_HZ)) == 0


def test_levelling_reaches_the_level() -> None:
    assert rms_db(levelled(a_sine(500, 1.0) * 0.003)) == pytest.approx(-20)


def test_a_click_stops_the_gain_at_the_peak_limit() -> None:
    clicked = a_sine(500, 1.0) * 0.001
    clicked[4_000] = 0.5

    assert np.abs(levelled(clicked)).max() == pytest.approx(10 ** (-1 / 20))


@pytest.mark.parametrize(
    ("hz", "at_least", "at_most"),
    [
        (200, -3.1, -2.9),  # a full sine is 3.01 dB below full scale
        (3_300, -3.3, -2.9),  # the telephone's band passes
        (4_400, -200, -65),  # would fold back to 3,600 Hz
        (7_000, -200, -65),  # would fold back to 1,000 Hz
    ],
)
def test_narrowing_passes_the_band_and_folds_nothing_back(
    hz: float, at_least: float, at_most: float
) -> None:
    narrow = decimated(a_sine(hz, 1.0, rate_hz=24_000), 3)

    assert len(narrow) == 8_000
    assert at_least <= rms_db(narrow[200:-200]) <= at_most


@pytest.mark.parametrize("hz", [200, 3_000])
def test_doubling_keeps_the_sound_and_mirrors_nothing(hz: float) -> None:
    wide = doubled(a_sine(hz, 1.0))

    assert len(wide) == 16_000
    difference = (wide - a_sine(hz, 1.0, rate_hz=16_000))[200:-200]
    assert np.abs(difference).max() < 0.01


@pytest.mark.parametrize("count", [0, 1, 7])
def test_doubling_takes_what_is_shorter_than_its_filter(count: int) -> None:
    assert len(doubled(silence(1.0)[:count])) == 2 * count


def test_what_is_written_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "tone.wav"
    write_wav(path, tone((440.0,), 0.5))

    wav = read_wav(path)
    assert wav.loudest_hz == pytest.approx(440, abs=3)
    assert wav.seconds == 0.5
    assert list(tmp_path.iterdir()) == [path]
