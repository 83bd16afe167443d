"""What was recorded decides whether the campaign tries the debtor again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cobranca.contacts.dispositions import catalogue
from dialer.calls.turns import Recorded, next_turn
from dialer.campaigns.retry_rules import RetryRules

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=5)


def turn(code: str, *, booked: datetime | None = None, attempts: int = 1) -> float | None:
    """Minutes until the next turn."""
    known = Recorded(
        disposition=catalogue().named(code), booked_at=booked, attempts=attempts
    )
    at = next_turn(known, RetryRules(max_attempts=3), NOW)
    return None if at is None else (at - NOW).total_seconds() / 60


@pytest.mark.parametrize(
    ("code", "minutes"),
    [("promise", None), ("refused", None), ("answering_machine", 120),
     ("message_left", 1440), ("wrong_person", 0), ("never heard of", None)],
)  # fmt: skip
def test_the_disposition_says_when(code: str, minutes: float | None) -> None:
    assert turn(code) == minutes


def test_a_campaign_tries_no_oftener_than_it_may() -> None:
    assert turn("answering_machine", attempts=3) is None


def test_a_booked_call_back_is_kept_whatever_was_tried() -> None:
    assert turn("call_back", booked=LATER, attempts=99) == 300
