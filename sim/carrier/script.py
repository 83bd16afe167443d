"""What the network's dialplan is told of one call: a row of AstDB.

Pure. The form is `act,post_dial,ring,limit,cause,script` (see config/extensions.conf.j2).
A SIP code that Asterisk cannot be made to send becomes the nearest one of the same
outcome; SIPp, in its place, sends them all.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from types import MappingProxyType

from sim.world.trace import RINGS_ON, Kind, Timed, TraceRow

# SIP code: the Q.850 cause that makes Asterisk 22 send it (each one measured)
CAUSES: Mapping[int, int] = MappingProxyType(
    {
        200: 16,
        403: 21,
        404: 1,
        408: 18,
        410: 22,
        480: 19,
        484: 28,
        486: 17,
        488: 58,
        500: 38,
        503: 34,
        603: 16,  # "normal clearing" of a call that was not answered
        504: 34,  # sent as 503
        600: 17,  # sent as 486
        604: 1,  # sent as 404
    }
)
PATIENCE_S = 600.0  # what rings, or keeps silent, stops by itself after that
SHORTEST_S = 0.05  # a limit of 0 would mean none


def astdb_value(row: TraceRow, seconds: Callable[[str], float]) -> str:
    """Write one row of a trace for the dialplan; `seconds` tells how long a clip lasts."""
    act, limit = act_of(row)
    cause = CAUSES[row.code] if row.code != RINGS_ON else CAUSES[480]
    times = f"{row.post_dial_s:.3f},{row.ring_s:.3f},{max(limit, SHORTEST_S):.3f}"
    return f"{act},{times},{cause},{steps(row.says, row.keys, seconds)}"


def act_of(row: TraceRow) -> tuple[str, float]:
    """Return the act that plays a row, and for how many seconds at most."""
    match row.kind:
        case Kind.HUMAN | Kind.MACHINE:
            return "answer", row.talk_s
        case Kind.EARLY_MEDIA:
            return "announce", row.ring_s
        case Kind.SILENT:
            return "silent", PATIENCE_S
        case Kind.NO_ANSWER if row.code == RINGS_ON:
            return "ring_on", PATIENCE_S
        case _:
            return "refuse", PATIENCE_S


def steps(
    says: Iterable[Timed], keys: Iterable[Timed], seconds: Callable[[str], float]
) -> str:
    """List the steps in the order of time; one that is late starts at once."""
    acts = [(item.at_s, "p", item.what) for item in says]
    acts += [(item.at_s, "k", item.what) for item in keys]
    found, now = [], 0.0
    for at, letter, what in sorted(acts):
        if at - now >= SHORTEST_S:
            found.append(f"w{at - now:.3f}")
            now = at
        found.append(letter + what)
        now += seconds(what) if letter == "p" else 0.0
    return "&".join(found)
