"""What the pacer refuses: floors that cannot be, figures out of range. Pure."""

from __future__ import annotations

from math import isfinite

from dialer.pacing.events import Event, Greeted, Placed, Resolved
from dialer.pacing.snapshot import (
    BadObservation,
    ClockWentBack,
    ImpossibleSnapshot,
    Snapshot,
)

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
    for name in ("ringing", "waiting", "undecided") if floor.inbound_waiting else ():
        if not floor.inbound_waiting.keys().isdisjoint(getattr(floor, name)):
            raise ImpossibleSnapshot(f"{name}: a call that came in is one that went out")
    if not all(isfinite(at_s) for at_s in floor.leaving.values()):
        raise ImpossibleSnapshot("leaving: an instant is not a number")


def _check_scores(floor: Snapshot) -> None:
    for name, scores in (("scores", floor.scores.values()), ("next", floor.next_scores)):
        if scores and not (min(scores) >= 0 and max(scores) <= 1 and isfinite(sum(scores))):
            raise ImpossibleSnapshot(f"{name}: a chance of answer outside 0..1")


def calls_of(event: Event) -> tuple[str, ...]:
    """Calls of a history may have been placed before it begins."""
    call = getattr(event, "call", None)
    return () if call is None or isinstance(event, Placed) else (call,)


def check_event(event: Event) -> None:
    if not isfinite(event.at_s):
        raise ClockWentBack(f"{event.at_s} is no instant")
    match event:
        case Placed(p=p) if p is not None and not 0 <= p <= 1:
            raise BadObservation(f"chance of answer {p}")
        case Greeted(start_s=start_s, end_s=end_s) if not start_s <= end_s:
            raise BadObservation(f"a greeting from {start_s} to {end_s}")
        case Resolved(outcome=outcome) if outcome not in _OUTCOMES:
            raise BadObservation(f"outcome {outcome}")
        case _:
            pass


_OUTCOMES = ("human", "machine", "busy", "no_answer", "invalid", "failed", "cancelled")
