"""What a telephone line does to a sound, and the sounds that are no speech.

Pure functions on samples (float, -1..1, mono, 8 kHz); chance comes as a Generator.
"""

from __future__ import annotations

import numpy as np
from scipy.signal import butter, sosfilt

from foundation.sound import RATE_HZ, Samples, silence
from sim.openings.labelled import Noise, Opening, Sound

SECONDS = 12.0  # of each opening; who picks up has long been told by then
BAND_HZ = (300.0, 3_400.0)
FLOOR_DBFS = -65.0  # of an idle line
BEEP_S = 0.45
CADENCES: dict[str, tuple[float, float, float]] = {  # Hz, seconds on, seconds off
    "busy": (425.0, 0.25, 0.25),
    "dial": (425.0, 12.0, 0.0),
    "ring": (425.0, 1.0, 4.0),
    "fax": (2_100.0, 3.3, 1.0),
}
SIT_HZ, SIT_S = (950.0, 1_400.0, 1_800.0), 0.33  # ITU-T E.180
_BAND = butter(4, BAND_HZ, "bandpass", fs=RATE_HZ, output="sos")


def assembled(opening: Opening, speech: Samples, again: Samples) -> Samples:
    """The far end as it speaks, from the 200 OK on: level and order, no line yet."""
    rng = np.random.default_rng(opening.seed)
    pieces = [silence(opening.before_s)]
    if opening.before:
        seconds = 3.0 if opening.before == "ring" else SIT_S * len(SIT_HZ)
        pieces += [sound(opening.before, seconds, rng) * _gain(-22.0), silence(0.3)]
    if opening.sound:
        pieces.append(sound(opening.sound, SECONDS, rng) * _gain(opening.level_dbfs))
    pieces.append(speech)
    if opening.after == "beep":
        beep = _sine(opening.after_hz, BEEP_S) * _gain(opening.level_dbfs)
        pieces += [silence(opening.after_s), beep]
    elif len(again):
        pieces += [silence(opening.again_s), again]
    whole = np.concatenate(pieces)
    wanted = round(SECONDS * RATE_HZ)
    return np.concatenate([whole, np.zeros(max(0, wanted - len(whole)))])[:wanted]


def on_the_line(opening: Opening, far_end: Samples, babble: Samples) -> Samples:
    """Noise of the place, the band, the floor of an idle line; the codec comes after."""
    rng = np.random.default_rng(opening.seed + 1)
    noise = _noise(opening.noise, len(far_end), rng, babble)
    mixed = far_end + noise * _gain(opening.level_dbfs - opening.snr_db)
    banded = np.asarray(sosfilt(_BAND, mixed), dtype=np.float64)
    return np.clip(banded + rng.normal(0.0, _gain(FLOOR_DBFS), len(banded)), -1.0, 1.0)


def sound(kind: Sound, seconds: float, rng: np.random.Generator) -> Samples:
    """A sound of mean level 1 that is no speech (may be above full scale)."""
    if kind == "sit":
        return np.concatenate([_sine(hz, SIT_S) for hz in SIT_HZ])
    if kind == "modem":
        return np.asarray(_sine(1_650.0, seconds) + _pink(rng, seconds) * 0.5) / 1.12
    if kind in CADENCES:
        hz, on_s, off_s = CADENCES[kind]
        cycle = np.concatenate([_sine(hz, on_s), silence(off_s)])
        return np.tile(cycle, int(seconds / (on_s + off_s)) + 1)[: round(seconds * RATE_HZ)]
    if kind == "breath":
        slow = 0.5 + 0.5 * np.sin(2 * np.pi * 0.3 * _time(seconds))
        return _pink(rng, seconds) * slow * 0.3
    if kind == "street":
        slow = 0.6 + 0.4 * np.sin(2 * np.pi * 0.15 * _time(seconds) + rng.uniform(0, 6))
        return _pink(rng, seconds) * slow
    if kind == "music":
        return _tune(rng, seconds)
    return silence(seconds)


def alaw(samples: Samples) -> Samples:
    """There and back through G.711 A-law."""
    a = 87.6
    bent = 1 + np.log(a)
    size = np.abs(samples)
    small = size < 1 / a
    coded = np.where(small, a * size, 1 + np.log(np.maximum(a * size, 1.0))) / bent
    level = np.round(coded * 127) / 127
    back = np.where(level < 1 / bent, level * bent / a, np.exp(level * bent - 1) / a)
    return np.asarray(np.sign(samples) * back)


def ulaw(samples: Samples) -> Samples:
    """There and back through G.711 µ-law."""
    mu = 255.0
    coded = np.round(np.log1p(mu * np.abs(samples)) / np.log1p(mu) * 127) / 127
    return np.asarray(np.sign(samples) * np.expm1(coded * np.log1p(mu)) / mu)


def _noise(kind: Noise, count: int, rng: np.random.Generator, babble: Samples) -> Samples:
    seconds = count / RATE_HZ
    if kind == "babble" and len(babble):
        begin = int(rng.integers(len(babble)))
        return np.resize(np.roll(babble, -begin), count)
    if kind in ("pink", "babble"):
        return _pink(rng, seconds)[:count]
    if kind == "hum":
        hum = sum(_sine(60.0 * n, seconds) / n for n in (1, 3, 5, 7))
        return np.asarray(hum + 0.2 * _pink(rng, seconds))[:count]
    return np.zeros(count)


def _pink(rng: np.random.Generator, seconds: float) -> Samples:
    count = round(seconds * RATE_HZ)
    white = np.fft.rfft(rng.normal(size=count))
    shaped = np.fft.irfft(white / np.sqrt(np.maximum(np.arange(len(white)), 1)), count)
    return np.asarray(shaped / np.sqrt(np.mean(shaped**2)))


def _tune(rng: np.random.Generator, seconds: float) -> Samples:
    """Chords that change every 0.4 s, as music on hold does."""
    notes = 220.0 * 2 ** (np.array([0, 2, 4, 7, 9, 12, 14]) / 12)
    chords: list[Samples] = []
    while len(chords) * 0.4 < seconds:
        chord = rng.choice(notes, size=3, replace=False)
        chords.append(np.asarray(sum(_sine(float(hz), 0.4) for hz in chord)) / 3**0.5)
    return np.concatenate(chords)[: round(seconds * RATE_HZ)]


def _sine(hz: float, seconds: float) -> Samples:
    return np.asarray(2**0.5 * np.sin(2 * np.pi * hz * _time(seconds)))


def _time(seconds: float) -> Samples:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _gain(dbfs: float) -> float:
    return float(10 ** (dbfs / 20))
