"""Evidence of what became of messages, as providers tell it: once each, only added to."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import Happened, Report, State, after
from cobranca.channels.store import MessageEventRow, MessageRow
from cobranca.debtors.store import ContactPointRow
from foundation.ids import uuid7

#: codes that say that the point itself reaches nobody
GONE = frozenset({"no_such_address", "no_such_number"})
_CLOSED = frozenset({State.FAILED, State.READ, State.DELIVERED})


async def record(connection: AsyncConnection, report: Report) -> bool | None:
    """Keep what was told; the caller commits. False: it was told before.

    None: of no message of ours, or of one whose sending is not committed yet.
    """
    query = (
        select(MessageRow.id, MessageRow.state, MessageRow.contact_point_id)
        .where(
            MessageRow.provider == report.provider,
            MessageRow.provider_id == report.provider_id,
        )
        .with_for_update()
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    return await tell(connection, row, report)


async def read(connection: AsyncConnection, message: UUID) -> None:
    """The person did what only a reader of the message does; the caller commits."""
    query = select(
        MessageRow.id,
        MessageRow.state,
        MessageRow.contact_point_id,
        MessageRow.provider,
        MessageRow.provider_id,
    ).where(MessageRow.id == message)
    row = (await connection.execute(query.with_for_update())).first()
    if row is not None and row.provider is not None:
        report = Report(
            provider=row.provider,
            provider_id=row.provider_id,
            happened=Happened.READ,
            at=datetime.now(UTC),
        )
        await tell(connection, row, report)


async def tell(connection: AsyncConnection, row: Any, report: Report) -> bool:
    """Write evidence of a message whose row is held; False when it was there already."""
    now = datetime.now(UTC)
    event = {
        "id": uuid7(),
        "message_id": row.id,
        "happened": report.happened.value,
        "provider": report.provider,
        "provider_id": report.provider_id,
        "code": report.code,
        "at": report.at,
        "heard_at": now,
    }
    new = await connection.scalar(
        insert(MessageEventRow)
        .values(event)
        .on_conflict_do_nothing()
        .returning(MessageEventRow.id)
    )
    if new is None:
        return False
    state = after(State(row.state), report.happened)
    values: dict[str, Any] = {"state": state.value}
    if state in _CLOSED:
        values["closed_at"] = now
    await connection.execute(
        update(MessageRow).where(MessageRow.id == row.id).values(values)
    )
    if report.code in GONE and row.contact_point_id is not None:
        await _retire(connection, row.contact_point_id)
    return True


async def _retire(connection: AsyncConnection, point: UUID) -> None:
    """Nobody is reached there any more: not by the next message either."""
    await connection.execute(
        update(ContactPointRow)
        .where(ContactPointRow.id == point, ContactPointRow.status == "active")
        .values(status="invalid")
    )
