"""A call-back: at a time that the caller names, in his turn of the queue, or owed to him.

Asked of the dialer, which books it as the contact policy allows; told to nobody but the
debtor's own telephone on file.
"""

from __future__ import annotations

import asyncio
from datetime import date, datetime, time
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.contacts.wishes import Why, Wish, wish
from cobranca.inbound.opening_hours import first_open, is_open
from foundation.clock import SAO_PAULO
from foundation.observability import get_logger
from ura.steps.case import Case, Result, Slots
from ura.steps.stopping import owners_of

_UNKNOWN: Result = ("unknown", {})

log = get_logger(__name__)


async def choose_hour(case: Case, slots: Slots) -> Result:
    """The first on the day that he said, when he says none."""
    day = slots["call_back_day"]
    if not isinstance(day, date):
        raise AssertionError("no day")
    at = first_open(day, case.now, case.means.opening)
    return ("closed", {}) if at is None else ("chosen", {"call_back_time": at})


async def book_call_back(case: Case, slots: Slots) -> Result:
    """On the day and at the time that he said, if somebody is there then."""
    day, at = slots["call_back_day"], slots["call_back_time"]
    if not isinstance(day, date) or not isinstance(at, time):
        raise AssertionError("no day, or no time")
    wanted = datetime.combine(day, at, SAO_PAULO)
    if wanted <= case.now or not is_open(wanted, case.means.opening):
        return "closed", {}
    # said of real days; the dialer keeps the compliance clock
    due_at = case.contact_now + (wanted - case.now)
    return ("booked", {}) if await _wished(case, Why.CHOSEN, due_at) else _UNKNOWN


async def keep_place(case: Case, slots: Slots) -> Result:
    """As soon as somebody is free, in the order of asking."""
    if not is_open(case.contact_now, case.means.opening):
        return "closed", {}
    return ("kept", {}) if await _wished(case, Why.QUEUE, None) else _UNKNOWN


async def person_called(case: Case, slots: Slots) -> Result:
    """A person for whom we called: now, or by a call-back where no agent may have it."""
    if not case.agentless or not await _wished(case, Why.QUEUE, None):
        return "here", {}
    return "later", {}


async def _wished(case: Case, why: Why, due_at: datetime | None) -> bool:
    async with case.means.engine.begin() as connection:
        debtor = await _whom(connection, case)
        if debtor is None:
            return False
        asked = Wish(
            call=case.call, debtor=debtor, why=why, told_at=case.now, due_at=due_at
        )
        await wish(connection, asked)
    return True


async def _whom(connection: AsyncConnection, case: Case) -> UUID | None:
    if case.debtor is not None or case.expected is not None:
        return case.debtor or case.expected
    owners = await owners_of(connection, case.caller)
    return owners[0] if len(owners) == 1 else None


async def owe_call_back(case: Case, slots: Slots) -> Result:
    """Written on this machine's disk, for the database is away: it fails without a word."""
    debtor = case.debtor or case.expected  # whom we called is called again
    if case.means.owe is None or not (debtor or case.caller):
        return "nobody", {}
    try:
        await asyncio.to_thread(case.means.owe, case.call, case.caller, debtor)
    except OSError as error:
        log.error("call_back_not_owed", call=str(case.call), why=type(error).__name__)
        return "nobody", {}
    return "kept", {}
