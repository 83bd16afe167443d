"""When a campaign tries a debtor again after a conversation that was recorded. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from cobranca.contacts.dispositions import Disposition
from dialer.campaigns.retry_rules import RetryRules


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What is known of a conversation when the debtor's next turn is decided."""

    disposition: Disposition | None  # None: a code that no catalogue names
    booked_at: datetime | None  # a call-back that was booked in it
    attempts: int  # calls of this campaign to this debtor so far


def next_turn(recorded: Recorded, rules: RetryRules, now: datetime) -> datetime | None:
    """Return when to try again, None when the debtor's turn in this campaign is over.

    A booked call-back is kept whatever the number of attempts: the debtor asked for it.
    """
    if recorded.booked_at is not None:
        return recorded.booked_at
    disposition = recorded.disposition
    if disposition is None or disposition.again_min is None:
        return None
    if recorded.attempts >= rules.max_attempts:
        return None
    return now + timedelta(minutes=disposition.again_min)
