"""When a tone begins in a recording of which each block has its own time. Pure.

Music may play before: a moment counts as the tone when nearly all of its sound is one of
the frequencies asked for. With a window of 20 ms the beginning is known to about 4 ms.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

BLOCK = 128  # samples for which one time stands
WINDOW_S, HOP_S = 0.020, 0.0025
SHARE = 0.8  # of a window's energy
LOUD = 10 ** (-35 / 20)  # root mean square of full scale


@dataclass(frozen=True, slots=True)
class Track:
    """Samples (-1..1), and for each block of them the second when it came."""

    rate: float
    at_s: NDArray[np.float64]
    samples: NDArray[np.float64]

    def between(self, begin_s: float, end_s: float) -> Track:
        """The blocks that came in that time."""
        first, last = np.searchsorted(self.at_s, (begin_s, end_s))
        return Track(
            self.rate, self.at_s[first:last], self.samples[first * BLOCK : last * BLOCK]
        )


def onset_s(track: Track, hertz: Sequence[float]) -> float | None:
    """The second at which one of the tones was first heard; None when none was."""
    window, hop = int(WINDOW_S * track.rate), int(HOP_S * track.rate)
    if len(track.samples) < window:
        return None
    frames = np.lib.stride_tricks.sliding_window_view(track.samples, window)[::hop]
    energy = np.mean(frames**2, axis=1)
    turns = np.outer(np.arange(window), np.asarray(hertz)) / track.rate
    wave = np.exp(-2j * np.pi * turns)
    power = 2 * np.abs(frames @ wave) ** 2 / window**2
    share = power.max(axis=1) / np.maximum(energy, 1e-12)
    (heard,) = np.nonzero((share > SHARE) & (energy > LOUD**2))
    if len(heard) == 0:
        return None
    # what fills only a part of the window has that part of its energy
    missing = (1 - min(1.0, float(share[heard[0]]))) * window
    sample = int(heard[0] * hop + missing)
    block, within = divmod(sample, BLOCK)
    return float(track.at_s[block]) + within / track.rate
