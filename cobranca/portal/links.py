"""Links into the portal: made, exchanged once, revoked, locked after wrong answers.

The caller commits. A link brings somebody to the question who he is, and no further.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, or_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.portal.link_token import PURPOSE, token_of
from cobranca.portal.store import PortalLinkRow
from foundation.crypto import Keys, derive_key
from foundation.ids import uuid7

TRIES_MAX = 5
_ROW = PortalLinkRow


@dataclass(frozen=True, slots=True)
class Exchanged:
    """A link that was good; it is not any more."""

    link: UUID
    debtor: UUID
    message: UUID | None  # that brought it


async def make(
    connection: AsyncConnection,
    debtor: UUID,
    *,
    by: str,
    now: datetime,
    lives: timedelta,
    message: UUID | None = None,
) -> UUID:
    """Make a link for a debtor; returns its id, of which `address` makes the rest."""
    row = {
        "id": uuid7(),
        "debtor_id": debtor,
        "message_id": message,
        "made_by": by,
        "made_at": now,
        "expires_at": now + lives,
        "tries": 0,
    }
    await connection.execute(insert(_ROW), row)
    return UUID(str(row["id"]))


def key_of(keys: Keys) -> bytes:
    """Return the key that links are signed with."""
    return derive_key(keys.index, purpose=PURPOSE)


def address(base: str, keys: Keys, link: UUID) -> str:
    """Return the link as it is sent: never to be written into a log."""
    return f"{base.rstrip('/')}/p/{token_of(key_of(keys), link)}"


async def exchange(
    connection: AsyncConnection, link: UUID, now: datetime
) -> Exchanged | None:
    """Take a link, once; None when it is used, revoked, over or unknown, all alike."""
    query = (
        update(_ROW)
        .where(
            _ROW.id == link,
            _ROW.used_at.is_(None),
            _ROW.revoked_at.is_(None),
            _ROW.expires_at > now,
        )
        .values(used_at=now)
        .returning(_ROW.id, _ROW.debtor_id, _ROW.message_id)
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Exchanged(row.id, row.debtor_id, row.message_id)


async def spend_try(connection: AsyncConnection, link: UUID) -> int | None:
    """Count a try before it is looked at; returns which it is, None when none is left."""
    query = (
        update(_ROW)
        .where(_ROW.id == link, _ROW.tries < TRIES_MAX, _ROW.revoked_at.is_(None))
        .values(tries=_ROW.tries + 1)
        .returning(_ROW.tries)
    )
    tries: int | None = await connection.scalar(query)
    return tries


async def revoke(
    connection: AsyncConnection,
    now: datetime,
    *,
    debtor: UUID | None = None,
    link: UUID | None = None,
) -> int:
    """Revoke a link, or all of a debtor; returns how many could still have been used."""
    query = (
        update(_ROW)
        .where(or_(_ROW.debtor_id == debtor, _ROW.id == link), _ROW.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    return (await connection.execute(query)).rowcount
