"""Books the calls that debtors asked the automatic conversation for.

The policy answers as for any booking. What it refuses is booked for when it will allow it;
what cannot be booked at all (no campaign of his runs, no telephone) goes to people, with a
protocol number.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.service import ContactPolicy
from cobranca.contacts.wishes import Why, Wish, open_wishes, settled
from cobranca.portal import requests
from cobranca.portal.requests import Kind
from dialer.callbacks.booking import FARTHEST, Booked, Booking, NotBooked, book
from foundation.crypto import Keys
from foundation.observability import get_logger

SOON = timedelta(seconds=1)  # a booking is of an instant to come
BOOKED, ASKED, ANSWERED = "booked", "asked", "answered"
_TOLD = {
    Why.CHOSEN: "Pediu na chamada {call} que ligássemos na hora marcada.",
    Why.QUEUE: "Guardou o lugar na fila na chamada {call}.",
    Why.OUTAGE: "A chamada {call} caiu por falha do sistema. Ligar de volta.",
}

# an agent had him after he asked: as he pressed the key, somebody became free
_MET = text("SELECT coalesce(bridged_at >= :told, false) FROM attempt WHERE id = :call")

log = get_logger(__name__)


async def settle_wishes(
    connection: AsyncConnection,
    policy: ContactPolicy,
    keys: Keys,
    *,
    now: datetime,
    booked_at: datetime,
) -> int:
    """Settle all that are open; returns how many. The caller commits.

    `now` is on the compliance clock, `booked_at` real UTC.
    """
    wishes = await open_wishes(connection)
    for wish in wishes:
        if wish.why is Why.QUEUE and await _met(connection, wish):
            await settled(connection, wish.call, ANSWERED, booked_at)
            continue
        made = await _booked(connection, policy, wish, now, booked_at)
        became = BOOKED
        if isinstance(made, NotBooked):
            told = _TOLD[wish.why].format(call=wish.call)
            await requests.ask(
                connection, keys, Kind.CALL_BACK, wish.debtor, told, booked_at
            )
            became = ASKED
        await settled(connection, wish.call, became, booked_at)
        log.info("call_back_wished", call=str(wish.call), why=wish.why, became=became)
    return len(wishes)


async def _met(connection: AsyncConnection, wish: Wish) -> bool:
    told = {"call": wish.call, "told": wish.told_at}
    return bool(await connection.scalar(_MET, told))


async def _booked(
    connection: AsyncConnection,
    policy: ContactPolicy,
    wish: Wish,
    now: datetime,
    booked_at: datetime,
) -> Booked | NotBooked:
    """Book it, at the next instant that is allowed where the one asked for is not."""
    asked = Booking(
        debtor=wish.debtor,
        agent=None,
        due_at=max(wish.due_at or now, now + SOON),
        campaign=None,
        attempt=None,
    )
    made = await book(connection, policy, asked, now=now, booked_at=booked_at)
    if isinstance(made, NotBooked) and made.next_at and made.next_at <= now + FARTHEST:
        later = replace(asked, due_at=made.next_at)
        return await book(connection, policy, later, now=now, booked_at=booked_at)
    return made
