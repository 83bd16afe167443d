"""The address at the foot of a message by which a person ends them, without logging in.

Signed for the one message; whoever has it can do that and nothing else.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.store import MessageRow
from cobranca.compliance import ledger
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.portal.link_token import STOP_PURPOSE, read_token, token_of
from foundation.crypto import Keys, derive_key

REASON = "opt_out"


def stop_address(base: str, keys: Keys, message: UUID) -> str:
    """Return the address that goes into `List-Unsubscribe`."""
    return f"{base.rstrip('/')}/parar/{token_of(_key(keys), message)}"


def message_of(keys: Keys, token: str) -> UUID | None:
    """Return the message whose address it is."""
    return read_token(_key(keys), token)


async def stop(connection: AsyncConnection, message: UUID, now: datetime) -> bool:
    """Enter that its debtor wants no more by its means; the caller commits.

    `now` is on the compliance clock. False: there is no such message.
    """
    query = select(MessageRow.debtor_id, MessageRow.means).where(MessageRow.id == message)
    row = (await connection.execute(query)).first()
    if row is None:
        return False
    reason = reasons_in_force()[REASON]
    told = Entry(
        reason=reason.code,
        origin="message",
        since=now,
        debtor=row.debtor_id,
        means=row.means,
        proof=f"mensagem {message}",
    )
    await ledger.enter(connection, reason, told)
    return True


def _key(keys: Keys) -> bytes:
    return derive_key(keys.index, purpose=STOP_PURPOSE)
