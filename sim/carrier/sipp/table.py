"""A trace as the table that the SIPp scenario looks numbers up in.

Pure. SIPp cannot count attempts: it plays a number's first row each time.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from sim.carrier.script import SHORTEST_S, act_of
from sim.world.scripted import SCRIPTED
from sim.world.trace import TraceRow

REASONS = {
    403: "Forbidden",
    404: "Not Found",
    408: "Request Timeout",
    410: "Gone",
    480: "Temporarily Unavailable",
    484: "Address Incomplete",
    486: "Busy Here",
    488: "Not Acceptable Here",
    500: "Server Internal Error",
    503: "Service Unavailable",
    504: "Server Time-out",
    600: "Busy Everywhere",
    603: "Decline",
    604: "Does Not Exist Anywhere",
}
_GIVES_UP = 480  # what ends a call that nobody took back


def lines(rows: Iterable[TraceRow]) -> Iterator[str]:
    """Yield the table's lines; nothing matches the first, as SIPp reads index 0 as none."""
    yield "SEQUENTIAL"
    yield "first;refuse;0;0;0;404"
    yield "unknown;refuse;0;0;0;404"
    for digits, row in SCRIPTED.items():
        yield _line(f"OO{digits}", row)
    for row in rows:
        if row.nth == 1:
            yield _line(row.number, row)


def _line(key: str, row: TraceRow) -> str:
    act, limit_s = act_of(row)
    times = (row.post_dial_s, row.ring_s, max(limit_s, SHORTEST_S))
    texts = (f"{seconds * 1000:.0f}" for seconds in times)
    return ";".join((key, act, *texts, str(row.code or _GIVES_UP)))
