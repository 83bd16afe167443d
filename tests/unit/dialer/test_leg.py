"""A leg stands at most once, and nothing follows its end."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.leg import Leg, LegState, called_off, ended, stood

T0 = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
ASKED = Leg(channel="l", endpoint="agent001", since=T0)
LATER = T0 + timedelta(seconds=1)
STEPS = (stood, called_off, ended)


@pytest.mark.parametrize(
    ("steps", "expected"),
    [
        ((stood,), LegState.STANDING),
        ((stood, stood), LegState.STANDING),
        ((called_off,), LegState.CALLED_OFF),
        ((called_off, stood), LegState.CALLED_OFF),  # the switch heard of it too late
        ((stood, called_off), LegState.CALLED_OFF),
        ((ended, stood), LegState.GONE),
        ((ended, called_off), LegState.GONE),
    ],
)
def test_where_a_leg_goes(
    steps: tuple[Callable[[Leg, datetime], Leg], ...], expected: LegState
) -> None:
    leg = ASKED
    for step in steps:
        leg = step(leg, LATER)
    assert (leg.state, leg.since) == (expected, LATER)


@given(st.lists(st.sampled_from(STEPS)))
def test_nothing_follows_the_end_and_what_repeats_changes_nothing(
    steps: list[Callable[[Leg, datetime], Leg]],
) -> None:
    leg = ASKED
    for n, step in enumerate(steps):
        at = T0 + timedelta(seconds=n)
        after = step(leg, at)
        assert leg.state is not LegState.GONE or after is leg
        assert step(after, at + timedelta(seconds=1)) == after
        leg = after
