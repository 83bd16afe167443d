"""Conversations that the voice robot led, with their turns, for review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow
from dialer.recordings.store import RecordingRow

PAGE = 50


async def calls(
    connection: AsyncConnection, *, missed: bool, before: int | None
) -> list[Mapping[str, Any]]:
    """Return a page of conversations, the latest first."""
    call = RobotCallRow
    seconds = func.extract("epoch", call.ended_at - call.began_at)
    query = (
        select(
            call.id, call.number, call.flow, call.began_at, seconds.label("seconds"),
            call.outcome, call.state, call.hands_over, call.understood, call.missed,
            RecordingRow.id.label("recording"),
        )
        .outerjoin(RecordingRow, RecordingRow.attempt_id == call.id)
        .order_by(call.number.desc())
        .limit(PAGE)
    )  # fmt: skip
    if missed:
        query = query.where(call.missed > 0)
    if before is not None:
        query = query.where(call.number < before)
    return [dict(row._mapping) for row in await connection.execute(query)]


async def turns(connection: AsyncConnection, call: UUID) -> list[Mapping[str, Any]] | None:
    """Return the turns of a conversation in their order; None: there is no such one."""
    known = select(RobotCallRow.id).where(RobotCallRow.id == call)
    if await connection.scalar(known) is None:
        return None
    query = select(RobotTurnRow.__table__).where(RobotTurnRow.call_id == call)
    rows = await connection.execute(query.order_by(RobotTurnRow.number))
    return [
        {name: value for name, value in row._mapping.items() if name != "call_id"}
        for row in rows
    ]
