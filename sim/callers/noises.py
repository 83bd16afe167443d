"""Noises that people make at a telephone and that are no answer: coughs, clicks, doors.

Pure; chance comes as a Generator. They are made of noise and resonances as the real ones
are described, not recorded: figures measured with them say so.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
from scipy.signal import butter, lfilter, sosfilt

from foundation.sound import levelled
from sim.openings.line import sound
from ura.ports import RATE_HZ, Samples

Made = Callable[[np.random.Generator], Samples]
LEVEL_DBFS = -20.0


def cough(rng: np.random.Generator) -> Samples:
    """One or two: a burst, a breathy middle and, in half, a short voiced end."""
    once = [_one_cough(rng) for _ in range(int(rng.integers(1, 3)))]
    gap = np.zeros(round(rng.uniform(0.08, 0.2) * RATE_HZ))
    return np.concatenate([part for each in once for part in (each, gap)])


def _one_cough(rng: np.random.Generator) -> Samples:
    burst = _noise(rng, rng.uniform(0.03, 0.06), 400, 3300) * 1.0
    middle = _noise(rng, rng.uniform(0.10, 0.22), 300, 2500) * 0.45
    parts = [_fading(burst, 0.03), _fading(middle, 0.10)]
    if rng.random() < 0.5:
        parts.append(_fading(_voiced(rng, rng.uniform(0.04, 0.10)) * 0.3, 0.05))
    return np.concatenate(parts)


def throat(rng: np.random.Generator) -> Samples:
    """Clearing the throat: rough, with a pulse that wanders."""
    seconds = rng.uniform(0.25, 0.45)
    rough = 0.5 + 0.5 * np.sign(np.sin(2 * np.pi * rng.uniform(22, 40) * _time(seconds)))
    return _fading(_noise(rng, seconds, 200, 1200) * rough, 0.2)


def sneeze(rng: np.random.Generator) -> Samples:
    breath = _noise(rng, rng.uniform(0.2, 0.4), 500, 3000) * 0.15
    burst = _noise(rng, rng.uniform(0.15, 0.3), 800, 3400)
    return np.concatenate([breath, _fading(burst, 0.1)])


def breath(rng: np.random.Generator) -> Samples:
    seconds = rng.uniform(0.5, 1.2)
    swell = np.sin(np.pi * _time(seconds) / seconds) ** 2
    return np.asarray(_noise(rng, seconds, 300, 2500) * swell * 0.3)


def click(rng: np.random.Generator) -> Samples:
    return _taps(rng, 1, 0.0)


def typing(rng: np.random.Generator) -> Samples:
    return _taps(rng, int(rng.integers(6, 14)), 0.12)


def knock(rng: np.random.Generator) -> Samples:
    """On a table or a door: three dull resonances."""
    seconds, hz = 0.09, rng.uniform(120, 350)
    one = np.exp(-_time(seconds) * 60) * np.sin(2 * np.pi * hz * _time(seconds))
    gap = np.zeros(round(rng.uniform(0.1, 0.25) * RATE_HZ))
    return np.concatenate([one, gap] * int(rng.integers(1, 4)))


def door(rng: np.random.Generator) -> Samples:
    """Slams: a thud, and what rattles after it."""
    thud = _fading(_noise(rng, 0.25, 60, 500), 0.06)
    return np.concatenate([thud, _fading(_noise(rng, 0.2, 300, 2000) * 0.3, 0.08)])


def paper(rng: np.random.Generator) -> Samples:
    pieces = [
        _fading(_noise(rng, rng.uniform(0.04, 0.15), 900, 3400), 0.05) for _ in range(6)
    ]
    return np.concatenate(pieces) * 0.4


def wind(rng: np.random.Generator) -> Samples:
    """Wind in the microphone."""
    return _noise(rng, rng.uniform(0.6, 1.5), 20, 400)


def horn(rng: np.random.Generator) -> Samples:
    """A car's horn: two steady tones."""
    low, seconds = rng.uniform(380, 420), rng.uniform(0.3, 0.9)
    two = np.sin(2 * np.pi * low * _time(seconds)) + np.sin(
        2.4 * np.pi * low * _time(seconds)
    )
    return _fading(two, 1.0)


def music(rng: np.random.Generator) -> Samples:
    return sound("music", 1.5, rng) * 0.2


NOISES: Mapping[str, Made] = {
    "cough": cough,
    "throat": throat,
    "sneeze": sneeze,
    "breath": breath,
    "click": click,
    "typing": typing,
    "knock": knock,
    "door": door,
    "paper": paper,
    "wind": wind,
    "horn": horn,
    "music": music,
}


def noise(kind: str, seed: int) -> Samples:
    """One noise of that kind, at the level of speech."""
    return levelled(NOISES[kind](np.random.default_rng(seed)), LEVEL_DBFS)


def street(seconds: float, seed: int, level_dbfs: float) -> Samples:
    """What is heard behind somebody who calls from the street."""
    return levelled(sound("street", seconds, np.random.default_rng(seed)), level_dbfs)


def _noise(rng: np.random.Generator, seconds: float, low: float, high: float) -> Samples:
    band = butter(2, (low, min(high, 3_900.0)), "bandpass", fs=RATE_HZ, output="sos")
    raw = rng.normal(size=round(seconds * RATE_HZ) + 200)
    return np.asarray(sosfilt(band, raw), dtype=np.float64)[200:]


def _voiced(rng: np.random.Generator, seconds: float) -> Samples:
    pulses = np.zeros(round(seconds * RATE_HZ))
    pulses[:: round(RATE_HZ / rng.uniform(90, 220))] = 1.0
    return np.asarray(lfilter([1.0], [1.0, -1.2, 0.8], pulses), dtype=np.float64)


def _taps(rng: np.random.Generator, count: int, apart_s: float) -> Samples:
    pieces = []
    for _ in range(count):
        pieces.append(_fading(_noise(rng, 0.02, 1000, 3400), 0.006))
        pieces.append(np.zeros(round(rng.uniform(0.5, 1.5) * apart_s * RATE_HZ)))
    return np.concatenate(pieces)


def _fading(samples: Samples, after_s: float) -> Samples:
    shape = np.exp(-np.arange(len(samples)) / RATE_HZ / after_s)
    return np.asarray(samples * shape, dtype=np.float64)


def _time(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ
