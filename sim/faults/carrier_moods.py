"""The network as a whole is silent, refuses, or picks up everywhere at once.

Said to the network's dialplan through its own small database, so that its truth log tells
what it did.
"""

from __future__ import annotations

import asyncio
import time

from sim.carrier.script import CAUSES, PATIENCE_S, steps
from sim.faults.centre import Centre
from sim.personas import sounds
from sim.world.trace import Timed

TALK_S = 8.0
SAYS = (Timed(0.2, "alo_santa"),)
_FULL = CAUSES[503]


def row(mood: str) -> str:
    """What every call gets: silent | refuses | answers (when the mood ends).

    >>> row("refuses")
    'refuse,0,0,600.000,34,'
    """
    match mood:
        case "silent":
            return f"silent,0,0,{PATIENCE_S:.3f},{CAUSES[480]},"
        case "refuses":
            return f"refuse,0,0,{PATIENCE_S:.3f},{_FULL},"
        case _:
            script = steps(SAYS, (), sounds.seconds)
            return f"together,0.1,0,{TALK_S:.3f},{CAUSES[200]},{script}"


async def in_a_mood(centre: Centre, mood: str, seconds: float) -> tuple[float, float]:
    """Have it so for a while; returns from when to when."""
    began_at = time.time()
    await _cli(centre, f'database put network mood "{row(mood)}"')
    try:
        await asyncio.sleep(seconds)
    finally:
        await _cli(centre, "database del network mood")
    return began_at, time.time()


async def _cli(centre: Centre, command: str) -> None:
    await asyncio.to_thread(centre.carrier.cli, command)
