"""How many processes a measurement may work in."""

from __future__ import annotations

import os


def processors() -> int:
    """How many this process may use (`taskset` limits them)."""
    return len(os.sched_getaffinity(0))
