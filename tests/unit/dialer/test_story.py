"""An attempt's story is a fold of its facts; what is found after a gap is one of them."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from dialer.calls.call import Call, CallState
from dialer.calls.events import NetworkOutcome
from dialer.calls.story import Stored, Story, begin, fold, found_data

T0 = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
LOST = NetworkOutcome.SWITCH_LOST
RULES = {"threshold_s": 2.0, "wrap_up_s": 30.0, "agentless": False}


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def fact(kind: str, seconds: float, **data: Any) -> Stored:
    return Stored(kind=kind, at=at(seconds), data=data, epoch=1)


def told(*facts: Stored) -> Story:
    return fold(begin("a"), [fact("placed", 0, **RULES), *facts])


def test_a_call_that_was_answered_and_waited_too_long_is_abandoned() -> None:
    story = told(
        fact("created", 0.1), fact("ringing", 1), fact("answered", 3),
        fact("overflow", 5), fact("hungup", 9, cause=16, sip_code=None),
    )  # fmt: skip
    assert story.whole
    assert story.abandoned
    assert story.call.outcome is NetworkOutcome.ANSWERED
    assert (story.call.ended_at, story.source) == (at(9), "events")


@pytest.mark.parametrize(("agentless", "threshold_s"), [(True, 2.0), (False, 7.0)])
def test_what_was_agreed_at_its_placing_decides_about_abandonment(
    agentless: bool, threshold_s: float
) -> None:
    placed = {**RULES, "agentless": agentless, "threshold_s": threshold_s}
    facts = [fact("placed", 0, **placed), fact("answered", 3), fact("hungup", 9, cause=16)]
    assert not fold(begin("a"), facts).abandoned


def test_nothing_follows_the_end() -> None:
    busy = told(fact("created", 0.1), fact("hungup", 2, cause=17, sip_code=486))
    assert busy.call.outcome is NetworkOutcome.BUSY
    assert fold(busy, [fact("resolved", 3, outcome="switch_lost")]) == busy


@pytest.mark.parametrize(
    ("end", "outcome", "source"),
    [
        (fact("not_sent", 1), NetworkOutcome.NOT_SENT, "placement"),
        (
            fact("resolved", 1, outcome="switch_lost"),
            NetworkOutcome.SWITCH_LOST,
            "channels",
        ),
        (
            fact("resolved", 1, outcome="switch_lost", source="cel"),
            NetworkOutcome.SWITCH_LOST,
            "cel",
        ),
        (fact("hungup", 1, cause=17, source="cel"), NetworkOutcome.BUSY, "cel"),
    ],
)
def test_where_an_end_was_read(end: Stored, outcome: NetworkOutcome, source: str) -> None:
    story = told(end)
    assert (story.call.outcome, story.source, story.call.ended_at) == (
        outcome, source, at(1),
    )  # fmt: skip


def test_what_was_found_after_a_gap_survives_its_way_through_the_database() -> None:
    call = Call(
        id="a",
        state=CallState.TALKING,
        ringing_at=at(1),
        answered_at=at(2),
        joined_at=at(3),
    )
    data = json.loads(json.dumps(found_data(call)))
    story = told(fact("created", 0.1), fact("found", 8, **data, endpoint="agent001"))
    assert story.call == call
    assert (story.talked_with, story.known_to_switch) == ("agent001", True)


def test_what_is_no_event_of_the_call_changes_nothing() -> None:
    before = told(fact("answered", 3))
    assert fold(before, [fact("recording_sealed", 4), fact("disposition", 5)]) == before


def test_an_inbound_call_begins_on_the_floor() -> None:
    story = fold(begin("a", inbound=True), [fact("inbound", 1, channel="171.5")])
    assert (story.channel, story.call.state) == ("171.5", CallState.WAITING)
    assert story.call.answered_at == at(1)


def test_an_attempt_of_before_facts_were_whole_is_known_as_such() -> None:
    old = Stored(kind="placed", at=T0, data=RULES)
    assert not fold(begin("a"), [old, fact("answered", 1)]).whole


def test_a_caller_talks_with_the_robot_and_then_waits() -> None:
    story = fold(begin("a"), [fact("robot", 0, channel="17.1")])
    assert (story.call.state, story.channel) == (CallState.WITH_ROBOT, "17.1")
    story = fold(story, [fact("inbound", 60, channel="17.1")])
    assert (story.call.state, story.call.answered_at) == (CallState.WAITING, at(0))
    assert (story.call.inbound, story.whole) == (True, True)
