"""Each final answer of a network gives the outcome measured for it."""

from __future__ import annotations

import pytest

from dialer.calls.events import NetworkOutcome
from dialer.calls.outcome import Ending, network_outcome

# SIP answer -> Q.850 cause, sign of life: as Asterisk 22 reported them
TABLE = [
    ("200", 16, True, True, "answered"),
    ("486", 17, False, True, "busy"),
    ("600", 17, False, True, "busy"),
    ("180, our timeout", 19, False, True, "no_answer"),
    ("nothing, our timeout", 19, False, False, "carrier_silent"),
    ("480", 19, False, True, "no_answer"),
    ("408", 18, False, True, "no_answer"),
    ("nothing in 32 s, SIP's own timeout", 18, False, False, "carrier_silent"),
    ("404", 1, False, True, "invalid_number"),
    ("604", 1, False, True, "invalid_number"),
    ("410", 22, False, True, "invalid_number"),
    ("484", 28, False, True, "invalid_number"),
    ("403", 21, False, True, "rejected"),
    ("603", 21, False, True, "rejected"),
    ("500", 38, False, True, "congestion"),
    ("503", 34, False, True, "congestion"),
    ("504", 102, False, True, "congestion"),
    ("488", 58, False, True, "congestion"),
    ("487", 127, False, True, "congestion"),
    ("we cancelled", 26, False, True, "cancelled"),
    ("a cause nobody has seen", 99, False, True, "congestion"),
]


@pytest.mark.parametrize(("answer", "cause", "answered", "alive", "outcome"), TABLE)
def test_final_answer_gives_its_outcome(
    answer: str, cause: int, answered: bool, alive: bool, outcome: str
) -> None:
    ending = Ending(cause=cause, answered=answered, sign_of_life=alive)
    assert network_outcome(ending) is NetworkOutcome(outcome), answer


@pytest.mark.parametrize("sip_code", [401, 407])
def test_a_refused_account_says_nothing_of_the_number(sip_code: int) -> None:
    ending = Ending(cause=21, answered=False, sign_of_life=True, sip_code=sip_code)
    assert network_outcome(ending) is NetworkOutcome.CONGESTION


@pytest.mark.parametrize("cause", [0, 1, 16, 17, 19, 26, 127])
def test_a_call_that_was_answered_stays_answered_whatever_ends_it(cause: int) -> None:
    ending = Ending(cause=cause, answered=True, sign_of_life=True)
    assert network_outcome(ending) is NetworkOutcome.ANSWERED
