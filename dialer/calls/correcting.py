"""Put right what an agent recorded of a conversation; what stood before stays in a history.

In one transaction. What followed from the wrong disposition, and from no other call, is
taken back; what the right one leads to is done now. A call-back that was booked stays,
for the debtor asked for it, and so does a turn that later calls of the campaign decide.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import and_, delete, func, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger
from cobranca.compliance.service import ContactPolicy
from cobranca.contacts.dispositions import Disposition, catalogue
from cobranca.contacts.store import PromiseRow
from cobranca.debtors.store import ContactPointRow
from cobranca.people.store import UserRow
from dialer.callbacks.booking import Booked, NotBooked
from dialer.callbacks.store import CallBackRow
from dialer.calls.disposing import (
    Kept,
    NotKept,
    Promised,
    Said,
    book_for,
    entry_of,
    lacking,
    locked,
    take_effect,
    turn,
    write_promise,
)
from dialer.calls.store import AttemptRow, CorrectionRow, DispositionRow
from foundation.ids import uuid7

REASON_MAX = 400  # characters


@dataclass(frozen=True, slots=True, kw_only=True)
class Right:
    """What should have been recorded, and who says so. Clocks as in `Said`.

    `seen`: how many corrections this person knew of; another number is somebody else's.
    """

    attempt: UUID
    by: UUID
    reason: str
    code: str
    note: str
    at: datetime
    contact_now: datetime
    seen: int
    call_back_at: datetime | None = None
    promise: Promised | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Stood:
    """One earlier state of a record, and who changed it why."""

    at: datetime
    by: str
    reason: str
    code: str
    note: str | None
    promise: Promised | None


async def correct(
    connection: AsyncConnection, right: Right, policy: ContactPolicy
) -> Kept | NotKept:
    """Put it right; the caller commits. Raises NoSuchCall.

    NotKept besides those of `dispose`: not_recorded, same, corrected_meanwhile.
    """
    call = await locked(connection, right.attempt)
    row = await _row(connection, right.attempt)
    if row is None:
        return NotKept("not_recorded")
    if await _corrections(connection, right.attempt) != right.seen:
        return NotKept("corrected_meanwhile")
    said = _said(right, row.agent_id)
    disposition = catalogue().named(right.code)
    if disposition is None:
        return NotKept("unknown_code", right.code)
    before, after = await _state(connection, row), _after(said, call)
    if before == after and said.call_back_at is None:
        return NotKept("same", right.code)
    booked = await _settled(connection, said, call, disposition, policy)
    if isinstance(booked, NotKept):
        return booked
    await _write(connection, right, before, after)
    await _replace(connection, said, call, disposition)
    await _consequences(connection, call, row.code, disposition, right.contact_now)
    return Kept(right.code, booked)


async def history(connection: AsyncConnection, attempt: UUID) -> Sequence[Stood]:
    """What stood before each correction, the first record first."""
    query = (
        select(CorrectionRow.__table__, UserRow.name)
        .join(UserRow, UserRow.id == CorrectionRow.by)
        .where(CorrectionRow.attempt_id == attempt)
        .order_by(CorrectionRow.id)
    )
    return [
        Stood(
            at=row.at,
            by=row.name,
            reason=row.reason,
            code=row.before["code"],
            note=row.before["note"],
            promise=_promised(row.before["promise"]),
        )
        for row in await connection.execute(query)
    ]


async def promise_of(connection: AsyncConnection, attempt: UUID) -> Promised | None:
    """What stands as promised in a call."""
    query = select(PromiseRow.amount, PromiseRow.due_on)
    row = (await connection.execute(query.where(PromiseRow.attempt_id == attempt))).first()
    return None if row is None else Promised(amount=row.amount, due_on=row.due_on)


async def _row(connection: AsyncConnection, attempt: UUID) -> Any:
    query = select(DispositionRow.__table__).where(DispositionRow.attempt_id == attempt)
    return (await connection.execute(query)).first()


async def _corrections(connection: AsyncConnection, attempt: UUID) -> int:
    query = select(func.count()).where(CorrectionRow.attempt_id == attempt)
    return await connection.scalar(query) or 0


def _said(right: Right, agent: UUID) -> Said:
    """The record stays that of the agent who talked."""
    return Said(
        attempt=right.attempt,
        agent=agent,
        code=right.code,
        note=right.note,
        at=right.at,
        contact_now=right.contact_now,
        call_back_at=right.call_back_at,
        promise=right.promise,
    )


async def _settled(
    connection: AsyncConnection,
    said: Said,
    call: Any,
    disposition: Disposition,
    policy: ContactPolicy,
) -> Booked | NotKept | None:
    """What the disposition asks for is there, the call-back booked; or why not."""
    query = select(CallBackRow.id).where(CallBackRow.asked_in == said.attempt)
    standing = await connection.scalar(query.where(CallBackRow.state == "booked"))
    missing = lacking(
        disposition, said, call, today=call.contact_day, booked=standing is not None
    )
    if missing is not None or said.call_back_at is None:
        return missing
    answer = await book_for(connection, said, call, policy)
    if isinstance(answer, NotBooked):
        return NotKept("call_back", booking=answer)
    return answer


async def _state(connection: AsyncConnection, row: Any) -> dict[str, Any]:
    promised = await promise_of(connection, row.attempt_id)
    return _written(row.code, row.note, promised)


def _after(said: Said, call: Any) -> dict[str, Any]:
    promise = said.promise if call.debtor_id is not None else None
    return _written(said.code, said.note.strip() or None, promise)


def _written(code: str, note: str | None, promise: Promised | None) -> dict[str, Any]:
    kept = promise and {"amount": str(promise.amount), "due_on": f"{promise.due_on}"}
    return {"code": code, "note": note, "promise": kept}


def _promised(written: dict[str, str] | None) -> Promised | None:
    if written is None:
        return None
    due_on = datetime.fromisoformat(written["due_on"]).date()
    return Promised(amount=Decimal(written["amount"]), due_on=due_on)


async def _write(
    connection: AsyncConnection,
    right: Right,
    before: dict[str, Any],
    after: dict[str, Any],
) -> None:
    row = {
        "id": uuid7(),
        "attempt_id": right.attempt,
        "by": right.by,
        "at": right.at,
        "reason": right.reason.strip(),
        "before": before,
        "after": after,
    }
    await connection.execute(insert(CorrectionRow), row)


async def _replace(
    connection: AsyncConnection, said: Said, call: Any, disposition: Disposition
) -> None:
    """The record itself keeps its agent and its time: figures of that day stay his."""
    await connection.execute(
        update(DispositionRow)
        .where(DispositionRow.attempt_id == said.attempt)
        .values(
            code=said.code,
            note=said.note.strip() or None,
            right_party=disposition.right_party,
        )
    )
    own = PromiseRow.attempt_id == said.attempt
    await connection.execute(delete(PromiseRow).where(own))
    await write_promise(connection, said, call)


async def _consequences(
    connection: AsyncConnection, call: Any, was: str, is_now: Disposition, now: datetime
) -> None:
    if was != is_now.code:
        before = catalogue().named(was)
        if before is not None:
            await _free_number(connection, call, before)
            await _end_suppression(connection, call, before, now)
        await take_effect(connection, call, is_now, now)
    if call.outcome is not None and await _is_last(connection, call):
        await connection.execute(_CLOSE, _turn_of(call))
        await turn(connection, call, now)


_CLOSE = text(
    """
    UPDATE campaign_debtor cd SET state = 'done'
     WHERE cd.campaign_id = :campaign AND cd.debtor_id = :debtor AND cd.state = 'ready'
       AND NOT EXISTS (SELECT FROM call_back b WHERE b.debtor_id = cd.debtor_id
                          AND b.campaign_id = cd.campaign_id AND b.state = 'booked')
    """
)


def _turn_of(call: Any) -> dict[str, Any]:
    return {"campaign": call.campaign_id, "debtor": call.debtor_id}


async def _is_last(connection: AsyncConnection, call: Any) -> bool:
    """Whether the campaign has not called the debtor again since."""
    later = select(AttemptRow.id).where(
        AttemptRow.campaign_id == call.campaign_id,
        AttemptRow.debtor_id == call.debtor_id,
        AttemptRow.placed_at > call.placed_at,
    )
    return await connection.scalar(later.limit(1)) is None


async def _free_number(connection: AsyncConnection, call: Any, was: Disposition) -> None:
    """The telephone is as before, unless another call says the same of it."""
    if was.number == "active" or call.contact_point_id is None:
        return
    codes = [one.code for one in catalogue().dispositions if one.number == was.number]
    mine = AttemptRow.contact_point_id == call.contact_point_id
    if not await _others(connection, call, codes, mine):
        await connection.execute(
            update(ContactPointRow)
            .where(
                ContactPointRow.id == call.contact_point_id,
                ContactPointRow.status == was.number,
            )
            .values(status="active")
        )


async def _end_suppression(
    connection: AsyncConnection, call: Any, was: Disposition, now: datetime
) -> None:
    """Who may be contacted again, unless another call says the same of him."""
    made = await entry_of(connection, call, was, now)
    if made is None:
        return
    wanted = {
        AttemptRow.debtor_id: made.debtor,
        AttemptRow.number: made.number,
        AttemptRow.campaign_id: call.campaign_id if made.creditor else None,
    }
    same = [column == value for column, value in wanted.items() if value is not None]
    if not await _others(connection, call, [was.code], and_(*same)):
        await ledger.lift_like(connection, made, origin="agent", now=now)


async def _others(
    connection: AsyncConnection, call: Any, codes: Sequence[str], which: Any
) -> bool:
    query = (
        select(DispositionRow.id)
        .join(AttemptRow, AttemptRow.id == DispositionRow.attempt_id)
        .where(which, AttemptRow.id != call.id, DispositionRow.code.in_(codes))
    )
    return await connection.scalar(query.limit(1)) is not None
