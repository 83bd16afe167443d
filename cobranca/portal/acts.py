"""What a debtor does for himself besides agreeing: dispute, opt out, be called at a time.

What must stop contacts is entered in the suppression ledger, which every means asks. The
caller commits. `contact_now` is on the compliance clock, `now` real UTC.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.queue import cancel_for_debt
from cobranca.compliance import ledger
from cobranca.compliance.model import Means
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.portal import requests
from cobranca.portal.overview import DebtSeen
from cobranca.portal.requests import Kind
from foundation.crypto import Keys

ORIGIN = "portal"
DISPUTE, OPT_OUT = "dispute", "opt_out"


async def dispute(
    connection: AsyncConnection,
    keys: Keys,
    debtor: UUID,
    debt: DebtSeen,
    told: str,
    *,
    now: datetime,
    contact_now: datetime,
) -> str:
    """He says that he does not owe it: nobody collects it until that is answered.

    Returns the protocol number.
    """
    number = await requests.ask(
        connection, keys, Kind.DISPUTE, debtor, told, now, debt=debt.id
    )
    entered = Entry(
        reason=DISPUTE,
        origin=ORIGIN,
        since=contact_now,
        debtor=debtor,
        creditor=debt.creditor.id,
        debt=debt.id,
        proof=f"portal, protocolo {number}",
    )
    await ledger.enter(connection, reasons_in_force()[DISPUTE], entered)
    await cancel_for_debt(connection, debt.id)
    return number


async def opt_out(
    connection: AsyncConnection,
    debtor: UUID,
    means: Means | None,
    *,
    contact_now: datetime,
) -> None:
    """He wants no more contact, by one means or (None) by any."""
    entered = Entry(
        reason=OPT_OUT,
        origin=ORIGIN,
        since=contact_now,
        debtor=debtor,
        means=means,
        proof="portal",
    )
    await ledger.enter(connection, reasons_in_force()[OPT_OUT], entered)
