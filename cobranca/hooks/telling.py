"""Tells what happened: promised in the transaction in which it did, sent by the worker.

A telling is signed as we ask others to sign theirs (`t=SECONDS,v1=HMAC` over time and
body), so that who hears it knows that it is ours and new. It is sent until it is taken,
later and later; anybody may ask that it is sent once more. Bodies hold ids, states and
amounts; who is meant is asked of the API, by who may.
"""

from __future__ import annotations

import json
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, Literal
from uuid import UUID

import aiohttp
from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.hooks.signature import signature_of
from cobranca.hooks.store import HookRow, HookTellingRow
from foundation.crypto import Keys
from foundation.db.outbox import OutboxContext, Transient, enqueue
from foundation.home import Home
from foundation.ids import uuid7

TOPIC = "hook"
SECRET = "hook.secret"  # noqa: S105 - what the sealed secret is bound to
HEADER = "X-Acordo-Signature"
Event = Literal[
    "payment.received",
    "agreement.accepted",
    "agreement.active",
    "agreement.kept",
    "agreement.broken",
    "agreement.renegotiated",
    "agreement.cancelled",
]
LONGEST_PAUSE_S = 3600.0
_TIMEOUT = aiohttp.ClientTimeout(total=10.0)


async def happened(
    connection: AsyncConnection, event: str, what: Mapping[str, Any]
) -> None:
    """Promise that who wants to hear of it does. The caller commits."""
    query = select(HookRow.id).where(HookRow.active, HookRow.events.contains([event]))
    for hook in list((await connection.execute(query)).scalars()):
        telling, now = uuid7(), datetime.now(UTC)
        body = {"id": str(telling), "event": event, "at": now.isoformat(), **what}
        row = {
            "id": telling,
            "hook_id": hook,
            "event": event,
            "body": body,
            "at": now,
            "tries": 0,
        }
        await connection.execute(insert(HookTellingRow), row)
        await enqueue(connection, TOPIC, str(telling), {"telling": str(telling)})


async def again(connection: AsyncConnection, telling: UUID) -> bool:
    """Ask that it is sent once more; False: there is none. The caller commits."""
    query = select(HookTellingRow.tries).where(HookTellingRow.id == telling)
    tries = await connection.scalar(query.with_for_update())
    if tries is None:
        return False
    key = f"{telling}:{tries}"
    await enqueue(connection, TOPIC, key, {"telling": str(telling)})
    return True


async def tell(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Send one; raises Transient until it is taken, or its address is given up."""
    telling = UUID(payload["telling"])
    query = (
        select(
            HookTellingRow.body,
            HookTellingRow.tries,
            HookRow.url,
            HookRow.secret_sealed,
            HookRow.active,
        )
        .join(HookRow, HookRow.id == HookTellingRow.hook_id)
        .where(HookTellingRow.id == telling)
    )
    row = (await context.connection.execute(query)).first()
    if row is None or not row.active:
        return  # given up meanwhile
    secret = Keys.of(Home(context.settings.home)).open(row.secret_sealed, bound_to=SECRET)
    status = await _post(row.url, secret.encode(), row.body)
    taken = status is not None and 200 <= status < 300
    values = {
        "tries": row.tries + 1,
        "answer": status,
        "told_at": datetime.now(UTC) if taken else None,
    }
    # apart from the outbox row, which an error takes back
    async with context.engine.begin() as own:
        await own.execute(
            update(HookTellingRow).where(HookTellingRow.id == telling).values(values)
        )
    if not taken:
        pause_s = min(2.0 ** min(context.tries, 20), LONGEST_PAUSE_S)
        raise Transient(f"HTTP {status}", after_s=pause_s)


async def _post(url: str, secret: bytes, body: Mapping[str, Any]) -> int | None:
    """Return the status; None when no answer came."""
    content = json.dumps(body, ensure_ascii=False).encode()
    headers = {
        "Content-Type": "application/json",
        HEADER: signature_of(secret, content, at_s=int(time.time())),
    }
    try:
        async with (
            aiohttp.ClientSession(timeout=_TIMEOUT) as session,
            session.post(
                url, data=content, headers=headers, allow_redirects=False
            ) as answer,
        ):
            return answer.status
    except (aiohttp.ClientError, TimeoutError):
        return None
