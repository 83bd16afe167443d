"""One call as a fold over its events.

Pure. Events may come twice, late or not at all (a gap in the stream), so each step
keeps the first fact of its kind and nothing follows the end. `Call` holds facts;
what they mean for abandonment is `is_abandoned`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from dialer.calls.events import (
    Answered,
    CallState,
    ChannelEvent,
    Created,
    Found,
    HungUp,
    Joined,
    NetworkOutcome,
    Parted,
    Refused,
    Ringing,
    Said,
)
from dialer.calls.outcome import Ending, network_outcome

__all__ = ["Call", "CallState", "advance", "is_abandoned"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """Facts of one call; times are the switch's, aware UTC."""

    id: str
    inbound: bool = False
    state: CallState = CallState.COMMITTED
    ringing_at: datetime | None = None
    sign_of_life: bool = False  # the network was there, though no ringing was heard
    answered_at: datetime | None = None
    joined_at: datetime | None = None  # first time with an agent
    ended_at: datetime | None = None
    cause: int | None = None
    sip_code: int | None = None
    outcome: NetworkOutcome | None = None

    @property
    def ended(self) -> bool:
        return self.state is CallState.ENDED


def advance(call: Call, event: ChannelEvent) -> Call:
    """Return the call after the event; a late or repeated event changes nothing."""
    if call.ended:
        return call
    match event:
        case HungUp():
            return _end(call, event)
        case Found():
            return _as_found(call, event)
        case Answered():
            if call.answered_at is not None:
                return call
            return replace(call, state=CallState.WAITING, answered_at=event.at)
        case Joined():
            joined_at = call.joined_at or event.at
            answered_at = call.answered_at or event.at  # the pick-up fell into a gap
            return replace(
                call, state=CallState.TALKING, joined_at=joined_at, answered_at=answered_at
            )
        case Parted():
            if call.state is CallState.TALKING:
                return replace(call, state=CallState.IN_DIALPLAN)
            return call
        case Said(what="overflow" | "no_agent" | "robot_over" | "keeps_place"):
            return replace(call, state=CallState.IN_DIALPLAN)
        case Said(what="paying" | "with_robot"):
            return replace(call, state=CallState.WITH_ROBOT)
        case Said(what="back_to_floor" | "waits_on"):
            return replace(call, state=CallState.WAITING)
        case _:
            return _before_answer(call, event)


def _as_found(call: Call, event: Found) -> Call:
    """After a gap: what the switch holds; what was known before it stays known."""
    return replace(
        call,
        state=event.state,
        ringing_at=call.ringing_at or event.ringing_at,
        answered_at=call.answered_at or event.answered_at,
        joined_at=call.joined_at or event.joined_at,
    )


def _before_answer(call: Call, event: ChannelEvent) -> Call:
    if call.answered_at is not None:
        return call
    match event:
        case Created():
            if call.state is CallState.COMMITTED:
                return replace(call, state=CallState.DIALING)
            return call
        case Ringing():
            ringing_at = call.ringing_at or event.at
            return replace(call, state=CallState.RINGING, ringing_at=ringing_at)
        case Refused() | Said(what="sign_of_life"):
            return replace(call, sign_of_life=True)
        case Said(what="rerouted"):  # begun anew: what another route said counts no more
            return replace(
                call, state=CallState.COMMITTED, ringing_at=None, sign_of_life=False
            )
        case Said(what="nothing_heard"):  # the answer just before it was the switch's own
            return replace(call, sign_of_life=False)
        case _:
            return call


def _end(call: Call, event: HungUp) -> Call:
    outcome = network_outcome(
        Ending(
            cause=event.cause,
            answered=call.answered_at is not None,
            sign_of_life=call.ringing_at is not None or call.sign_of_life,
            sip_code=event.sip_code,
        )
    )
    return replace(
        call,
        state=CallState.ENDED,
        ended_at=event.at,
        cause=event.cause,
        sip_code=event.sip_code,
        outcome=outcome,
    )


def is_abandoned(call: Call, threshold_s: float) -> bool:
    """Tell whether an ended outbound call was abandoned.

    Abandoned: a person answered, no human agent was joined within `threshold_s` of
    Newstate Up, and the person was still there when the threshold ended (47 CFR
    64.1200(a)(7) as the model; without answering-machine detection every answer
    counts as a person). A later join changes nothing.
    """
    if call.inbound or call.answered_at is None or call.ended_at is None:
        return False
    limit = call.answered_at + timedelta(seconds=threshold_s)
    if call.joined_at is not None and call.joined_at <= limit:
        return False
    return call.ended_at >= limit
