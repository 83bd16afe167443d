"""The floor's time is the switch's, whatever this process's own clock says."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from dialer.shell.floor_time import WINDOW_S, FloorTime

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)


class Clocks:
    """A wall clock that somebody moves, and one that never jumps."""

    def __init__(self) -> None:
        self.wall = NOON
        self.seconds = 100.0

    def passes(self, seconds: float) -> None:
        self.wall += timedelta(seconds=seconds)
        self.seconds += seconds

    def time(self) -> FloorTime:
        return FloorTime(lambda: self.wall, lambda: self.seconds)


def test_before_the_first_word_it_is_our_own() -> None:
    clocks = Clocks()
    time = clocks.time()
    clocks.passes(3)
    assert time.now() == NOON + timedelta(seconds=3)


def test_a_step_of_our_clock_is_not_seen() -> None:
    clocks = Clocks()
    time = clocks.time()
    time.heard(NOON)
    clocks.wall += timedelta(hours=1)
    clocks.passes(2)
    assert time.now() == NOON + timedelta(seconds=2)


def test_an_event_that_was_long_on_its_way_does_not_set_it_back() -> None:
    clocks = Clocks()
    time = clocks.time()
    time.heard(NOON)
    clocks.passes(5)
    time.heard(NOON + timedelta(seconds=1))
    assert time.now() == NOON + timedelta(seconds=5)


def test_a_step_of_the_switchs_clock_ahead_is_followed_at_once() -> None:
    clocks = Clocks()
    time = clocks.time()
    time.heard(NOON)
    time.heard(NOON + timedelta(minutes=10))
    assert time.now() == NOON + timedelta(minutes=10)


def test_a_step_of_the_switchs_clock_back_is_followed_within_two_windows() -> None:
    clocks = Clocks()
    time = clocks.time()
    time.heard(NOON + timedelta(minutes=10))
    for _ in range(3):
        clocks.passes(WINDOW_S + 1)
        time.heard(clocks.wall)
    assert time.now() == clocks.wall
