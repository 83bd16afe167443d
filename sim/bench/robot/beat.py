"""How many frames of a call came late, as its receiver counts them. Pure.

A call has a beat: frame after frame, 20 ms apart, in the order of RTP's numbers. Late is
what comes more than 20 ms after its place in it. The beat is that of the earliest
twentieth, so that sound which is late most of the time is not taken for the beat. Where
nothing came for longer than anybody catches up with, the frames that are missing are late,
every one, and the beat begins anew.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

FRAME_S = 0.02
LATE_S = 0.02
STOOD_STILL_S = 0.2  # between two frames
EARLIEST = 0.05  # share of frames that the beat is taken from
_NUMBERS = 1 << 16  # of RTP, then it begins again


@dataclass(frozen=True, slots=True)
class Late:
    """Of `frames` that should have come, `late` came late, or not; `worst_s` behind."""

    frames: int
    late: int
    worst_s: float


def late_frames(at_s: Sequence[float], numbers: Sequence[int]) -> Late:
    """Judge one call: when each frame came, and its RTP sequence number."""
    if len(at_s) < 2:
        return Late(len(at_s), 0, 0.0)
    times = np.asarray(at_s, dtype=np.float64)
    places = _unrolled(numbers)
    cuts = np.flatnonzero(np.diff(times) > STOOD_STILL_S) + 1
    late, worst_s, frames = 0, 0.0, int(places.max() - places.min()) + 1
    lost = frames - len(np.unique(places))
    for piece, place in zip(np.split(times, cuts), np.split(places, cuts), strict=True):
        behind = piece - place * FRAME_S
        behind -= np.quantile(behind, EARLIEST)
        late += int(np.sum(behind > LATE_S))
        worst_s = max(worst_s, float(behind.max()))
    for cut in cuts:
        still_s = float(times[cut] - times[cut - 1])
        missing = max(0, round(still_s / FRAME_S) - 1)
        late, frames = late + missing, frames + missing
        worst_s = max(worst_s, still_s)
    return Late(frames, late + lost, worst_s)


def _unrolled(numbers: Sequence[int]) -> NDArray[np.int64]:
    """Numbers that do not begin again."""
    steps = np.diff(np.asarray(numbers, dtype=np.int64))
    steps = np.mod(steps + _NUMBERS // 2, _NUMBERS) - _NUMBERS // 2
    return np.concatenate(([0], np.cumsum(steps)))
