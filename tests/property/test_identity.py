"""Laws of identification, whatever is heard in whatever order."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from cobranca.contacts.identity import (
    WRONG_MAX,
    Answered,
    Claimed,
    Denied,
    Fact,
    Known,
    Level,
    Step,
    standing,
    to_ask,
)

STEPS = st.lists(
    st.one_of(
        st.just(Claimed()),
        st.just(Denied()),
        st.builds(Answered, st.sampled_from(Fact), st.booleans()),
    ),
    max_size=12,
)
KNOWN = Known("52998224725", None)


@given(STEPS)
def test_the_confirmed_gave_two_different_right_answers_in_one_voice(
    steps: list[Step],
) -> None:
    if standing(steps).level is not Level.CONFIRMED:
        return
    last_denial = max((n for n, s in enumerate(steps) if s == Denied()), default=-1)
    voice = steps[last_denial + 1 :]
    assert Claimed() in voice
    right = {s.fact for s in voice if isinstance(s, Answered) and s.right}
    assert len(right) >= 2


@given(STEPS, STEPS)
def test_who_failed_is_asked_no_more_in_this_call(
    before: list[Step], after: list[Step]
) -> None:
    if standing(before).wrong < WRONG_MAX:
        return
    later = standing(before + after)
    assert later.level in (Level.FAILED, Level.THIRD_PARTY)
    assert to_ask(KNOWN, later) == ()


@given(STEPS)
def test_a_denial_ends_every_claim(steps: list[Step]) -> None:
    assert standing([*steps, Denied()]).level is Level.THIRD_PARTY
