"""When the next 20 ms of sound leave: in step with the clock, at most two frames ahead.

Pure. The switch plays what it is given at once, without a buffer of its own, so sound that
leaves early is heard early; and what has left cannot be taken back when the caller speaks.
"""

from __future__ import annotations

from dataclasses import dataclass
from math import floor

from ura.dialogue.turn import FRAME_S

AHEAD = 2  # frames
LOST_S = 0.2  # later than that is not caught up with: the caller would hear a rush


@dataclass(slots=True)
class Pacer:
    """Counts frames from the first one on; instants in seconds of any clock."""

    begun_s: float | None = None
    sent: int = 0
    late: int = 0  # frames that left more than 20 ms after their time

    def due(self, now_s: float) -> int:
        """How many frames may leave now."""
        if self.begun_s is None:
            self.begun_s = now_s
        behind_s = now_s - self.begun_s - self.sent * FRAME_S
        if behind_s > LOST_S:  # the process stood still: go on from here
            self.begun_s += behind_s
            behind_s = 0.0
        return max(0, floor(behind_s / FRAME_S + 1e-9) + AHEAD)

    def leave(self, now_s: float, frames: int) -> None:
        """So many frames left."""
        if self.begun_s is None:
            self.begun_s = now_s
        for _ in range(frames):
            due_s = self.begun_s + self.sent * FRAME_S
            self.late += now_s - due_s > FRAME_S
            self.sent += 1

    def next_s(self) -> float:
        """When another frame may leave."""
        begun_s = self.begun_s or 0.0
        return begun_s + (self.sent - AHEAD + 1) * FRAME_S

    def rest(self) -> None:
        """Nothing is to be said now: the next frame begins anew."""
        self.begun_s, self.sent = None, 0
