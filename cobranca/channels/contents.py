"""What a message says when it goes: its facts, and what only then can be worked out.

A link is made for the very message that carries it, so that whoever opens it shows that it
was read.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.queue import SECRET_COLUMN
from cobranca.channels.settings import Portal
from cobranca.portal import links
from foundation.crypto import Keys

BY = "message"
WITHOUT_LINK = frozenset({"portal_code", "pix"})


async def values_of(
    connection: AsyncConnection, row: Any, keys: Keys, portal: Portal, base: str
) -> dict[str, str]:
    """Return the values of a message's template; the caller commits the link it makes."""
    values = {str(name): str(value) for name, value in row.facts.items()}
    values["portal"] = f"{base.rstrip('/')}/portal"
    if row.secret_sealed is not None:
        values["code"] = keys.open(row.secret_sealed, bound_to=SECRET_COLUMN)
    if row.template not in WITHOUT_LINK:
        values["link"] = await _link(connection, row.debtor_id, row.id, keys, portal, base)
    return values


async def _link(
    connection: AsyncConnection,
    debtor: UUID,
    message: UUID,
    keys: Keys,
    portal: Portal,
    base: str,
) -> str:
    made = await links.make(
        connection,
        debtor,
        by=BY,
        now=datetime.now(UTC),
        lives=timedelta(hours=portal.link_hours),
        message=message,
    )
    return links.address(base, keys, made)
