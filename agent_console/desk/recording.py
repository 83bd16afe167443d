"""Record what came of the call in hand, and say in pt-BR why it was not recorded."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.desk import shown
from agent_console.desk.contracts import (
    CallBackIn,
    DisposedOut,
    DispositionIn,
)
from agent_console.desk.tools import DeskTools
from agent_console.problems import Problem
from cobranca.compliance.facts import Candidate
from cobranca.compliance.wording import time_there
from cobranca.debtors.store import ContactPointRow
from cobranca.people import audit
from cobranca.people.principal import Principal
from dialer.callbacks.booking import Booking, NotBooked, objection
from dialer.calls.disposing import Kept, NotKept, Promised, Said, dispose
from foundation.clock import SAO_PAULO


async def record(
    connection: AsyncConnection,
    tools: DeskTools,
    who: Principal,
    call: UUID,
    agent: UUID,
    point: UUID | None,
    given: DispositionIn,
    now: datetime,
) -> DisposedOut:
    """Write it with all that follows, or raise Problem. `now` is real UTC."""
    clock = await tools.contact_clock(connection)
    zone = await zone_of(connection, point)
    said = Said(
        attempt=call,
        agent=agent,
        code=given.code,
        note=given.note,
        at=now,
        contact_now=clock.now(),
        call_back_at=instant_of(given, zone),
        promise=promised(given),
        affirmed=given.debtor_affirmed,
    )
    answer = await dispose(connection, said, tools.policy)
    if isinstance(answer, NotKept):
        raise refusal(answer, clock.now(), zone)
    if answer.on_word:
        await audit.record(
            connection, who, action="identity.affirmed", subject=("attempt", call)
        )
    return told(answer)


async def check(
    connection: AsyncConnection,
    tools: DeskTools,
    debtor: UUID,
    agent: UUID,
    point: UUID | None,
    campaign: UUID | None,
    wanted: CallBackIn,
) -> datetime:
    """Return the instant when it may be booked; raises Problem with the reason."""
    now = (await tools.contact_clock(connection)).now()
    zone = await zone_of(connection, point)
    asked = Booking(
        debtor=debtor,
        agent=agent,
        due_at=instant(wanted, zone),
        campaign=campaign,
        attempt=None,
        contact_point=point,
    )
    answer = await objection(connection, tools.policy, asked, now)
    if not isinstance(answer, Candidate):
        raise not_booked(answer, now, zone)
    return asked.due_at


async def zone_of(connection: AsyncConnection, point: UUID | None) -> str:
    """Where a telephone is; São Paulo when nobody knows."""
    query = select(ContactPointRow.zone).where(ContactPointRow.id == point)
    found: str | None = await connection.scalar(query)
    return found or SAO_PAULO.key


def instant(wanted: CallBackIn, zone: str) -> datetime:
    """The time as the debtor's clocks show it."""
    return datetime.combine(wanted.day, wanted.time, ZoneInfo(zone))


def instant_of(given: DispositionIn, zone: str) -> datetime | None:
    """When the call-back was asked for, if one was."""
    return None if given.call_back is None else instant(given.call_back, zone)


def promised(given: DispositionIn) -> Promised | None:
    """What was promised, if anything was."""
    if given.promise is None:
        return None
    return Promised(amount=given.promise.amount, due_on=given.promise.due_on)


def refusal(answer: NotKept, now: datetime, zone: str) -> Problem:
    """Why it was not recorded."""
    if answer.booking is not None:
        return not_booked(answer.booking, now, zone)
    match answer.reason:
        case "other_code":
            fields = {"label": shown.disposition(answer.code)}
            return Problem("already_recorded", 409, fields)
        case "missing":
            return Problem(f"{answer.lacks}_missing", 422)
        case reason:
            return Problem(reason, 422)


def not_booked(answer: NotBooked, now: datetime, zone: str) -> Problem:
    """Why it cannot be booked, with the next time at which it can."""
    if answer.reason != "forbidden":
        return Problem(f"call_back_{answer.reason}", 422)
    source = (answer.source or "").partition(";")[0]
    if answer.next_at is None:
        return Problem("call_back_never", 422, {"source": source, "rule": answer.rule})
    local = answer.next_at.astimezone(ZoneInfo(zone))
    fields = {
        "source": source,
        "rule": answer.rule,
        "next": time_there(answer.next_at, now, zone),
        "next_day": local.date().isoformat(),
        "next_time": f"{local:%H:%M}",
    }
    return Problem("call_back_forbidden", 422, fields)


def told(answer: Kept) -> DisposedOut:
    """What is answered to who recorded it."""
    return DisposedOut(
        code=answer.code,
        label=shown.disposition(answer.code) or answer.code,
        again=answer.again,
        call_back_at=answer.call_back and answer.call_back.due_at,
    )
