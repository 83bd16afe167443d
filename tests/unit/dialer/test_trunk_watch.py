"""A route is dead when many calls in a row got no sign of life."""

from __future__ import annotations

from dialer.calls.call import Call
from dialer.calls.events import NetworkOutcome
from dialer.calls.trunk_watch import DEAD_AFTER, TrunkWatch


def ended(outcome: NetworkOutcome) -> Call:
    return Call(id="c", outcome=outcome)


def test_many_silent_calls_in_a_row_mean_a_dead_route_and_one_answer_revives_it() -> None:
    watch = TrunkWatch()
    changes = [watch.ended(ended(NetworkOutcome.CARRIER_SILENT)) for _ in range(DEAD_AFTER)]
    assert changes == [False] * (DEAD_AFTER - 1) + [True]
    assert watch.dead
    assert watch.ended(ended(NetworkOutcome.BUSY))
    assert not watch.dead


def test_calls_that_were_not_sent_say_nothing_of_the_route() -> None:
    watch = TrunkWatch()
    for _ in range(DEAD_AFTER):
        watch.ended(ended(NetworkOutcome.NOT_SENT))
    assert not watch.dead


def test_a_sign_of_life_in_between_starts_the_count_anew() -> None:
    watch = TrunkWatch()
    for _ in range(DEAD_AFTER):
        watch.ended(ended(NetworkOutcome.CARRIER_SILENT))
        watch.ended(ended(NetworkOutcome.NO_ANSWER))
    assert not watch.dead
