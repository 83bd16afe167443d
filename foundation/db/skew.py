"""How far this machine's clock is from the database's; a process whose own is far off ends.

Hours of contact, counters, leases and the order of facts are read off both clocks.
"""

from __future__ import annotations

import time
from dataclasses import dataclass

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation.cli import CannotRun

REFUSED_S = (
    30.0  # below it nothing is wrong that cannot be mended; `acordo doctor` tells it
)
_THEIRS = text("SELECT extract(epoch FROM clock_timestamp())::float8")


@dataclass(frozen=True, slots=True)
class Skew:
    """`seconds`: positive when the database is ahead; `doubt_s`: half of the round trip."""

    seconds: float
    doubt_s: float

    def beyond(self, limit_s: float) -> bool:
        """Whether it is more than that, however long the answer took on its way."""
        return abs(self.seconds) - self.doubt_s > limit_s


class ClockSkewed(CannotRun):
    """O relógio desta máquina e o do banco de dados discordam."""

    def __init__(self, skew: Skew) -> None:
        side = "atrasado" if skew.seconds > 0 else "adiantado"
        super().__init__(
            f"o relógio desta máquina está {abs(skew.seconds):.0f} s {side} em relação ao "
            "do banco de dados; acerte os dois (chrony) e suba de novo."
        )


async def skew(connection: AsyncConnection) -> Skew:
    """Ask the database what time it is."""
    before = time.time()
    theirs = float(await connection.scalar(_THEIRS) or 0)
    after = time.time()
    return Skew(theirs - (before + after) / 2, (after - before) / 2)


async def require_clock(engine: AsyncEngine) -> None:
    """Refuse to work with a clock that is far off; raises ClockSkewed."""
    async with engine.connect() as connection:
        found = await skew(connection)
    if found.beyond(REFUSED_S):
        raise ClockSkewed(found)
