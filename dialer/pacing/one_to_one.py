"""One call for each free agent: what can never be too many. Pure."""

from __future__ import annotations

from dialer.pacing.snapshot import Snapshot

_RING_S = 30.0  # who goes within a ring time is not dialled for


def calls_for(now_s: float, floor: Snapshot, free: int) -> int:
    """Calls that `free` agents still lack; negative when more are on their way."""
    going = sum(
        now_s < at_s <= now_s + _RING_S
        for agent, at_s in floor.leaving.items()
        if agent not in floor.talking and agent not in floor.wrapping
    )
    return free - len(floor.undecided) - len(floor.ringing) - going


def old_calls(
    now_s: float, floor: Snapshot, most: int, min_ring_s: float
) -> tuple[str, ...]:
    """Of the calls that ring, at most so many: the oldest, none below the minimum."""
    if most <= 0:
        return ()
    since_s = now_s - min_ring_s
    old = sorted((at_s, call) for call, at_s in floor.ringing.items() if at_s <= since_s)
    return tuple(call for _, call in old[:most])
