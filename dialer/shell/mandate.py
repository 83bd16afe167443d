"""The right to act in a term of office, as this process can tell by a clock of its own.

PostgreSQL decides who leads; but a process that stood still (stopped, swapped out, its
machine asleep) wakes up with work in its hands and cannot ask first. So nothing is done
beyond the lease of the last renewal, counted from before that was asked for: whoever
leads next began later than that.
"""

from __future__ import annotations

import time
from collections.abc import Callable

_NEVER = float("-inf")


def seconds() -> float:
    """Seconds that go on while the machine sleeps; no clock that anybody sets."""
    return time.clock_gettime(time.CLOCK_BOOTTIME)


class Mandate:
    """`asked_s`: when office was asked for, on `now_s`; both in seconds.

    One that lapsed does not come back: what happened meanwhile was not attended to.
    """

    def __init__(
        self, lease_s: float, asked_s: float, now_s: Callable[[], float] = seconds
    ) -> None:
        self._lease_s = lease_s
        self._until_s = asked_s + lease_s
        self._now_s = now_s

    @property
    def stands(self) -> bool:
        """Whether anything may be done now."""
        if self._now_s() >= self._until_s:
            self.end()
        return self._until_s != _NEVER

    @property
    def left_s(self) -> float:
        """How much longer it stands if it is not renewed; 0 when it does not stand."""
        return max(0.0, self._until_s - self._now_s())

    def renewed(self, asked_s: float) -> None:
        """The lease was extended; it was asked for then."""
        if self.stands:
            self._until_s = max(self._until_s, asked_s + self._lease_s)

    def end(self) -> None:
        """Somebody else leads, or office was given back."""
        self._until_s = _NEVER
