"""How long a person who picked up heard nothing, from the network's own recording.

Pure. Recordings are interleaved stereo, 16 bit little-endian, 8 kHz: left what the person
heard, right what they said. The network begins them at the answer.
"""

from __future__ import annotations

from itertools import groupby

import numpy as np
import numpy.typing as npt

RATE = 8000  # samples a second
STEP_S = 0.05
QUIET = 100.0  # root mean square of 16 bit; a line without sound has a few units

Samples = npt.NDArray[np.float64]


def heard(content: bytes) -> Samples:
    """The left channel of a recording; half a frame at its end is left out."""
    frames = np.frombuffer(content[: len(content) // 4 * 4], dtype="<i2")
    return frames[0::2].astype(np.float64)


def longest_silence(samples: Samples) -> tuple[float, float]:
    """Return its length and when it began, in seconds; (0, 0) when there is none.

    The part of a step at the end counts as the step before it.

    >>> longest_silence(np.zeros(16000))
    (2.0, 0.0)
    """
    step = round(RATE * STEP_S)
    steps = samples[: len(samples) // step * step].reshape(-1, step)
    quiet = np.sqrt((steps**2).mean(axis=1)) < QUIET
    longest, begin, at = 0, 0, 0
    for is_quiet, run in groupby(quiet.tolist()):
        length = len(list(run))
        if is_quiet and length > longest:
            longest, begin = length, at
        at += length
    return longest * STEP_S, begin * STEP_S
