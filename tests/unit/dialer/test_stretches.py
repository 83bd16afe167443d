"""Before and after a change: the nearest stretches of work, up to another rule."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dialer.figures.stretches import LONGEST, Stretch, Turn, around, stretches

BEGUN = datetime(2026, 3, 10, 12, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return BEGUN + timedelta(minutes=minutes)


def rule(minutes: float) -> Turn:
    return Turn(at(minutes))


def status(minutes: float, was: str, now: str) -> Turn:
    return Turn(at(minutes), was, now)


def between(
    turns: list[Turn], turn: int, now: str = "running", until: float = 200
) -> tuple[tuple[float, float] | None, tuple[float, float] | None]:
    """The two sides in minutes since the begin."""
    found = stretches(turns, BEGUN, at(until), now)
    before, after = around(turns, found, turn)
    return minutes(before), minutes(after)


def minutes(stretch: Stretch | None) -> tuple[float, float] | None:
    if stretch is None:
        return None
    since = (stretch.since - BEGUN).total_seconds() / 60
    return since, since + stretch.seconds / 60


START = status(10, "draft", "running")


def test_a_rule_is_compared_over_the_work_on_both_sides_of_it() -> None:
    assert between([START, rule(60)], 1) == ((10, 60), (60, 200))


def test_the_next_rule_ends_what_the_one_before_did() -> None:
    turns = [START, rule(60), rule(90)]
    assert between(turns, 1) == ((10, 60), (60, 90))
    assert between(turns, 2) == ((60, 90), (90, 200))


def test_a_pause_thins_out_no_figure() -> None:
    pause, again = status(50, "running", "paused"), status(80, "paused", "running")
    assert between([START, pause, rule(60), again], 2) == ((10, 50), (80, 200))


def test_work_beyond_another_rule_is_not_compared() -> None:
    pause, again = status(20, "running", "paused"), status(80, "paused", "running")
    turns = [START, pause, rule(40), rule(60), again]
    assert between(turns, 2) == ((10, 20), None)
    assert between(turns, 3) == (None, (80, 200))


def test_a_start_has_an_after_and_a_pause_a_before() -> None:
    turns = [START, status(50, "running", "paused")]
    assert between(turns, 0, "paused") == (None, (10, 50))
    assert between(turns, 1, "paused") == ((10, 50), None)


def test_what_ran_before_anything_was_written_down_ran_from_its_making() -> None:
    assert between([rule(60)], 0) == ((0, 60), (60, 200))
    assert between([rule(60)], 0, "paused") == (None, None)


def test_a_campaign_that_does_not_run_any_more_has_no_after() -> None:
    assert between([START, rule(60)], 1, "stopped") == ((10, 60), None)


def test_four_hours_next_to_the_change_are_enough() -> None:
    longest = LONGEST.total_seconds() / 60
    sides = ((1000 - longest, 1000), (1000, 1000 + longest))
    assert between([START, rule(1000)], 1, until=3000) == sides
