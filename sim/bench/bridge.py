"""Newstate Up to bridge, by the switch's own clock, at a pace that leaves CPU idle."""

from __future__ import annotations

from sim.bench.calls import run_dialer
from sim.bench.figures import Figure

SEATS = 20
TALK_S = 3.0
SECONDS, QUICK_SECONDS = 120.0, 30.0
AIM_MS = 50.0


def measure(quick: bool) -> list[Figure]:
    """Keep twenty seats busy and read the delays of all calls."""
    seconds = QUICK_SECONDS if quick else SECONDS
    run, delays = run_dialer(seats=SEATS, talk_s=TALK_S, seconds=seconds)
    count = len(delays)
    p50, p99 = (delays[min(count - 1, int(count * share))] for share in (0.5, 0.99))
    return [
        Figure(
            what=f"Newstate Up to bridge, p99 of {count} calls ({run.calls_per_s:.1f}/s)",
            value=p99,
            unit="ms",
            compared_with=f"p50 {p50:.1f} ms, worst {delays[-1]:.1f} ms",
            aim=f"p99 < {AIM_MS:.0f} ms",
            met=p99 < AIM_MS,
        )
    ]
