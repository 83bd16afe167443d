"""The floor as the shell saw it, the answer to it, and what cannot be. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isfinite
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


_SINCE = ("waiting", "inbound_waiting", "talking", "wrapping", "ringing", "undecided")


def check(now_s: float, floor: Snapshot) -> None:
    """Refuse what cannot be; raises ImpossibleSnapshot."""
    if floor.idle < 0 or floor.room < 0:
        raise ImpossibleSnapshot(f"idle {floor.idle}, room {floor.room}")
    for name in _SINCE:
        instants = getattr(floor, name)
        if instants and not max(instants.values()) <= now_s:
            raise ImpossibleSnapshot(f"{name}: something begins in the future")
        if instants and not isfinite(sum(instants.values())):
            raise ImpossibleSnapshot(f"{name}: an instant is not a number")
    _check_apart(floor)
    _check_scores(floor)


def _check_apart(floor: Snapshot) -> None:
    """An agent or a call is in one place at a time."""
    if not floor.wrapping.keys().isdisjoint(floor.talking):
        raise ImpossibleSnapshot("an agent talks and wraps up at once")
    if not floor.ringing.keys().isdisjoint(floor.waiting):
        raise ImpossibleSnapshot("a call rings and waits at once")
    if not floor.undecided.keys().isdisjoint(floor.waiting):
        raise ImpossibleSnapshot("a call is undecided and waits at once")
    if not floor.ringing.keys().isdisjoint(floor.undecided):
        raise ImpossibleSnapshot("a call rings and was answered at once")
    if not all(isfinite(at_s) for at_s in floor.leaving.values()):
        raise ImpossibleSnapshot("leaving: an instant is not a number")


def _check_scores(floor: Snapshot) -> None:
    for name, scores in (("scores", floor.scores.values()), ("next", floor.next_scores)):
        if scores and not (min(scores) >= 0 and max(scores) <= 1 and isfinite(sum(scores))):
            raise ImpossibleSnapshot(f"{name}: a chance of answer outside 0..1")
