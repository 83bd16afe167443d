"""Codes that are over are nobody's business any more: swept away a day later."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import delete

from cobranca.portal.store import PortalCodeRow
from foundation.db.outbox import OutboxContext

KEEP = timedelta(days=1)


async def sweep(context: OutboxContext) -> None:
    """Delete what nobody can use."""
    over = PortalCodeRow.expires_at < datetime.now(UTC) - KEEP
    await context.connection.execute(delete(PortalCodeRow).where(over))
