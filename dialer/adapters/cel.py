"""The switch's own record of channels (CEL), read after a gap.

Asterisk writes one line an event to a local file, whether anybody listens or not. The
fields and their order are those of `asterisk-config/cel_custom.conf`.
"""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

SLICE = 64 * 1024  # bytes that are read anyway
DISORDER = timedelta(seconds=5)  # two channels write side by side
FIELDS = 6  # event, time, unique id, linked id, channel name, extra


@dataclass(slots=True)
class CelCall:
    """What the record says of one channel; None where it says nothing."""

    started_at: datetime | None = None
    answered_at: datetime | None = None
    ended_at: datetime | None = None
    cause: int | None = None
    sip_code: int | None = None  # not in the record: the cause alone tells

    @property
    def hung_up(self) -> bool:
        return self.ended_at is not None


def read_cel(path: Path, since: datetime) -> dict[str, CelCall]:
    """Channels of the record by unique id, from `since` on; empty without a file."""
    try:
        with path.open("rb") as file:
            _seek(file, since)
            lines = io.TextIOWrapper(file, encoding="utf-8", errors="replace", newline="")
            return collect(lines, since)
    except FileNotFoundError:
        return {}


def _seek(file: BinaryIO, since: datetime) -> None:
    """Go to the start of a line before `since`: lines are in the order of time, nearly.

    A month's record has millions of lines; halving finds the place in thirty looks.
    """
    low, high = 0, file.seek(0, io.SEEK_END)
    while high - low > SLICE:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()  # the rest of a line
        at = _time_of(file.readline())
        if at is None or at >= since - DISORDER:
            high = middle
        else:
            low = middle
    file.seek(low)
    if low:
        file.readline()


def _time_of(line: bytes) -> datetime | None:
    events = list(_events([line.decode("utf-8", errors="replace")]))
    return events[0][1] if events else None


def collect(lines: Iterable[str], since: datetime) -> dict[str, CelCall]:
    """Fold lines into channels; a half-written last line is left out."""
    calls: dict[str, CelCall] = {}
    for event, at, channel, extra in _events(lines):
        if at < since:
            continue
        call = calls.setdefault(channel, CelCall())
        match event:
            case "CHAN_START":
                call.started_at = at
            case "ANSWER":
                call.answered_at = call.answered_at or at
            case "HANGUP":
                call.ended_at = at
                call.cause = _cause(extra)
    return calls


def _events(lines: Iterable[str]) -> Iterator[tuple[str, datetime, str, str]]:
    for row in csv.reader(lines):
        if len(row) != FIELDS:
            continue
        try:
            at = datetime.fromtimestamp(float(row[1]), UTC)
        except ValueError:
            continue
        yield row[0], at, row[2], row[5]


def _cause(extra: str) -> int | None:
    try:
        found = json.loads(extra)
    except ValueError:
        return None
    cause = found.get("hangupcause") if isinstance(found, dict) else None
    return cause if isinstance(cause, int) else None
