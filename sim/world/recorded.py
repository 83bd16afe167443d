"""A trace from calls that really happened.

Pure. What cannot be known from outside is left plain: who answered is taken for a person
who says nothing, and the conversation ends when it ended.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sim.world.trace import CODES, RINGS_ON, Kind, TraceRow

_KINDS = {
    "answered": Kind.HUMAN,
    "busy": Kind.BUSY,
    "no_answer": Kind.NO_ANSWER,
    "cancelled": Kind.NO_ANSWER,
    "invalid_number": Kind.INVALID,
    "rejected": Kind.REJECTED,
    "congestion": Kind.CONGESTION,
    "carrier_silent": Kind.SILENT,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class PastCall:
    """One call as the dialer kept it. Times are epoch seconds."""

    number: str  # E.164, with or without +
    placed_at: float
    ringing_at: float | None
    answered_at: float | None
    ended_at: float
    outcome: str
    sip_code: int | None
    given_up: bool  # it lasted as long as the dialer lets a call ring


def recorded(calls: Iterable[PastCall]) -> Iterator[TraceRow]:
    """Yield a row for each call that reached the network, counted per number in time."""
    nth: Counter[str] = Counter()
    for call in sorted(calls, key=lambda call: call.placed_at):
        kind = _KINDS.get(call.outcome)
        if kind is None:
            continue  # not_sent and switch_lost tell nothing about the network
        number = call.number.removeprefix("+")
        nth[number] += 1
        yield _row(call, number, nth[number], kind)


def _row(call: PastCall, number: str, nth: int, kind: Kind) -> TraceRow:
    over = call.ended_at if call.answered_at is None else call.answered_at
    rang = over if call.ringing_at is None else call.ringing_at
    return TraceRow(
        number=number,
        nth=nth,
        kind=kind,
        code=_code(call, kind),
        post_dial_s=_seconds(call.placed_at, rang),
        ring_s=_seconds(rang, over),
        talk_s=_seconds(over, call.ended_at),
    )


def _code(call: PastCall, kind: Kind) -> int:
    if kind is Kind.NO_ANSWER and (call.given_up or call.outcome == "cancelled"):
        return RINGS_ON  # the code that the switch names then is of its own making
    return (
        call.sip_code if call.sip_code in CODES[kind] and call.sip_code else CODES[kind][0]
    )


def _seconds(start: float, end: float) -> float:
    return round(max(end - start, 0.0), 3)
