"""What a campaign can become, from where."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.campaigns.lifecycle import NotPossible, Status, Wish, after, status_after

POSSIBLE = {
    Status.FILLING: {Wish.FILLED, Wish.STOP, Wish.FILL},
    Status.DRAFT: {Wish.START, Wish.STOP, Wish.FILL, Wish.FILLED},
    Status.RUNNING: {Wish.PAUSE, Wish.STOP, Wish.FINISH, Wish.START},
    Status.PAUSED: {Wish.START, Wish.STOP, Wish.FILL, Wish.PAUSE},
    Status.STOPPED: {Wish.START, Wish.FILL, Wish.STOP},
    Status.FINISHED: {Wish.FINISH},  # nothing begins again
}


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("wish", Wish)
def test_each_wish_in_each_status(status: Status, wish: Wish) -> None:
    if wish in POSSIBLE[status]:
        assert after(status, wish).value == wish.value
    else:
        with pytest.raises(NotPossible):
            after(status, wish)


@given(st.lists(st.sampled_from(Wish)))
def test_nothing_follows_the_finish_and_facts_fold_to_the_same(wishes: list[Wish]) -> None:
    status, facts = Status.DRAFT, []
    for wish in wishes:
        try:
            now = after(status, wish)
        except NotPossible:
            continue
        assert status is not Status.FINISHED or now is Status.FINISHED
        if now is not status:
            facts.append(now.value)
        status = now
    assert status_after(facts) == status.value
