"""The operator's order to begin no call: a lease that he holds while calls run out.

It lies beside the leader's own, so that whoever leads obeys it and whoever answers knows
of it, and it ends by itself when the operator's command is gone.
"""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from foundation.db.leadership import LeadershipRow

DRAIN = "drain"

_HOLD = text(
    """
    INSERT INTO leadership AS l (name, holder, epoch, expires_at)
    VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :hold_s))
    ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
    """
)


async def ordered(connection: AsyncConnection) -> bool:
    """Whether nothing new may begin now."""
    query = select(LeadershipRow.name).where(
        LeadershipRow.name == DRAIN,
        LeadershipRow.expires_at > text("clock_timestamp()"),
    )
    return await connection.scalar(query) is not None


async def order(connection: AsyncConnection, holder: str, *, hold_s: float) -> None:
    """Give or renew the order; 0 ends it."""
    values = {"name": DRAIN, "holder": holder, "hold_s": hold_s}
    await connection.execute(_HOLD, values)
