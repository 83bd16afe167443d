"""A route that does not carry is left aside, tried by one call, and brought back."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dialer.calls.call import Call
from dialer.calls.events import NetworkOutcome
from dialer.calls.route_rest import FAILURES, FIRST_S, LONGEST_S, RouteRest

SILENT = Call(id="c", outcome=NetworkOutcome.CARRIER_SILENT)
FULL = Call(id="c", outcome=NetworkOutcome.CONGESTION, sip_code=503)
BUSY = Call(id="c", outcome=NetworkOutcome.BUSY, sip_code=486)
RANG = Call(
    id="c",
    outcome=NetworkOutcome.CONGESTION,
    sip_code=503,
    ringing_at=datetime(2026, 3, 10, tzinfo=UTC),
)


def rested(failure: Call = FULL, at_s: float = 0.0) -> RouteRest:
    """A route that has just been left aside."""
    rest = RouteRest()
    changes = [rest.ended(failure, at_s) for _ in range(FAILURES)]
    assert changes == [False] * (FAILURES - 1) + [True]
    return rest


def test_a_route_that_refuses_our_account_is_left_aside_too() -> None:
    unknown = Call(id="c", outcome=NetworkOutcome.CONGESTION, sip_code=401)
    assert rested(unknown).aside


@pytest.mark.parametrize("failure", [SILENT, FULL])
def test_after_failures_in_a_row_it_takes_nothing_while_it_rests(failure: Call) -> None:
    rest = rested(failure)
    assert rest.aside
    assert rest.room(500, 0, FIRST_S - 0.1) == 0


@pytest.mark.parametrize("carried", [BUSY, RANG])
def test_a_call_that_was_carried_in_between_starts_the_count_anew(carried: Call) -> None:
    rest = RouteRest()
    for _ in range(FAILURES):
        rest.ended(FULL, 0.0)
        rest.ended(carried, 0.0)
    assert not rest.aside


@pytest.mark.parametrize(
    "outcome",
    [
        NetworkOutcome.NOT_SENT,
        NetworkOutcome.CANCELLED,
        NetworkOutcome.SWITCH_LOST,
        NetworkOutcome.CONGESTION,  # with another code than 503: of that number alone
    ],
)
def test_what_tells_nothing_of_the_route_changes_nothing(outcome: NetworkOutcome) -> None:
    rest = RouteRest()
    for _ in range(FAILURES - 1):
        rest.ended(FULL, 0.0)
    assert not rest.ended(Call(id="c", outcome=outcome), 0.0)
    assert rest.ended(FULL, 0.0)


def test_after_its_rest_one_call_at_a_time_tries_it() -> None:
    rest = rested()
    assert rest.room(500, 0, FIRST_S) == 1
    assert rest.room(500, 1, FIRST_S) == 0
    assert rest.room(0, 0, FIRST_S) == 0


def test_a_try_that_is_carried_brings_it_back_whole() -> None:
    rest = rested()
    assert rest.ended(BUSY, FIRST_S + 1)
    assert (rest.aside, rest.room(500, 7, FIRST_S + 1)) == (False, 500)
    assert not any(rest.ended(FULL, FIRST_S + 2) for _ in range(FAILURES - 1))


def test_each_try_that_fails_doubles_the_rest_up_to_the_longest() -> None:
    rest, now_s, rests = rested(), 0.0, []
    wait_s = FIRST_S
    for _ in range(7):
        now_s += wait_s
        assert rest.room(1, 0, now_s) == 1
        assert not rest.ended(FULL, now_s)
        wait_s = min(2 * wait_s, LONGEST_S)
        rests.append(wait_s)
        assert rest.room(1, 0, now_s + wait_s - 0.1) == 0
    assert rests == [60, 120, 240, 480, 600, 600, 600]


def test_calls_that_were_under_way_when_it_was_left_aside_do_not_prolong_its_rest() -> None:
    rest = rested()
    rest.ended(FULL, FIRST_S / 2)
    assert rest.room(1, 0, FIRST_S) == 1
