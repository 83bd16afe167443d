"""What the floor wants done and remembered: values between the floor and its shell."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from dialer.answering.answer import Answer
from dialer.calls.call import Call
from foundation.route import DEFAULT


@dataclass(frozen=True, slots=True, kw_only=True)
class Join:
    """Bridge the debtor's channel with the agent's leg."""

    call: str
    channel: str
    agent: str
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Hold:
    """Send the debtor's channel to music, or to the robot; the agent's leg stays."""

    call: str
    channel: str
    agent: str
    robot: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class EndHold:
    """Send a debtor who waits on hold back to the floor."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HangUp:
    channel: str
    cause: int = 16


@dataclass(frozen=True, slots=True, kw_only=True)
class Nail:
    """Make the agent's nailed-up leg."""

    agent: str
    leg: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Listen:
    """Have the detectors listen to who answered."""

    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Take:
    """Send a caller from the automatic conversation to the floor."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PassOn:
    """Send a debtor out of the talk with a supervisor to the floor."""

    call: str
    channel: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NotTaken:
    """Note that nobody took a call from the automatic conversation."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tell:
    """Leave words with a channel, for its dialplan to say."""

    channel: str
    variables: Mapping[str, str]


Action = Join | Hold | EndHold | HangUp | Nail | Listen | Take | PassOn | NotTaken | Tell


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One row of the append-only history: of a call, an agent, or both."""

    kind: str
    at: datetime
    call: str | None = None
    agent: str | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Began:
    """An inbound call that must become an attempt row now."""

    call: str
    number: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """A call with its final outcome; written once."""

    call: Call
    channel: str  # names the recording's file; the attempt's id but for inbound calls
    agent: str | None
    abandoned: bool
    route: str = DEFAULT
    machine: str | None = None  # its kind, where the call was ended for it
    source: str = "events"  # events | channels | cel | placement


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """What a detector said of who answered; `acted`: the call is ended for it."""

    answer: Answer
    at: datetime
    acted: bool


@dataclass(slots=True)
class Step:
    """Everything that one event led to."""

    actions: list[Action] = field(default_factory=list)
    facts: list[Fact] = field(default_factory=list)
    began: list[Began] = field(default_factory=list)
    ended: list[Ended] = field(default_factory=list)
    judged: list[Judged] = field(default_factory=list)
