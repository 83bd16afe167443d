"""An agent's day: what lasted how long, by the definitions that the page shows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from dialer.calls.agent import AgentState
from dialer.calls.shift import Change, shift

EIGHT = datetime(2026, 3, 10, 11, 0, tzinfo=UTC)


def at(minutes: float) -> datetime:
    return EIGHT + timedelta(minutes=minutes)


def change(minutes: float, state: str, code: str = "") -> Change:
    return Change(at(minutes), AgentState(state), code)


def test_a_day_adds_up() -> None:
    day = shift(
        [
            change(0, "connecting"),
            change(1, "paused", "login"),
            change(2, "idle"),
            change(10, "reserved"),
            change(10, "talking"),
            change(14, "wrap_up"),
            change(15, "idle"),
            change(20, "reserved"),
            change(20, "talking"),
            change(26, "wrap_up"),
            change(27, "paused", "lunch"),
            change(57, "offline"),
        ],
        EIGHT,
        at(90),
    )
    assert day.talks == 2
    assert day.talk_s == (4 + 6) * 60
    assert day.wrap_up_s == (1 + 1) * 60
    assert day.waiting_s == (8 + 5) * 60
    assert day.paused_s == {"login": 60.0, "lunch": 30 * 60.0}
    assert day.logged_in_s == 57 * 60
    assert day.aht_s == (10 + 2) * 60 / 2
    assert day.occupancy == pytest.approx((10 + 2) / 57)


def test_who_was_logged_in_before_midnight_starts_the_day_so() -> None:
    day = shift([change(-60, "idle"), change(-30, "talking")], EIGHT, at(5))
    assert (day.talks, day.talk_s, day.waiting_s) == (0, 300.0, 0.0)


def test_a_wish_told_in_a_conversation_does_not_make_two_of_it() -> None:
    day = shift([change(0, "talking"), change(1, "talking"), change(2, "wrap_up")],
                EIGHT, at(3))  # fmt: skip
    assert (day.talks, day.talk_s, day.wrap_up_s) == (1, 120.0, 60.0)


def test_a_call_that_comes_back_is_the_same_conversation() -> None:
    calls = [UUID(int=number) for number in (1, 1, 2)]
    changes = [change(0, "idle")]
    for minute, call in enumerate(calls, start=1):
        changes.append(Change(at(minute), AgentState.TALKING, call=call))
        changes.append(Change(at(minute + 0.5), AgentState.CONNECTING, call=call))
    assert shift(changes, EIGHT, at(9)).talks == 2


def test_nobody_there_has_no_occupancy() -> None:
    day = shift([], EIGHT, at(60))
    assert (day.aht_s, day.occupancy, day.logged_in_s) == (None, None, 0.0)
