"""When a route is left aside for a while, and how it comes back. Pure.

Many calls in a row that the carrier did not take (503, 401, or not a word) would only cost
debtors their turn. The route then rests; after that one call at a time tries it. Each that
fails doubles the rest, one that was carried, however it ended, brings the route back.
Instants are seconds of one clock.
"""

from __future__ import annotations

from dialer.calls.call import Call
from dialer.calls.events import NetworkOutcome
from dialer.calls.fail_over import REFUSED_BY_ROUTE

FAILURES = 5  # in a row
FIRST_S, LONGEST_S = 30.0, 600.0


class RouteRest:
    """One route's failures, and its rest."""

    def __init__(self) -> None:
        self._failures = 0
        self._rest_s = FIRST_S
        self._until_s: float | None = None  # None: it is used as any other

    @property
    def aside(self) -> bool:
        """Whether it rests, or is only tried."""
        return self._until_s is not None

    def room(self, left: int, used: int, now_s: float) -> int:
        """Calls that it may take now, of the `left` that it has room for."""
        if self._until_s is None:
            return left
        return min(left, max(0, 1 - used)) if now_s >= self._until_s else 0

    def ended(self, call: Call, now_s: float) -> bool:
        """Take note of a call, or a try, that ended on it; True when `aside` changed."""
        before = self.aside
        if _carried(call):
            self._failures, self._rest_s, self._until_s = 0, FIRST_S, None
        elif _refused(call):
            self._failures += 1
            if self._until_s is not None and now_s >= self._until_s:
                self._rest_s = min(2 * self._rest_s, LONGEST_S)
                self._until_s = now_s + self._rest_s
            elif self._until_s is None and self._failures >= FAILURES:
                self._until_s = now_s + self._rest_s
        return self.aside is not before


def _refused(call: Call) -> bool:
    """The carrier did not take it, for its own sake."""
    if call.outcome is NetworkOutcome.CARRIER_SILENT:
        return True
    refused = call.sip_code in REFUSED_BY_ROUTE
    return refused and call.ringing_at is None and call.answered_at is None


def _carried(call: Call) -> bool:
    """The network was there; what we took back or lost ourselves tells nothing."""
    rang = call.ringing_at is not None or call.answered_at is not None
    told = call.outcome not in (
        None, NetworkOutcome.CARRIER_SILENT, NetworkOutcome.CONGESTION,
        NetworkOutcome.CANCELLED, NetworkOutcome.SWITCH_LOST, NetworkOutcome.NOT_SENT,
    )  # fmt: skip
    return rang or (told and not _refused(call))
