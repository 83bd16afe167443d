"""Somebody calls us: he talks with the robot, or waits for an agent, at once or then."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Protocol

from dialer.calls.call import Call, CallState
from dialer.calls.events import Said
from dialer.shell.facts import Began, Fact, Step
from dialer.shell.ongoing import Ongoing
from foundation.brasil.phone import UndialableNumber, parse_phone
from foundation.ids import inbound_attempt

ROBOT = "robot"
WORDS = (ROBOT, "inbound")  # of the dialplan
COMES_FROM = (CallState.WITH_ROBOT, CallState.IN_DIALPLAN)  # who waits for a person


class Floor(Protocol):
    """What is changed of it."""

    @property
    def calls(self) -> Mapping[str, Ongoing]: ...

    def add_call(self, ongoing: Ongoing) -> None: ...


def arrived(floor: Floor, event: Said, step: Step) -> None:
    """Take a caller in; who was with the robot, or passed on, waits from now on."""
    call_id = str(inbound_attempt(event.channel))
    known, robot = floor.calls.get(call_id), event.what == ROBOT
    if known is not None and (robot or known.call.state not in COMES_FROM):
        return
    state = CallState.WITH_ROBOT if robot else CallState.WAITING
    number = _caller(event.fields.get("Number", ""))
    if known is None:
        call = Call(id=call_id, inbound=True, state=state, answered_at=event.at)
        known = Ongoing(call=call, channel=event.channel)
        floor.add_call(known)
    else:
        known.call = replace(known.call, state=state)
    known.number, known.called = number, event.fields.get("Called", "")
    if not robot:  # he may have proved who he is meanwhile: it is looked up anew
        known.queued_at, known.place = event.at, None
    step.began.append(Began(call=call_id, number=number, at=event.at))
    data = {"channel": event.channel}
    step.facts.append(Fact(kind=event.what, at=event.at, call=call_id, data=data))


def _caller(number: str) -> str:
    """The caller's number in E.164, or as the network gave it when it is none of ours."""
    try:
        return parse_phone(number).e164
    except UndialableNumber:
        return number
