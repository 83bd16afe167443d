"""The floor as the shell saw it, the answer to it, and what cannot be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple


class ClockWentBack(ValueError):
    """An instant lies before one that was already seen."""


class ImpossibleSnapshot(ValueError):
    """Counts or ages in the snapshot cannot be."""


class UnknownCall(ValueError):
    """Something is told of a call that was neither placed nor seen."""


class BadObservation(ValueError):
    """A figure of an event is out of its range."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Snapshot:
    """The floor at one instant; every `_s` is an instant on the clock of `now_s`.

    `room` is the most calls that lines, seats and leads left allow now. `waiting` are
    answered calls that need an agent and have none; `undecided` were answered and the
    machine detector still listens; `leaving` agents go (break, log-out) at that
    instant, wherever they are now. `scores` are of calls that ring, `next_scores` of
    the calls that would be placed next, in order.
    """

    idle: int
    room: int
    waiting: Mapping[str, float] = field(default_factory=dict)
    inbound_waiting: Mapping[str, float] = field(default_factory=dict)
    talking: Mapping[str, float] = field(default_factory=dict)
    wrapping: Mapping[str, float] = field(default_factory=dict)
    ringing: Mapping[str, float] = field(default_factory=dict)
    undecided: Mapping[str, float] = field(default_factory=dict)
    leaving: Mapping[str, float] = field(default_factory=dict)
    scores: Mapping[str, float] = field(default_factory=dict)
    next_scores: tuple[float, ...] = ()


class Reason(NamedTuple):
    """Why a decision is as it is: a code and the figures that a sentence needs."""

    code: str
    figures: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`held` agents are kept for inbound calls; the first reason is what binds."""

    calls: int
    cancels: tuple[str, ...] = ()
    held: int = 0
    reasons: tuple[Reason, ...] = ()
