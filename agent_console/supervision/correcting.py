"""What the interface for putting a disposition right takes and gives, and its handlers.

A look at a record is audited, for its note tells of a person; so is each correction.
"""

from __future__ import annotations

import datetime as dt
from typing import Annotated
from uuid import UUID

from pydantic import Field, StringConstraints
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Problem
from agent_console.desk import recording, shown
from agent_console.desk.card import read_call
from agent_console.desk.contracts import (
    DisposedOut,
    DispositionIn,
    Model,
    PromiseIn,
)
from agent_console.desk.tools import DESK
from agent_console.services import CLOCK, DATABASE
from cobranca.people import audit
from cobranca.people.store import AgentRow, UserRow
from dialer.calls.correcting import REASON_MAX, Right, correct, history, promise_of
from dialer.calls.disposing import NotKept, Promised
from dialer.calls.store import DispositionRow

Reason = Annotated[
    str, StringConstraints(strip_whitespace=True, min_length=3, max_length=REASON_MAX)
]


class CorrectionIn(DispositionIn):
    """`seen`: how many corrections the record had when it was read."""

    reason: Reason
    seen: int = Field(ge=0, le=10_000)


class StoodOut(Model):
    """What stood until somebody changed it."""

    at: dt.datetime
    by: str
    reason: str
    label: str
    note: str | None
    promise: PromiseIn | None


class RecordedOut(Model):
    """What stands of a call now, and before; the first record first."""

    code: str
    label: str
    note: str | None
    promise: PromiseIn | None
    agent: str
    at: dt.datetime
    before: list[StoodOut]


async def read(asked: Asked[None, None]) -> RecordedOut:
    number = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        found = await _recorded(connection, number)
        subject = ("attempt", number)
        await audit.record(
            connection, asked.who, action="disposition.view", subject=subject
        )
        return found


async def put_right(asked: Asked[CorrectionIn, None]) -> DisposedOut:
    tools, given = asked.request.app[DESK], asked.body
    async with asked.request.app[DATABASE].begin() as connection:
        call = await read_call(connection, UUID(asked.path["id"]))
        before = await _recorded(connection, call.id)
        now = (await tools.contact_clock(connection)).now()
        zone = await recording.zone_of(connection, call.contact_point_id)
        right = Right(
            attempt=call.id,
            by=asked.who.user_id,
            reason=given.reason,
            code=given.code,
            note=given.note,
            at=asked.request.app[CLOCK].now(),
            contact_now=now,
            seen=given.seen,
            call_back_at=recording.instant_of(given, zone),
            promise=recording.promised(given),
        )
        answer = await correct(connection, right, tools.policy)
        if isinstance(answer, NotKept):
            raise _refusal(answer, now, zone)
        await audit.record(
            connection,
            asked.who,
            action="disposition.correct",
            subject=("attempt", call.id),
            detail={"from": before.code, "to": answer.code},
        )
    return recording.told(answer)


def _refusal(answer: NotKept, now: dt.datetime, zone: str) -> Problem:
    match answer.reason:
        case "corrected_meanwhile" | "same" as reason:
            code = "nothing_corrected" if reason == "same" else reason
            return Problem(code, 409)
    return recording.refusal(answer, now, zone)


async def _recorded(connection: AsyncConnection, number: UUID) -> RecordedOut:
    """Raises Problem not_recorded."""
    query = (
        select(
            DispositionRow.__table__,
            AgentRow.name.label("seat"),
            UserRow.name.label("user"),
        )
        .join(AgentRow, AgentRow.id == DispositionRow.agent_id)
        .outerjoin(UserRow, UserRow.id == AgentRow.user_id)
        .where(DispositionRow.attempt_id == number)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise Problem("not_recorded", 404)
    return RecordedOut(
        code=row.code,
        label=shown.disposition(row.code) or row.code,
        note=row.note,
        promise=_promise(await promise_of(connection, number)),
        agent=row.user or row.seat,
        at=row.at,
        before=[
            StoodOut(
                at=one.at,
                by=one.by,
                reason=one.reason,
                label=shown.disposition(one.code) or one.code,
                note=one.note,
                promise=_promise(one.promise),
            )
            for one in await history(connection, number)
        ],
    )


def _promise(promised: Promised | None) -> PromiseIn | None:
    if promised is None:
        return None
    return PromiseIn(amount=promised.amount, due_on=promised.due_on)
