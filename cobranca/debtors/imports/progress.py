"""How far an import is, for whoever waits for it."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from enum import StrEnum

READING_WEIGHT, COMPARING_WEIGHT = 0.75, 0.15  # of the whole; the rest is writing


class Phase(StrEnum):
    READING = "reading"
    COMPARING = "comparing"
    WRITING = "writing"
    UNDOING = "undoing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far an import is at one moment."""

    phase: Phase
    rows: int  # read so far
    share: float  # of the phase, 0..1
    elapsed_s: float = 0.0

    @property
    def total_rows(self) -> int:
        """How many rows there seem to be, from the bytes read so far."""
        if self.phase is not Phase.READING or self.share <= 0:
            return self.rows
        return max(self.rows, round(self.rows / self.share))

    @property
    def rate(self) -> float:
        """Rows a second since the start."""
        return self.rows / self.elapsed_s if self.elapsed_s > 0 else 0.0

    @property
    def whole(self) -> float:
        """The share of everything, 0..1."""
        match self.phase:
            case Phase.READING:
                return READING_WEIGHT * self.share
            case Phase.COMPARING:
                return READING_WEIGHT + COMPARING_WEIGHT * self.share
            case Phase.WRITING:
                left = 1 - READING_WEIGHT - COMPARING_WEIGHT
                return READING_WEIGHT + COMPARING_WEIGHT + left * self.share
            case Phase.UNDOING:
                return self.share

    @property
    def left_s(self) -> float | None:
        """Seconds that seem to be left; None while nobody can tell."""
        if self.whole < 0.02 or self.elapsed_s < 1:
            return None
        return self.elapsed_s * (1 - self.whole) / self.whole


Heard = Callable[[Progress], None]


def nobody(_progress: Progress) -> None:
    """For those who do not want to know."""


class Timer:
    """Adds the time since the start to what is told."""

    def __init__(self, heard: Heard) -> None:
        self._heard = heard
        self._start = time.monotonic()

    def tell(self, progress: Progress) -> None:
        self._heard(replace(progress, elapsed_s=time.monotonic() - self._start))
