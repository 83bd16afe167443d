"""What a campaign was set to on a day that is past."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from sim.replay.policies import Changed, Terms, terms_over

SINCE = datetime(2026, 3, 10, 12, tzinfo=UTC)
UNTIL = SINCE + timedelta(hours=8)
NOW = Terms(
    policy={"limits": [[0.02, 86_400.0], [0.01, 2_592_000.0]], "mode": "predictive"},
    ring_timeout_s=30,
    threshold_s=2,
)


def changed(hours: float, **what: list[Any]) -> Changed:
    return Changed(SINCE + timedelta(hours=hours), what)


def test_without_changes_it_is_what_it_is() -> None:
    assert terms_over(NOW, [], SINCE, UNTIL) == [(0.0, NOW)]


def test_later_changes_are_undone() -> None:
    before = [[0.05, 3600.0]]
    later = [
        changed(20, limits=[before, NOW.policy["limits"]], mode=["ratio", "predictive"]),
        changed(21, ring_timeout_s=[25, 30], status=["running", "paused"]),
    ]
    ((at_s, then),) = terms_over(NOW, later, SINCE, UNTIL)
    assert at_s == 0.0
    assert (then.policy["limits"], then.mode) == (before, "ratio")
    assert then.ring_timeout_s == 25


def test_a_target_set_on_the_campaigns_form_is_undone_where_it_stood() -> None:
    ((_, then),) = terms_over(NOW, [changed(9, target=[0.025, 0.02])], SINCE, UNTIL)
    assert then.policy["limits"] == [[0.025, 86_400.0], [0.01, 2_592_000.0]]
    assert then.parsed().limits == ((0.025, 86_400.0), (0.01, 2_592_000.0))


def test_changes_within_the_day_are_followed() -> None:
    told = [
        changed(2, mode=["progressive", "predictive"]),
        changed(1, status=["paused", "running"]),
        changed(-3, mode=["ratio", "progressive"]),
    ]
    (first_s, first), (next_s, then) = terms_over(NOW, told, SINCE, UNTIL)
    assert (first_s, first.mode) == (0.0, "progressive")
    assert (next_s, then.mode) == (7200.0, "predictive")


def test_a_field_that_was_not_set_goes() -> None:
    ratio = Terms(policy={"mode": "ratio", "ratio": 2}, ring_timeout_s=30, threshold_s=2)
    told = [changed(9, ratio=[None, 2], mode=["predictive", "ratio"])]
    ((_, then),) = terms_over(ratio, told, SINCE, UNTIL)
    assert dict(then.policy) == {"mode": "predictive"}
