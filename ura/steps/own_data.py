"""The debtor's rights to his own data, by the same service as in the portal (LGPD, 18).

What he is to see is long: it is told in short, and a link leads to all of it.
"""

from __future__ import annotations

from datetime import timedelta

from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.people import audit
from cobranca.portal import requests
from cobranca.portal.holdings import holdings_of
from cobranca.portal.requests import DAYS, Kind
from ura.steps.case import ORIGIN, Case, Result, Slots


async def see_data(case: Case, slots: Slots) -> Result:
    """Tell how much is held, and send the way to see and to download it."""
    debtor, keys = case.known_debtor(), case.means.keys
    link = NewMessage(
        debtor=debtor,
        template="portal_link",
        key=f"portal_data:{case.call}",
        purpose="service",
        asked_for=True,
    )
    async with case.means.engine.begin() as connection:
        held = await holdings_of(connection, keys, debtor)
        await audit.record_debtor(connection, debtor, action="ura.data.see", where=ORIGIN)
        await put(connection, link)
    return "told", {"points": len(held.points), "contacts": len(held.contacts)}


async def correct_data(case: Case, slots: Slots) -> Result:
    return await _ask(case, Kind.CORRECT)


async def delete_data(case: Case, slots: Slots) -> Result:
    return await _ask(case, Kind.DELETE)


async def _ask(case: Case, kind: Kind) -> Result:
    told = f"Pedido na chamada {case.call}, aos {case.second:.0f} s da gravação."
    debtor = case.known_debtor()
    async with case.means.engine.begin() as connection:
        number = await requests.ask(
            connection, case.means.keys, kind, debtor, told, case.now
        )
        await audit.record_debtor(
            connection, debtor, action=f"ura.data.{kind.value}", where=ORIGIN
        )
    due = case.today + timedelta(days=DAYS[kind])
    return "kept", {"request_protocol": number, "request_due": due}
