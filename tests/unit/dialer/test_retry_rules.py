"""When a debtor is tried again."""

from __future__ import annotations

import pytest

from dialer.calls.events import NetworkOutcome
from dialer.campaigns.retry_rules import RetryRules


@pytest.mark.parametrize(
    ("outcome", "minutes"),
    [
        (NetworkOutcome.BUSY, 15),
        (NetworkOutcome.NO_ANSWER, 60),
        (NetworkOutcome.INVALID_NUMBER, 0),
        (NetworkOutcome.ANSWERED, None),
    ],
)
def test_default_minutes(outcome: NetworkOutcome, minutes: float | None) -> None:
    assert RetryRules().minutes_to_next(outcome, attempts=1) == minutes


def test_no_retries_after_the_last_attempt() -> None:
    rules = RetryRules.parse({"max_attempts": 1})
    assert rules.minutes_to_next(NetworkOutcome.BUSY, attempts=1) is None


def test_a_campaigns_own_minutes_replace_the_defaults() -> None:
    rules = RetryRules.parse({"minutes": {"busy": 2}})
    assert rules.minutes_to_next(NetworkOutcome.BUSY, attempts=1) == 2
    assert rules.minutes_to_next(NetworkOutcome.NO_ANSWER, attempts=1) is None


def test_an_unknown_outcome_is_refused() -> None:
    with pytest.raises(ValueError, match="engaged"):
        RetryRules.parse({"minutes": {"engaged": 2}})
