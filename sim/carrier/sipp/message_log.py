"""Read SIPp's message log while it is being written.

Pure. Each entry is a line of dashes with the time, a line that tells direction and size,
an empty line, and the message.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime

_ENTRY = re.compile(
    rb"-{20,} (\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+)\n"
    rb"\w+ message (?:received \[(\d+)\] bytes :|sent \((\d+) bytes\):)\n\n"
)
_LONGEST_HEADER = 200


@dataclass(frozen=True, slots=True)
class Entry:
    """One SIP message. `at` is epoch seconds, the log being written in UTC."""

    at: float
    sent: bool
    text: str


class MessageLog:
    """Takes bytes as they come, gives whole messages."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> Iterator[Entry]:
        """Yield the messages that are complete now."""
        self._rest += data
        while (match := _ENTRY.search(self._rest)) is not None:
            size = int(match[2] or match[3])
            end = match.end() + size
            if len(self._rest) < end:
                return
            text = self._rest[match.end() : end].decode("utf-8", errors="replace")
            self._rest = self._rest[end:]
            yield Entry(_epoch(match[1].decode()), match[3] is not None, text)
        self._rest = self._rest[-_LONGEST_HEADER:]


def _epoch(stamp: str) -> float:
    return datetime.fromisoformat(stamp).replace(tzinfo=UTC).timestamp()
