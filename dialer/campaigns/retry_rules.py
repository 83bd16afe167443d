"""When a debtor is tried again after an attempt. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from dialer.calls.events import NetworkOutcome

#: Minutes to the next try by outcome; an outcome that is missing ends the debtor's turn.
DEFAULT_MINUTES: Mapping[NetworkOutcome, float] = {
    NetworkOutcome.BUSY: 15,
    NetworkOutcome.NO_ANSWER: 60,
    NetworkOutcome.CONGESTION: 5,
    NetworkOutcome.CARRIER_SILENT: 10,
    NetworkOutcome.CANCELLED: 5,
    NetworkOutcome.REJECTED: 240,
    NetworkOutcome.INVALID_NUMBER: 0,  # at once, on the next number
    NetworkOutcome.SWITCH_LOST: 5,
    NetworkOutcome.NOT_SENT: 1,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class RetryRules:
    """`max_attempts` counts calls of this campaign to this debtor, over all numbers."""

    max_attempts: int = 5
    minutes: Mapping[NetworkOutcome, float] = field(default_factory=lambda: DEFAULT_MINUTES)

    @classmethod
    def parse(cls, stored: Mapping[str, Any]) -> RetryRules:
        """Read the JSON of a campaign row; raises ValueError for an unknown outcome."""
        given = stored.get("minutes")
        return cls(
            max_attempts=int(stored.get("max_attempts", 5)),
            minutes=DEFAULT_MINUTES
            if given is None
            else {NetworkOutcome(name): float(value) for name, value in given.items()},
        )

    def minutes_to_next(self, outcome: NetworkOutcome, attempts: int) -> float | None:
        """Minutes until the next try after `attempts` calls, None when there is none.

        >>> RetryRules(max_attempts=2).minutes_to_next(NetworkOutcome.BUSY, attempts=1)
        15
        >>> RetryRules(max_attempts=2).minutes_to_next(NetworkOutcome.BUSY, attempts=2)
        """
        if attempts >= self.max_attempts:
            return None
        return self.minutes.get(outcome)
