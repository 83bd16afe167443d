"""A limit of calls per second over a rolling window. Pure."""

from __future__ import annotations

from collections import deque

_ROUNDING = 1e-9


class CallsPerSecond:
    """Counts calls; below one call a second the window is as long as one call's turn."""

    def __init__(self, limit_cps: float) -> None:
        self._window_s = max(1.0, 1.0 / limit_cps)
        self._most = int(limit_cps * self._window_s + _ROUNDING)
        self._placed: deque[float] = deque()

    def count(self, at_s: float) -> None:
        """A call was placed at that instant."""
        self._placed.append(at_s)
        self._forget(at_s)

    def left(self, now_s: float) -> int:
        """Calls that may still be placed now."""
        self._forget(now_s)
        return max(0, self._most - len(self._placed))

    def _forget(self, now_s: float) -> None:
        while self._placed and self._placed[0] <= now_s - self._window_s:
            self._placed.popleft()
