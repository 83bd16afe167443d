"""Whether the telephone network still answers us at all. Pure.

One call that nobody acknowledges is a carrier's bad moment; many in a row, with not one
sign of life between them, is a route that leads nowhere.
"""

from __future__ import annotations

from dialer.calls.call import Call
from dialer.calls.events import NetworkOutcome

DEAD_AFTER = 10  # calls in a row without a sign of life


class TrunkWatch:
    """Counts calls in a row on which the network said nothing."""

    def __init__(self) -> None:
        self._silent = 0

    @property
    def dead(self) -> bool:
        return self._silent >= DEAD_AFTER

    def ended(self, call: Call) -> bool:
        """Take note of an ended outbound call; True when `dead` changed by it."""
        before = self.dead
        if call.outcome is NetworkOutcome.CARRIER_SILENT:
            self._silent += 1
        elif call.outcome is not NetworkOutcome.NOT_SENT:
            self._silent = 0
        return self.dead is not before
