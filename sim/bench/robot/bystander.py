"""The beat of a thread that does nothing else, beside what is measured.

What is late there is not the doing of any conversation: the machine, its host, or that the
processors are full.
"""

from __future__ import annotations

import time

from sim.bench.robot.beat import FRAME_S, Late, late_frames


def stand_by(seconds: float) -> Late:
    """Wake up at each beat for so long, and say how often that was late."""
    begun_s = time.monotonic()
    at_s = []
    for place in range(round(seconds / FRAME_S)):
        time.sleep(max(0.0, begun_s + place * FRAME_S - time.monotonic()))
        at_s.append(time.monotonic())
    return late_frames(at_s, range(len(at_s)))
