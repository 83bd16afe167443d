"""The queue of messages: put one in, cancel what a payment makes pointless.

The caller commits: a message is queued in the transaction of what it tells of.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import func, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import NewMessage, State
from cobranca.channels.store import MessageRow
from cobranca.compliance.model import OUTLIVES_CLOSING, Purpose
from foundation.crypto import Keys
from foundation.db.outbox import enqueue
from foundation.ids import uuid7

TOPIC = "message"
SECRET_COLUMN = "message.secret"  # noqa: S105 - the name of a column
SERVICE = "service"
AGREED: Purpose = "agreed"


async def put(
    connection: AsyncConnection, new: NewMessage, keys: Keys | None = None
) -> UUID | None:
    """Queue a message; None when its key is there already. `keys` seal its secret."""
    now = datetime.now(UTC)
    due_at = new.due_at or now
    sealed = keys.seal(new.secret, bound_to=SECRET_COLUMN) if keys and new.secret else None
    if new.secret and sealed is None:
        raise ValueError("a secret needs keys to seal it")
    row = {
        "id": uuid7(),
        "key": new.key,
        "debtor_id": new.debtor,
        "creditor_id": new.creditor,
        "debt_id": new.debt,
        "contact_point_id": new.point,
        "means": new.means,
        "purpose": new.purpose,
        "template": new.template,
        "facts": dict(new.facts),
        "secret_sealed": sealed,
        "asked_for": new.asked_for,
        "due_at": due_at,
        "state": State.QUEUED.value,
        "tries": 0,
        "created_at": now,
    }
    made = insert(MessageRow).values(row).on_conflict_do_nothing(index_elements=["key"])
    name: UUID | None = await connection.scalar(made.returning(MessageRow.id))
    if name is not None:
        after_s = max(0.0, (due_at - now).total_seconds())
        await enqueue(connection, TOPIC, str(name), {"message": str(name)}, after_s=after_s)
    return name


async def cancel_for_debt(connection: AsyncConnection, debt: UUID) -> int:
    """Cancel what waits to be sent because of a debt; returns how many there were."""
    return await cancel_for_debts(connection, (debt,))


async def stop(connection: AsyncConnection, debts: Sequence[UUID]) -> None:
    """The same for a payment of several, as it asks for it."""
    await cancel_for_debts(connection, debts)


_CLOSED = text(
    """
    UPDATE message m SET state = :cancelled, closed_at = clock_timestamp()
     WHERE m.state = :queued AND m.purpose <> ALL(:outlives)
       AND m.creditor_id = :creditor
       AND (CAST(:debtor AS uuid) IS NULL OR m.debtor_id = :debtor)
       AND (EXISTS (SELECT 1 FROM creditor r
                     WHERE r.id = m.creditor_id AND r.closed_at IS NOT NULL)
            OR EXISTS (SELECT 1 FROM debt d JOIN contract c ON c.id = d.contract_id
                         JOIN portfolio p ON p.id = c.portfolio_id
                        WHERE d.id = m.debt_id AND p.closed_at IS NOT NULL))
    """
)


async def align_closed(
    connection: AsyncConnection, creditor: UUID, debtor: UUID | None
) -> None:
    """Cancel what waits for a creditor or portfolio that is closed; none comes back.

    Reminders of what was agreed stay, as do messages that are owed anyway.
    """
    values = {
        "creditor": creditor,
        "debtor": debtor,
        "queued": State.QUEUED.value,
        "cancelled": State.CANCELLED.value,
        "outlives": sorted(OUTLIVES_CLOSING),
    }
    await connection.execute(_CLOSED, values)


async def cancel_for_debts(connection: AsyncConnection, debts: Sequence[UUID]) -> int:
    """One statement. What a person asked for or is owed (a code, a receipt) goes all the
    same."""
    cancelled = await connection.execute(
        update(MessageRow)
        .where(
            MessageRow.debt_id.in_(debts),
            MessageRow.state == State.QUEUED.value,
            MessageRow.purpose != SERVICE,
        )
        .values(state=State.CANCELLED.value, closed_at=func.clock_timestamp())
    )
    return cancelled.rowcount
