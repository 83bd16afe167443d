"""Whether the carrier takes calls at all, told by the calls placed of late. Pure.

Each call speaks once: it fails, or it is still there a few seconds after it was placed.
How calls end that were placed before an outage says nothing of the calls placed in it.
"""

from __future__ import annotations

_NEWEST = 0.15  # weight of the newest call
_OUT = 0.7  # share of failures
_TAKEN_S = 3.0  # a call that did not fail by then was taken
_LATE = 3  # times that a later failure counts: the call had spoken for the carrier


class Carrier:
    """`failing` is the share of late calls that the network refused."""

    def __init__(self) -> None:
        self.failing = 0.0
        self._new: dict[str, float] = {}  # instants at which they were placed, in order

    @property
    def is_out(self) -> bool:
        """Most calls fail: only probes make sense."""
        return self.failing > _OUT

    def placed(self, call: str, at_s: float) -> None:
        """A call left."""
        self._new[call] = at_s

    def failed(self, call: str) -> None:
        """It never reached anybody's telephone."""
        late = self._new.pop(call, None) is None
        for _ in range(_LATE if late else 1):
            self.failing += _NEWEST * (1.0 - self.failing)

    def pass_to(self, now_s: float) -> None:
        """Time goes on: calls that are old enough and did not fail were taken."""
        while self._new:
            call = next(iter(self._new))
            if self._new[call] > now_s - _TAKEN_S:
                break
            del self._new[call]
            self.failing -= _NEWEST * self.failing
