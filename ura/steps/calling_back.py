"""A call-back on a day that the caller names: asked of people, with a protocol number."""

from __future__ import annotations

from datetime import date, datetime, time

from cobranca.inbound.opening_hours import is_open
from cobranca.portal import requests
from cobranca.portal.requests import Kind
from foundation.brasil.dates import format_date
from foundation.clock import SAO_PAULO
from ura.steps.case import Case, Result, Slots
from ura.steps.stopping import owners_of

MORNING, AFTERNOON = time(10), time(15)


async def book_morning(case: Case, slots: Slots) -> Result:
    return await _book(case, slots, MORNING, "de manhã")


async def book_afternoon(case: Case, slots: Slots) -> Result:
    return await _book(case, slots, AFTERNOON, "à tarde")


async def _book(case: Case, slots: Slots, at: time, when: str) -> Result:
    day = slots["call_back_day"]
    if not isinstance(day, date):
        raise AssertionError("no day")
    wanted = datetime.combine(day, at, SAO_PAULO)
    if wanted <= case.now or not is_open(wanted, case.means.opening):
        return "closed", {}
    told = f"Ligar em {format_date(day)}, {when}. Pedido na chamada {case.call}."
    async with case.means.engine.begin() as connection:
        debtor = case.debtor
        if debtor is None:
            owners = await owners_of(connection, case.caller)
            debtor = owners[0] if len(owners) == 1 else None
        if debtor is None:
            return "unknown", {}
        await requests.ask(
            connection, case.means.keys, Kind.CALL_BACK, debtor, told, case.now
        )
    return "booked", {}
