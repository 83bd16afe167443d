"""A caller in the queue keeps his place: he is called back in his turn.

As the conversation does it for who asks there; here he waits already, and pressed a key. It
is in the database before he is told (`ACORDO_NEXT` is `kept`); else he waits on.
"""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.contacts.robot_store import RobotCallRow
from cobranca.contacts.wishes import Why, Wish, wish
from foundation.brasil.phone import e164_or_empty
from foundation.ids import inbound_attempt
from foundation.observability import get_logger
from ura.adapters.fastagi import AgiChannel
from ura.scripts.inbound import NEXT
from ura.steps.stopping import owners_of

KEPT = "kept"
WRITTEN_S = 2.0  # the caller hears nothing meanwhile, and the dialplan waits for three
DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

log = get_logger(__name__)


class Places:
    """Of the callers who wait in the queue."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine

    async def keep(self, channel: AgiChannel) -> None:
        """As a FastAGI conversation. Raises CallOver."""
        call = inbound_attempt(channel.environment.get("agi_uniqueid", ""))
        caller = e164_or_empty(await channel.variable("ACORDO_CALLER"))
        try:
            async with asyncio.timeout(WRITTEN_S), self._engine.begin() as connection:
                kept = await keep_place(connection, call, caller)
        except DATABASE_LOST as error:
            log.warning("place_not_kept", call=str(call), why=type(error).__name__)
            return
        log.info("place_kept" if kept else "place_of_nobody", call=str(call))
        if kept:
            await channel.set_variable(NEXT, KEPT)


async def keep_place(connection: AsyncConnection, call: UUID, caller: str) -> bool:
    """Ask the dialer for a call to him; False when nobody knows who he is.

    He is who proved it in this call, else the one debtor on file with that telephone, in
    E.164; it may be empty. The caller commits.
    """
    proved = select(RobotCallRow.debtor_id).where(RobotCallRow.id == call)
    debtor = await connection.scalar(proved)
    if debtor is None:
        owners = await owners_of(connection, caller)
        debtor = owners[0] if len(owners) == 1 else None
    if debtor is None:
        return False
    asked = Wish(call=call, debtor=debtor, why=Why.QUEUE, told_at=datetime.now(UTC))
    await wish(connection, asked)
    return True
