"""Joins pieces of sound without a click, with silence between them. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from foundation.sound import RATE_HZ, Samples, silence, trimmed

MARGIN_S = 0.015  # kept round the sound of a piece
FADE_S = 0.006


def joined(pieces: Sequence[tuple[Samples, float]]) -> Samples:
    """Join sounds, each with the silence after it; the last one's silence is left out."""
    found: list[Samples] = []
    for place, (samples, pause_s) in enumerate(pieces):
        heard = faded(trimmed(samples, RATE_HZ, MARGIN_S))
        found.append(heard)
        if place < len(pieces) - 1:
            found.append(silence(pause_s))
    return np.concatenate(found) if found else silence(0)


def faded(samples: Samples) -> Samples:
    """Let a sound come and go within a few milliseconds."""
    count = min(round(FADE_S * RATE_HZ), len(samples) // 2)
    shaped = np.array(samples, dtype=np.float64)
    if count:
        ramp = np.sin(np.linspace(0, np.pi / 2, count)) ** 2
        shaped[:count] *= ramp
        shaped[len(shaped) - count :] *= ramp[::-1]
    return shaped
