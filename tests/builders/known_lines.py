"""A Recogniser that knows a few committed lines by ear: for calls in sound without a model.

It really listens: each line is laid over what came, and the one that fits is taken. What is
none of them is speech that nobody understands.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np

from ura.dialogue.understanding import Speech
from ura.ports import Samples

FITS = 0.5  # of 1: the same sound, sample by sample, after the telephone's coding
NOT_UNDERSTOOD = "o passarinho azul voou"


class KnownLines:
    """As `ports.Recogniser`; `lines` are sounds by their text."""

    def __init__(self, lines: Mapping[str, Samples]) -> None:
        self._lines = lines
        self.heard: list[str] = []

    async def speech(
        self, sound: Samples, phrases: Sequence[str], *, free: bool
    ) -> Speech | None:
        fits = await asyncio.to_thread(self._fits, sound)
        best = max(fits, key=lambda text: fits[text])
        text = best if fits[best] >= FITS else NOT_UNDERSTOOD
        self.heard.append(text)
        return Speech(text)

    def _fits(self, sound: Samples) -> dict[str, float]:
        return {text: _fit(sound, line) for text, line in self._lines.items()}


def _fit(sound: Samples, line: Samples) -> float:
    """How well the line fits at its best place: the normalised correlation."""
    count = 1 << (len(sound) + len(line)).bit_length()
    turned = np.conj(np.fft.rfft(line, count))
    together = np.fft.irfft(np.fft.rfft(sound, count) * turned, count)
    energy = float(np.sum(sound**2)) * float(np.sum(line**2))
    return float(together.max() / np.sqrt(max(energy, 1e-12)))
