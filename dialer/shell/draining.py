"""What must have ended before everything stops: see foundation.db.draining."""

from __future__ import annotations

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.calls.store import AttemptRow

ALERT = "draining"  # as supervisors are told


async def running(connection: AsyncConnection) -> int:
    """Calls that have not ended."""
    query = select(AttemptRow.id).where(AttemptRow.ended_at.is_(None))
    return len((await connection.execute(query)).all())
