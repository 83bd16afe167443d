"""The music heard while waiting: written for this product and made of sines.

Sixteen soft chords of 4.5 s and a sparse bell line, 72 s in all. Every note is laid on a
circle as long as the piece, so what rings past the end sounds at the start and the loop has
no seam. The seed is fixed: the same bytes each time.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from foundation.sound import RATE_HZ, Samples, levelled

CHORD_S = 4.5
LEVEL_DBFS = -24.0  # below speech: it must not tire
SEED = 20_26

# MIDI numbers, low to high. Four phrases of four bars; the last leads back to the first.
CHORDS: tuple[tuple[int, ...], ...] = (
    (48, 55, 64, 71),  # C major 7
    (45, 52, 60, 67),  # A minor 7
    (41, 53, 60, 64),  # F major 7
    (43, 50, 59, 64),  # G 6
    (48, 55, 62, 64),  # C add 9
    (40, 52, 59, 67),  # E minor 7
    (45, 52, 60, 64),  # A minor
    (43, 53, 59, 62),  # G 7
    (41, 53, 57, 64),  # F major 7
    (43, 55, 59, 64),  # G 6
    (40, 52, 55, 62),  # E minor 7
    (45, 52, 59, 60),  # A minor add 9
    (50, 53, 60, 65),  # D minor 7
    (43, 53, 60, 62),  # G suspended
    (48, 55, 59, 64),  # C major 7
    (43, 53, 59, 65),  # G 7
)


def comfort_music() -> Samples:
    """Return the loop: 8 kHz mono, 72 s, ready to be repeated end to start."""
    length = round(CHORD_S * len(CHORDS) * RATE_HZ)
    circle = np.zeros(length)
    rng = np.random.default_rng(SEED)
    for index, chord in enumerate(CHORDS):
        start = index * CHORD_S
        for note in chord:
            _lay(circle, start - 0.4, 0.16 * _pad(note))
        for beat in (0.0, 1.5, 2.25, 3.375):
            if rng.random() < 0.7:
                note = int(rng.choice(chord[1:])) + 12
                _lay(circle, start + beat, 0.22 * _bell(note))
    return levelled(circle, LEVEL_DBFS)


def _hz(note: int) -> float:
    return float(440.0 * 2 ** ((note - 69) / 12))


def _pad(note: int) -> Samples:
    """Return a slow swell: two slightly mistuned voices with a weak octave."""
    seconds = CHORD_S + 1.6
    time = _time(seconds)
    hz = _hz(note)
    voices = sum(
        np.sin(2 * np.pi * hz * detune * time)
        + 0.25 * np.sin(4 * np.pi * hz * detune * time)
        for detune in (0.9985, 1.0015)
    )
    swell = np.sin(np.pi * np.minimum(time / seconds, 1.0)) ** 1.2
    return np.asarray(voices * swell, dtype=np.float64)


def _bell(note: int) -> Samples:
    """Return a struck tone that dies away in about two seconds."""
    time = _time(2.6)
    hz = _hz(note)
    tone = np.sin(2 * np.pi * hz * time) + 0.3 * np.sin(4 * np.pi * hz * time) * np.exp(
        -6 * time
    )
    attack = np.minimum(time / 0.012, 1.0)
    release = np.clip((2.6 - time) / 0.3, 0.0, 1.0)
    return np.asarray(tone * attack * release * np.exp(-2.0 * time), dtype=np.float64)


def _time(seconds: float) -> NDArray[np.float64]:
    return np.arange(round(seconds * RATE_HZ)) / RATE_HZ


def _lay(circle: Samples, start_s: float, note: Samples) -> None:
    places = (round(start_s * RATE_HZ) + np.arange(len(note))) % len(circle)
    circle[places] += note
