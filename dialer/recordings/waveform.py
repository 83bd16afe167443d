"""The shape of a recording for the eye: the loudest sample of each slice, both sides.

Pure. 0 is silence, 100 full scale; the left side is the debtor, the right one is ours.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np

from dialer.recordings.raw import CHANNELS, FRAME_BYTES, FULL_SCALE

SLICES = 600


@dataclass(frozen=True, slots=True)
class Waveform:
    debtor: list[int]
    ours: list[int]


def waveform(pieces: Iterable[bytes], raw_bytes: int, slices: int = SLICES) -> Waveform:
    """Fold raw stereo samples (the WAV header left out) that come in pieces of any size."""
    frames = max(1, raw_bytes // FRAME_BYTES)
    peaks = np.zeros((slices, CHANNELS))
    rest, done = b"", 0
    for piece in pieces:
        known = rest + piece
        whole = len(known) - len(known) % FRAME_BYTES
        rest = known[whole:]
        samples = np.frombuffer(known[:whole], dtype="<i2").reshape(-1, CHANNELS)
        loud = np.abs(samples.astype(np.int32))
        places = (done + np.arange(len(loud))) * slices // frames
        np.maximum.at(peaks, np.minimum(places, slices - 1), loud)
        done += len(loud)
    shown = np.rint(100 * peaks / FULL_SCALE).astype(int)
    return Waveform(shown[:, 0].tolist(), shown[:, 1].tolist())
