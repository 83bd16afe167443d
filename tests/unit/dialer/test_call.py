"""A call is a fold over events that may come late, twice or not at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.call import Call, CallState, advance, is_abandoned
from dialer.calls.events import (
    Answered,
    ChannelEvent,
    Created,
    HungUp,
    Joined,
    Parted,
    Refused,
    Ringing,
    Said,
)

T0 = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def created(s: float = 0) -> Created:
    return Created(channel="c", at=at(s))


def ringing(s: float = 1) -> Ringing:
    return Ringing(channel="c", at=at(s))


def answered(s: float = 3) -> Answered:
    return Answered(channel="c", at=at(s))


def joined(s: float = 3.1) -> Joined:
    return Joined(channel="c", at=at(s), peer=None)


def hung_up(s: float = 9, cause: int = 16) -> HungUp:
    return HungUp(channel="c", at=at(s), cause=cause, sip_code=None)


def said(what: str, s: float) -> Said:
    return Said(channel="c", at=at(s), what=what, fields={})


def folded(*events: ChannelEvent) -> Call:
    call = Call(id="c")
    for event in events:
        call = advance(call, event)
    return call


def test_who_keeps_his_place_waits_for_nobody_unless_it_could_not_be_kept() -> None:
    call = folded(answered(), said("keeps_place", 9))
    assert call.state is CallState.IN_DIALPLAN
    assert advance(call, said("waits_on", 10)).state is CallState.WAITING


def test_a_conversation_goes_through_its_states() -> None:
    steps = [
        (created(), CallState.DIALING),
        (ringing(), CallState.RINGING),
        (answered(), CallState.WAITING),
        (joined(), CallState.TALKING),
        (Parted(channel="c", at=at(8)), CallState.IN_DIALPLAN),
        (hung_up(), CallState.ENDED),
    ]
    call = Call(id="c")
    for event, state in steps:
        call = advance(call, event)
        assert call.state is state


def test_a_call_that_lost_its_agent_waits_again() -> None:
    parted = Parted(channel="c", at=at(8))
    call = folded(answered(), joined(), parted, said("back_to_floor", 8.1))
    assert call.state is CallState.WAITING
    assert advance(call, joined(9)).joined_at == at(3.1)  # the first meeting counts


def test_a_refusal_is_a_sign_of_life_and_silence_is_none() -> None:
    refused = folded(created(), Refused(channel="c", at=at(2)), hung_up(2, cause=19))
    silent = folded(created(), hung_up(30, cause=19))
    assert (refused.outcome, silent.outcome) == ("no_answer", "carrier_silent")


def test_what_the_dialplan_knew_of_the_network_counts() -> None:
    unheard = folded(created(), said("sign_of_life", 29), hung_up(30, cause=19))
    made_up = Refused(channel="c", at=at(32))  # after 32 s of nothing
    silent = folded(created(), made_up, said("nothing_heard", 32), hung_up(32, cause=18))
    assert (unheard.outcome, silent.outcome) == ("no_answer", "carrier_silent")


def test_joined_without_an_answer_seen_means_the_answer_fell_into_a_gap() -> None:
    call = folded(created(), joined(4), hung_up(9))
    assert call.outcome == "answered"
    assert call.answered_at == at(4)


CASES = [
    # answered at 3, threshold 2: the limit is 5
    ("joined in time", [joined(4.9)], 20, False),
    ("joined exactly at the limit", [joined(5)], 20, False),
    ("joined too late", [joined(5.1)], 20, True),
    ("never joined, heard the message", [said("overflow", 5)], 14, True),
    ("hung up before the limit", [], 4.9, False),
    ("still there when the limit came", [], 5, True),
]


@pytest.mark.parametrize(("case", "between", "ends", "abandoned"), CASES)
def test_abandonment_by_its_definition(
    case: str, between: list[ChannelEvent], ends: float, abandoned: bool
) -> None:
    call = folded(created(), ringing(), answered(3), *between, hung_up(ends))
    assert is_abandoned(call, threshold_s=2) is abandoned, case


def test_calls_that_nobody_answered_or_that_came_in_are_never_abandoned() -> None:
    unanswered = folded(created(), ringing(), hung_up(30, cause=19))
    inbound = advance(Call(id="c", inbound=True, answered_at=at(0)), hung_up(60))
    assert not is_abandoned(unanswered, threshold_s=2)
    assert not is_abandoned(inbound, threshold_s=2)


events = st.lists(
    st.builds(
        lambda make, s: make(s),
        st.sampled_from(
            [
                created,
                ringing,
                answered,
                joined,
                lambda s: Parted(channel="c", at=at(s)),
                lambda s: Refused(channel="c", at=at(s)),
                lambda s: said("overflow", s),
                lambda s: said("back_to_floor", s),
                hung_up,
            ]
        ),
        st.floats(0, 100),
    ),
    max_size=20,
)


@given(events)
def test_any_sequence_ends_at_most_once_and_nothing_follows_the_end(
    sequence: list[ChannelEvent],
) -> None:
    call = Call(id="c")
    ended: Call | None = None
    for event in sequence:
        call = advance(call, event)
        if ended is not None:
            assert call is ended
        elif call.ended:
            ended = call
    assert call.ended == any(isinstance(e, HungUp) for e in sequence)
    assert (call.outcome is None) == (not call.ended)


@given(events)
def test_hearing_every_event_twice_changes_nothing(sequence: list[ChannelEvent]) -> None:
    once, twice = Call(id="c"), Call(id="c")
    for event in sequence:
        once = advance(once, event)
        twice = advance(advance(twice, event), event)
    assert once == twice
