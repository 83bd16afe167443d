"""The switch's own record of channels (CEL), read after a gap.

Asterisk writes one line an event to a local file, whether anybody listens or not. The
fields and their order are those of `asterisk-config/cel_custom.conf`; the files and their
rotation are `foundation.call_record`. A record may be long, so `recorded` reads it in a
thread, and gives up rather than keep the floor waiting.
"""

from __future__ import annotations

import asyncio
import io
import json
import re
import threading
from collections.abc import Callable, Collection, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import BinaryIO

from foundation.call_record import opened

SLICE = 64 * 1024  # bytes that are read anyway, and at once
DISORDER = timedelta(seconds=5)  # two channels write side by side
FEW = 32  # names that are looked for faster than lines are taken apart
READ_LIMIT_S = 30.0  # several times what all parts take together
RINGS = 101  # SIP 100 says only that somebody listens
FINAL = 200

# event, time, unique id, linked id, channel name, extra; found anywhere in what was read,
# so that a line torn by a full disk spoils no other
_LINE = re.compile(
    rb'"(?P<event>CHAN_START|ANSWER|HANGUP|LAST_WORD|TAKEN)","(?P<at>\d+\.\d+)",'
    rb'"(?P<channel>[^"\n]*)","[^"\n]*","(?:[^"\n]|"")*","(?P<extra>(?:[^"\n]|"")*)"\r?\n'
)


class RecordUnread(OSError):
    """The switch's record could not be read in time; nobody knows what it says."""


@dataclass(slots=True)
class CelCall:
    """What the record says of one channel; None where it says nothing."""

    started_at: datetime | None = None
    answered_at: datetime | None = None
    taken_at: datetime | None = None  # from the automatic conversation, by a person
    ended_at: datetime | None = None
    cause: int | None = None
    last_code: int | None = None  # SIP, the network's last word; None: it said nothing

    @property
    def hung_up(self) -> bool:
        return self.ended_at is not None

    @property
    def sip_code(self) -> int | None:
        """The network's final answer that was no pick-up."""
        return self.last_code if self.last_code and self.last_code >= FINAL else None

    @property
    def sign_of_life(self) -> bool:
        """The network rang, or answered otherwise, before the call ended."""
        return self.last_code is not None and self.last_code >= RINGS


Calls = dict[str, CelCall]


async def recorded(path: Path, since: datetime, channels: Collection[str]) -> Calls:
    """Read what the record says of these channels, beside the event loop.

    Raises RecordUnread after `READ_LIMIT_S`, and OSError.
    """
    given_up = threading.Event()
    try:
        async with asyncio.timeout(READ_LIMIT_S):
            return await asyncio.to_thread(
                read_cel, path, since, channels, given_up=given_up.is_set
            )
    except TimeoutError as error:
        raise RecordUnread(str(path)) from error
    finally:
        given_up.set()  # else the thread reads on for nobody


def read_cel(
    path: Path,
    since: datetime,
    channels: Collection[str] | None = None,
    *,
    given_up: Callable[[], bool] = lambda: False,
) -> Calls:
    """Channels of the record by unique id, from `since` on; empty without a file.

    Of the named channels, or of all. Stops in the middle once `given_up`.
    """
    calls: Calls = {}
    wanted = None if channels is None else frozenset(name.encode() for name in channels)
    with ExitStack() as stack:
        for file in opened(path, stack):
            _seek(file, since)
            for text in _slices(file):
                if given_up():
                    return calls
                if (
                    wanted
                    and len(wanted) <= FEW
                    and not any(map(text.__contains__, wanted))
                ):
                    continue
                _collect(_LINE.finditer(text), since, wanted, calls)
    return calls


def _slices(file: BinaryIO) -> Iterator[bytes]:
    """The rest of the file in pieces of whole lines; a half-written last is left out."""
    rest = b""
    while piece := file.read(SLICE):
        whole, newline, rest = (rest + piece).rpartition(b"\n")
        if newline:
            yield whole + newline


def _seek(file: BinaryIO, since: datetime) -> None:
    """Go to the start of a line before `since`: lines are in the order of time, nearly.

    A part has half a million lines; halving finds the place in ten looks.
    """
    low, high = 0, file.seek(0, io.SEEK_END)
    while high - low > SLICE:
        middle = (low + high) // 2
        file.seek(middle)
        file.readline()  # the rest of a line
        found = _LINE.search(file.readline())
        if found is None or _at(found) >= since - DISORDER:
            high = middle
        else:
            low = middle
    file.seek(low)
    if low:
        file.readline()


def _collect(
    lines: Iterable[re.Match[bytes]],
    since: datetime,
    wanted: frozenset[bytes] | None,
    calls: Calls,
) -> None:
    """Fold lines into channels."""
    for line in lines:
        channel = line["channel"]
        if wanted is not None and channel not in wanted:
            continue
        at = _at(line)
        if at < since:
            continue
        call = calls.setdefault(channel.decode("utf-8", "replace"), CelCall())
        match line["event"]:
            case b"CHAN_START":
                if call.hung_up:  # the attempt went on by another route: that counts
                    call = calls[channel.decode("utf-8", "replace")] = CelCall()
                call.started_at = at
            case b"ANSWER":
                call.answered_at = call.answered_at or at
            case b"TAKEN":
                call.taken_at = at
            case b"LAST_WORD":
                call.last_code = _number(line["extra"], "extra")
            case _:
                call.ended_at = at
                call.cause = _number(line["extra"], "hangupcause")


def _at(line: re.Match[bytes]) -> datetime:
    return datetime.fromtimestamp(float(line["at"]), UTC)


def _number(extra: bytes, name: str) -> int | None:
    """A number of a line's JSON, whose quotes the file doubles."""
    try:
        found = json.loads(extra.replace(b'""', b'"'))
        return int(found[name])
    except (ValueError, KeyError, TypeError):
        return None
