"""What follows evidence, in whatever order it comes."""

from __future__ import annotations

from itertools import permutations

import pytest

from cobranca.channels.message import Happened, State, after

FINAL = {State.QUEUED, State.REFUSED, State.CANCELLED}


def folded(state: State, told: tuple[Happened, ...]) -> State:
    for happened in told:
        state = after(state, happened)
    return state


@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({Happened.SENT, Happened.DELIVERED}, State.DELIVERED),
        ({Happened.SENT, Happened.DELIVERED, Happened.READ}, State.READ),
        ({Happened.SENT, Happened.FAILED}, State.FAILED),
        ({Happened.SENT, Happened.FAILED, Happened.DELIVERED}, State.DELIVERED),
        ({Happened.SENT, Happened.FAILED, Happened.READ}, State.READ),
    ],
)
def test_the_order_in_which_evidence_comes_does_not_matter(
    told: set[Happened], expected: State
) -> None:
    assert {folded(State.SENDING, order) for order in permutations(told)} == {expected}


@pytest.mark.parametrize("state", sorted(FINAL))
def test_what_never_left_was_never_delivered(state: State) -> None:
    assert {after(state, happened) for happened in Happened} == {state}
