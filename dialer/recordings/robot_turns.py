"""Conversations that the voice robot led, with their turns, for review."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from sqlalchemy import ScalarSelect, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.robot_store import RobotCallRow, RobotTurnRow
from cobranca.people.store import AgentRow, UserRow
from dialer.calls.store import CallEventRow
from dialer.recordings.store import RecordingRow

PAGE = 50


def _person() -> ScalarSelect[str]:
    """Name of who talks with the caller after the robot, or did so last."""
    fact = CallEventRow
    return (
        select(func.coalesce(UserRow.name, AgentRow.name))
        .select_from(fact)
        .join(AgentRow, AgentRow.id == fact.agent_id)
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .where(fact.attempt_id == RobotCallRow.id, fact.kind == "joined")
        .order_by(fact.at.desc(), fact.id.desc())
        .limit(1)
        .scalar_subquery()
    )


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
            RecordingRow.id.label("recording"), UserRow.name.label("taken_by"),
            _person().label("person"),
        )
        .outerjoin(RecordingRow, RecordingRow.attempt_id == call.id)
        .outerjoin(UserRow, UserRow.id == call.taken_by)
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
