"""Calls by stage: each one counted once, where it is."""

from __future__ import annotations

from uuid import UUID

from dialer.calls.call import Call, CallState
from dialer.figures.stages import STAGE_OF, by_stage
from dialer.shell.floor import Ongoing

A = UUID(int=1)


def test_each_state_of_a_call_in_progress_has_a_stage() -> None:
    assert set(STAGE_OF) == set(CallState) - {CallState.ENDED}


def test_calls_are_counted_by_campaign_and_stage() -> None:
    calls = [
        Ongoing(call=Call(id="1", state=CallState.RINGING), campaign=A),
        Ongoing(call=Call(id="2", state=CallState.RINGING), campaign=A),
        Ongoing(call=Call(id="3", state=CallState.WAITING, inbound=True)),
        Ongoing(call=Call(id="4", state=CallState.ENDED), campaign=A),
    ]
    assert by_stage(calls) == {str(A): {"ringing": 2}, "inbound": {"waiting": 1}}
