"""Where a call stands, from its channel and the facts, for a dialer that was not there."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from dialer.adapters.open_attempts import OpenAttempt
from dialer.calls.call import Call, CallState
from dialer.calls.story import Story
from dialer.ports import BACK_TO_FLOOR, CALLED, TAKEN, WAITS, LiveChannel
from dialer.shell.adopting import call_now, sent_back

NOW = datetime(2026, 3, 10, 10, 0, tzinfo=UTC)
ANSWERED = NOW - timedelta(seconds=30)  # long after the threshold
CHANNEL = LiveChannel(
    channel="01a-call", name="PJSIP/trunk-1", up=True, ringing=False, bridge=None,
    seconds=30, context=CALLED, extension="s",
)  # fmt: skip


@pytest.mark.parametrize("before", [CallState.WITH_ROBOT, CallState.WAITING])
@pytest.mark.parametrize(
    ("context", "extension", "waits"),
    [(CALLED, WAITS, True), (BACK_TO_FLOOR, "s", True), (CALLED, "s", False)],
)
def test_who_waits_for_a_person_is_found_waiting(
    before: CallState, context: str, extension: str, waits: bool
) -> None:
    """Also when his way from the robot to the floor fell into the gap."""
    channel = replace(CHANNEL, context=context, extension=extension)
    assert sent_back(channel) is waits
    found = state(before, channel)
    assert (found is CallState.WAITING) is waits


def test_who_came_to_the_robot_in_the_gap_is_with_it() -> None:
    assert state(CallState.IN_DIALPLAN, CHANNEL) is CallState.WITH_ROBOT


@pytest.mark.parametrize("context", [CALLED, TAKEN])
def test_who_is_with_the_robot_stays_with_it(context: str) -> None:
    channel = replace(CHANNEL, context=context)
    assert state(CallState.WITH_ROBOT, channel) is CallState.WITH_ROBOT


def state(before: CallState, channel: LiveChannel) -> CallState:
    call = Call(id=channel.channel, state=before, answered_at=ANSWERED)
    attempt = OpenAttempt(
        story=Story(call=call, channel=channel.channel), campaign=None, debtor=None,
        route="trunk", placed_at=ANSWERED, due_at=None,
    )  # fmt: skip
    return call_now(call, attempt, channel, NOW).state
