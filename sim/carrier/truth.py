"""The truth log: one row for each call that crossed the wire, and its outcome.

The words of outcomes are those of every report; the rules here are the network's own and
share nothing with how the dialer finds them. Times are epoch seconds to the microsecond.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from sim.carrier.wire import WireCall
from sim.world.compare import Seen

FILE = "truth.csv"
COLUMNS = (*(field.name for field in fields(WireCall)), "outcome")
_TIMES = ("invite_at", "ringing_at", "final_at", "cancel_at", "bye_at")
_NUMBERS = ("ringing_code", "final_code", "reason")

_ELSEWHERE = 26  # Q.850 "non-selected user clearing": the caller took its call back
_BUSY = (486, 600)
_NO_ANSWER = (408, 480)
_INVALID = (404, 410, 484, 604)
_REJECTED = (403, 603)


class BadTruth(ValueError):
    """A truth log cannot be read: a column is missing or holds no number."""


def outcome(call: WireCall) -> str:
    """Name what became of a call, from its codes alone.

    A call that the caller took back was over for the caller, whatever crossed the CANCEL on
    its way; what it was depends on whether it had rung and on the reason given.
    """
    code = call.final_code
    if call.cancel_at is not None:
        if call.reason == _ELSEWHERE:
            return "cancelled"
        return "carrier_silent" if call.ringing_at is None else "no_answer"
    if code is None:
        return "switch_lost"  # neither answered nor taken back: the caller is gone
    if call.answered_at is not None:
        return "answered"
    if code in _BUSY:
        return "busy"
    if code in _NO_ANSWER:
        return "no_answer"
    if code in _INVALID:
        return "invalid_number"
    return "rejected" if code in _REJECTED else "congestion"


def header() -> str:
    return ",".join(COLUMNS) + "\n"


def line(call: WireCall) -> str:
    """Write one call as a line of the log."""
    values = asdict(call) | {"outcome": outcome(call)}
    for name in _TIMES:
        if values[name] is not None:
            values[name] = f"{values[name]:.6f}"
    text = io.StringIO()
    csv.writer(text, lineterminator="\n").writerow(
        "" if values[name] is None else values[name] for name in COLUMNS
    )
    return text.getvalue()


def read(path: Path) -> Iterator[WireCall]:
    """Read a truth log back; raises BadTruth, FileNotFoundError."""
    with path.open(encoding="utf-8", newline="") as file:
        for row in csv.DictReader(file):
            yield _call(row)


def seen(calls: Iterator[WireCall]) -> list[Seen]:
    """Return the calls that the switch placed, ready to be compared."""
    return [
        Seen(call.called, call.invite_at, outcome(call))
        for call in calls
        if call.direction == "to_network"
    ]


def _call(row: dict[str, str]) -> WireCall:
    try:
        values: dict[str, Any] = {name: row[name] or None for name in COLUMNS}
        del values["outcome"]
        for name in _TIMES:
            values[name] = None if values[name] is None else float(values[name])
        for name in _NUMBERS:
            values[name] = None if values[name] is None else int(values[name])
        values["called"], values["caller"] = row["called"], row["caller"]
        return WireCall(**values)
    except (KeyError, ValueError, TypeError) as error:
        raise BadTruth(str(row)[:200]) from error
