"""The operator's order to place nothing new: a lease that he holds while calls run out.

It lies beside the leader's own, so that whoever leads obeys it, and it ends by itself when
the operator's command is gone.
"""

from __future__ import annotations

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.store import AttemptRow
from foundation.db.leadership import LeadershipRow

DRAIN = "drain"
ALERT = "draining"  # as supervisors are told

_HOLD = text(
    """
    INSERT INTO leadership AS l (name, holder, epoch, expires_at)
    VALUES (:name, :holder, 1, clock_timestamp() + make_interval(secs => :hold_s))
    ON CONFLICT (name) DO UPDATE
       SET holder = excluded.holder, epoch = l.epoch + 1, expires_at = excluded.expires_at
    """
)


async def ordered(connection: AsyncConnection) -> bool:
    """Whether nothing new may be placed now."""
    query = select(LeadershipRow.name).where(
        LeadershipRow.name == DRAIN,
        LeadershipRow.expires_at > text("clock_timestamp()"),
    )
    return await connection.scalar(query) is not None


async def order(connection: AsyncConnection, holder: str, *, hold_s: float) -> None:
    """Give or renew the order; 0 ends it."""
    values = {"name": DRAIN, "holder": holder, "hold_s": hold_s}
    await connection.execute(_HOLD, values)


async def running(connection: AsyncConnection) -> int:
    """Calls that have not ended."""
    query = select(AttemptRow.id).where(AttemptRow.ended_at.is_(None))
    return len((await connection.execute(query)).all())
