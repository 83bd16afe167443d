"""Record what came of a conversation, with all that follows from it, in one transaction.

One disposition a call: the first stays. What follows (a number that is somebody else's, a
person who must not be contacted, a call-back, the debtor's next turn) is written with it,
or not at all. The turn is decided when both the disposition and the end of the call are
known, by whichever is written last.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger
from cobranca.compliance.reasons import Entry, Reason, entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.compliance.service import ContactPolicy
from cobranca.contacts.dispositions import Ask, Disposition, catalogue
from cobranca.contacts.identification import standing_of
from cobranca.contacts.identity import Level
from cobranca.contacts.store import PromiseRow
from cobranca.debtors.store import ContactPointRow
from dialer.callbacks.booking import Booked, Booking, NotBooked, book, expect
from dialer.callbacks.store import CallBackRow
from dialer.calls.store import AttemptRow, DispositionRow
from dialer.calls.turns import Recorded, next_turn
from dialer.campaigns.retry_rules import RetryRules
from dialer.campaigns.store import CampaignDebtorRow, CampaignRow
from dialer.figures.tally import MACHINE, count_machine
from dialer.paid import PAID
from foundation.clock import SAO_PAULO
from foundation.ids import uuid7

NOTE_MAX = 4000  # characters


class NoSuchCall(LookupError):
    """Não há chamada com este identificador."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    amount: Decimal  # reais
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an agent records. `at` is real UTC, `contact_now` the compliance clock.

    `affirmed`: the agent says that it was the debtor, though no answers proved it.
    """

    attempt: UUID
    agent: UUID
    code: str
    note: str
    at: datetime
    contact_now: datetime
    call_back_at: datetime | None = None  # on the compliance clock
    promise: Promised | None = None
    affirmed: bool = False


@dataclass(frozen=True, slots=True)
class Kept:
    """It is recorded. `again`: it was before, and nothing was written now.

    `on_word`: it counts as a talk with the debtor on the agent's word alone.
    """

    code: str
    call_back: Booked | None = None
    again: bool = False
    on_word: bool = False


@dataclass(frozen=True, slots=True)
class NotKept:
    """Nothing was written. `reason`: unknown_code, other_code (`code` is the one that
    stands), missing (`lacks`), promise_past, identity_unconfirmed (nothing tells that it
    was the debtor), or call_back (`booking` says why).
    """

    reason: str
    code: str | None = None
    lacks: Ask | None = None
    booking: NotBooked | None = None


async def dispose(
    connection: AsyncConnection, said: Said, policy: ContactPolicy
) -> Kept | NotKept:
    """Record it; the caller commits. Raises NoSuchCall.

    The same said twice is once. What is not kept left nothing behind.
    """
    call = await locked(connection, said.attempt)
    stands = await _standing(connection, said)
    if stands is not None:
        return stands
    disposition = catalogue().named(said.code)
    if disposition is None:
        return NotKept("unknown_code", said.code)
    missing = lacking(disposition, said, call, today=_today(said.contact_now))
    if missing is not None:
        return missing
    on_word = await _unproven(connection, said, call, disposition)
    if on_word and not said.affirmed:
        return NotKept("identity_unconfirmed", said.code)
    booked = None
    if said.call_back_at is not None:
        answer = await book_for(connection, said, call, policy)
        if isinstance(answer, NotBooked):
            return NotKept("call_back", booking=answer)
        booked = answer
    await _write(connection, said, call, disposition)
    await follow(connection, said.attempt, said.contact_now)
    if said.code == MACHINE:
        await count_machine(connection, said.attempt, said.contact_now)
    return Kept(said.code, booked, on_word=on_word)


async def _unproven(
    connection: AsyncConnection, said: Said, call: Any, disposition: Disposition
) -> bool:
    """Whether it would be a talk with the debtor whom no answers have proven."""
    if not disposition.right_party or call.debtor_id is None:
        return False
    return (await standing_of(connection, said.attempt)).level is not Level.CONFIRMED


async def locked(connection: AsyncConnection, attempt: UUID) -> Any:
    """Return the call's row, held until the end of the transaction; raises NoSuchCall."""
    query = select(AttemptRow.__table__).where(AttemptRow.id == attempt).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchCall(attempt)
    return row


async def _standing(connection: AsyncConnection, said: Said) -> Kept | NotKept | None:
    query = select(DispositionRow.code).where(DispositionRow.attempt_id == said.attempt)
    code: str | None = await connection.scalar(query)
    if code is None:
        return None
    return Kept(code, again=True) if code == said.code else NotKept("other_code", code)


def lacking(
    disposition: Disposition, said: Said, call: Any, *, today: date, booked: bool = False
) -> NotKept | None:
    """What the disposition asks for and was not said; None when nothing.

    `today` is the first day for which one may promise. `booked`: a call-back is already.
    """
    given: Mapping[Ask, bool] = {
        "note": bool(said.note.strip()),
        # nobody can be called back, and nobody promised, when we know not whom
        "call_back": booked or said.call_back_at is not None or call.debtor_id is None,
        "promise": said.promise is not None or call.debtor_id is None,
    }
    for ask in disposition.asks:
        if not given[ask]:
            return NotKept("missing", lacks=ask)
    if said.promise is not None and said.promise.due_on < today:
        return NotKept("promise_past")
    return None


def _today(contact_now: datetime) -> date:
    return contact_now.astimezone(SAO_PAULO).date()


async def book_for(
    connection: AsyncConnection, said: Said, call: Any, policy: ContactPolicy
) -> Booked | NotBooked:
    """Book the call-back that was asked for in this call."""
    if call.debtor_id is None or said.call_back_at is None:
        return NotBooked("no_number")
    asked = Booking(
        debtor=call.debtor_id,
        agent=said.agent,
        due_at=said.call_back_at,
        campaign=call.campaign_id,
        attempt=said.attempt,
        contact_point=call.contact_point_id,
    )
    now = said.contact_now
    return await book(connection, policy, asked, now=now, booked_at=said.at)


async def _write(
    connection: AsyncConnection, said: Said, call: Any, disposition: Disposition
) -> None:
    await connection.execute(
        insert(DispositionRow),
        {
            "id": uuid7(),
            "attempt_id": said.attempt,
            "agent_id": said.agent,
            "code": said.code,
            "right_party": disposition.right_party,
            "note": said.note.strip() or None,
            "at": said.at,
        },
    )
    await write_promise(connection, said, call)


async def write_promise(connection: AsyncConnection, said: Said, call: Any) -> None:
    """Keep what was promised, if anything was and we know by whom."""
    if said.promise is None or call.debtor_id is None:
        return
    promise = {
        "id": uuid7(),
        "attempt_id": said.attempt,
        "debtor_id": call.debtor_id,
        "agent_id": said.agent,
        "amount": said.promise.amount,
        "due_on": said.promise.due_on,
        "made_at": said.at,
    }
    await connection.execute(insert(PromiseRow), promise)


async def follow(connection: AsyncConnection, attempt: UUID, now: datetime) -> None:
    """Carry out what follows from a disposition that was just inserted.

    `now` is the compliance clock. Doing it again changes nothing that matters.
    """
    call = await locked(connection, attempt)
    query = select(DispositionRow.code).where(DispositionRow.attempt_id == attempt)
    disposition = catalogue().named(await connection.scalar(query) or "")
    if disposition is None:
        return
    await take_effect(connection, call, disposition, now)
    if call.outcome is not None:
        await turn(connection, call, now)


async def take_effect(
    connection: AsyncConnection, call: Any, disposition: Disposition, now: datetime
) -> None:
    """What becomes of the telephone, and who is not called any more."""
    if disposition.number != "active" and call.contact_point_id is not None:
        await connection.execute(
            update(ContactPointRow)
            .where(ContactPointRow.id == call.contact_point_id)
            .values(status=disposition.number)
        )
    made = await entry_of(connection, call, disposition, now)
    if made is not None:
        await ledger.enter(connection, reasons_in_force()[made.reason], made)


async def entry_of(
    connection: AsyncConnection, call: Any, disposition: Disposition, now: datetime
) -> Entry | None:
    """What a call with this disposition enters in the suppression ledger, if anything."""
    if disposition.suppresses is None:
        return None
    reason = reasons_in_force()[disposition.suppresses]
    told = Entry(
        reason=reason.code,
        origin="agent",
        since=now,
        debtor=call.debtor_id,
        number=call.number,
        creditor=await creditor_of(connection, call, reason),
        proof=f"chamada {call.id}",
    )
    made = entry(reason, told)
    return made if isinstance(made, Entry) else None


async def creditor_of(
    connection: AsyncConnection, call: Any, reason: Reason
) -> UUID | None:
    """The call's creditor, of what is entered for him alone; else None, for all."""
    if not reason.per_creditor or call.campaign_id is None:
        return None
    query = select(CampaignRow.creditor_id).where(CampaignRow.id == call.campaign_id)
    found: UUID | None = await connection.scalar(query)
    return found


async def turn(connection: AsyncConnection, call: Any, now: datetime) -> None:
    """The call is over, so the debtor's turn was closed: open it again when it is due."""
    if call.campaign_id is None or call.debtor_id is None:
        return
    query = (
        select(CampaignRow.retries, CampaignDebtorRow.attempts)
        .join(CampaignDebtorRow, CampaignDebtorRow.campaign_id == CampaignRow.id)
        .where(
            CampaignRow.id == call.campaign_id,
            CampaignDebtorRow.debtor_id == call.debtor_id,
            CampaignDebtorRow.last_outcome.is_distinct_from(PAID),
        )
    )
    row = (await connection.execute(query)).first()
    if row is None:
        return
    known = (await recorded(connection, {call.id: row.attempts})).get(call.id)
    rules = RetryRules.parse(row.retries or {})
    again = None if known is None else next_turn(known, rules, now)
    if again is not None and await _has_number(connection, call.debtor_id):
        await expect(connection, call.campaign_id, call.debtor_id, again)


async def _has_number(connection: AsyncConnection, debtor: UUID) -> bool:
    query = select(ContactPointRow.id).where(
        ContactPointRow.debtor_id == debtor,
        ContactPointRow.kind == "phone",
        ContactPointRow.status == "active",
    )
    return await connection.scalar(query.limit(1)) is not None


async def recorded(
    connection: AsyncConnection, attempts: Mapping[UUID, int]
) -> dict[UUID, Recorded]:
    """Return what agents recorded of these calls; the mapping holds each one's tries."""
    query = (
        select(DispositionRow.attempt_id, DispositionRow.code, CallBackRow.due_at)
        .outerjoin(
            CallBackRow,
            (CallBackRow.asked_in == DispositionRow.attempt_id)
            & (CallBackRow.state == "booked"),
        )
        .where(DispositionRow.attempt_id.in_(attempts))
    )
    return {
        row.attempt_id: Recorded(
            disposition=catalogue().named(row.code),
            booked_at=row.due_at,
            attempts=attempts[row.attempt_id],
        )
        for row in await connection.execute(query)
    }
