"""What the pacer is told of the floor. Pure values; `at_s` are instants of one clock."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

CallOutcome = Literal[
    "human", "machine", "busy", "no_answer", "invalid", "failed", "cancelled"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    at_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed(Observation):
    """A call left; `p` is the chance 0..1 that a person answers, when the list knows."""

    call: str
    p: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered(Observation):
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Greeted(Observation):
    """Where the greeting of an answered call began and ended."""

    call: str
    start_s: float
    end_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Resolved(Observation):
    """What a call turned out to be; an answered one becomes `human` or `machine`."""

    call: str
    outcome: CallOutcome


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected(Observation):
    call: str
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Abandoned(Observation):
    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class HungUp(Observation):
    """A person hung up before the threshold."""

    call: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged(Observation):
    """A reviewed sample of answering-machine detection."""

    call: str
    person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class TalkEnded(Observation):
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class WrapEnded(Observation):
    agent: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentChanged(Observation):
    agent: str
    state: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InboundArrived(Observation):
    call: str


Event = (
    Placed
    | Answered
    | Greeted
    | Resolved
    | Connected
    | Abandoned
    | HungUp
    | Judged
    | TalkEnded
    | WrapEnded
    | AgentChanged
    | InboundArrived
)
