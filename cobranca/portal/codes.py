"""One-time codes for who comes with a CPF: made, sent to a point on file, looked at.

A CPF that nobody has goes the same way, with the same writing: only the worker, later,
finds that there is nobody to send to. The code exists in the clear in its message alone.
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import Means, NewMessage
from cobranca.channels.pointing import candidates
from cobranca.channels.queue import put
from cobranca.portal.store import PortalCodeRow
from foundation.crypto import Keys, derive_key
from foundation.db.outbox import OutboxContext, enqueue
from foundation.home import Home
from foundation.ids import uuid7

TOPIC = "portal_code"
TEMPLATE = "portal_code"
PURPOSE = "portal codes"  # of the key of their digests
DIGITS = 6
TRIES_MAX = 5
LIFE = timedelta(minutes=10)
_ROW = PortalCodeRow


async def ask(
    connection: AsyncConnection, debtor: UUID | None, means: Means, now: datetime
) -> UUID:
    """Promise a code; the caller commits. The same writing whether there is a debtor."""
    row = {
        "id": uuid7(),
        "debtor_id": debtor,
        "means": means,
        "made_at": now,
        "expires_at": now + LIFE,
        "tries": 0,
    }
    await connection.execute(insert(_ROW), row)
    name = UUID(str(row["id"]))
    await enqueue(connection, TOPIC, str(name), {"code": str(name)})
    return name


async def send(context: OutboxContext, payload: dict[str, Any]) -> None:
    """The handler of the topic: make the code, and queue its message."""
    connection, keys = context.connection, Keys.of(Home(context.settings.home))
    name = UUID(payload["code"])
    query = select(_ROW.debtor_id, _ROW.means, _ROW.expires_at).where(_ROW.id == name)
    row = (await connection.execute(query)).one()
    if row.debtor_id is None or row.expires_at <= datetime.now(UTC):
        return
    code = f"{secrets.randbelow(10**DIGITS):0{DIGITS}d}"
    values = {"digest": digest(keys, name, code)}
    await connection.execute(update(_ROW).where(_ROW.id == name).values(values))
    points = await candidates(connection, row.debtor_id, row.means, None)
    await put(
        connection,
        NewMessage(
            debtor=row.debtor_id,
            template=TEMPLATE,
            key=f"{TEMPLATE}:{name}",
            means=row.means if points else None,
            purpose="service",
            asked_for=True,
            facts={"minutes": str(round(LIFE.total_seconds() / 60))},
            secret=code,
        ),
        keys,
    )


async def check(
    connection: AsyncConnection, keys: Keys, name: UUID, given: str, now: datetime
) -> UUID | None:
    """Return whose code it is, once; None when it is wrong, over, used or tried too often.

    Each look is counted before it is taken; the caller commits it either way.
    """
    query = (
        update(_ROW)
        .where(
            _ROW.id == name,
            _ROW.tries < TRIES_MAX,
            _ROW.used_at.is_(None),
            _ROW.expires_at > now,
        )
        .values(tries=_ROW.tries + 1)
        .returning(_ROW.debtor_id, _ROW.digest)
    )
    row = (await connection.execute(query)).first()
    stored = row.digest if row is not None and row.digest is not None else b""
    if not hmac.compare_digest(stored, digest(keys, name, given)) or row is None:
        return None
    await connection.execute(update(_ROW).where(_ROW.id == name).values(used_at=now))
    found: UUID | None = row.debtor_id
    return found


async def left(connection: AsyncConnection, name: UUID) -> int:
    """Return how many looks a code still has; the same for one that was never sent."""
    tries = await connection.scalar(select(_ROW.tries).where(_ROW.id == name))
    return 0 if tries is None else max(0, TRIES_MAX - int(tries))


def digest(keys: Keys, name: UUID, code: str) -> bytes:
    """Return what is stored in the place of a code."""
    key = derive_key(keys.index, purpose=PURPOSE)
    return hmac.digest(key, name.bytes + code.encode(), hashlib.sha256)
