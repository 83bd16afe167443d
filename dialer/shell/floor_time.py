"""What time it is on the floor: the switch's, because its events are what the floor is of.

The floor compares time stamps of the switch with now. Were now this process's own wall
clock, a step of either clock would end reservations that had just begun, or keep a lost
leg from being made again for as long as the step was. So now is what the switch last said,
and what has passed since on a clock that never jumps. Its first word is told with the
connection; before that it is our own wall clock.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime

from foundation.clock import SystemClock

WINDOW_S = 30.0  # after a step of the switch's clock back, now is right within two of them

_CLOCK = SystemClock()


class FloorTime:
    """One per floor. `monotonic` is in seconds; `wall` is what we go by at first."""

    def __init__(
        self,
        wall: Callable[[], datetime] = _CLOCK.now,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._wall = wall
        self._monotonic = monotonic
        self._window_began = 0.0
        self._ahead: float | None = None  # of our monotonic clock, in this window
        self._ahead_before: float | None = None

    def heard(self, at: datetime) -> None:
        """The switch stamped an event so. One that was long on its way changes nothing."""
        now = self._monotonic()
        ahead = at.timestamp() - now
        if self._ahead is None or now - self._window_began > WINDOW_S:
            self._ahead_before, self._ahead = self._ahead, ahead
            self._window_began = now
        else:
            self._ahead = max(self._ahead, ahead)

    def now(self) -> datetime:
        """Aware UTC, never far before an event that was heard."""
        known = [a for a in (self._ahead, self._ahead_before) if a is not None]
        if not known:
            return self._wall()
        return datetime.fromtimestamp(self._monotonic() + max(known), UTC)
