"""What a debtor does for himself besides agreeing, in the portal or with the URA.

He disputes, opts out, is called at a time.

What must stop contacts is entered in the suppression ledger, which every means asks. The
caller commits. `contact_now` is on the compliance clock, `now` real UTC.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.queue import cancel_for_debt
from cobranca.compliance import ledger
from cobranca.compliance.model import Means
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.language.saying import sayable
from cobranca.portal import requests
from cobranca.portal.overview import DebtSeen
from cobranca.portal.requests import Kind
from foundation.crypto import Keys

ORIGIN = "portal"
DISPUTE, OPT_OUT = "dispute", "opt_out"


@dataclass(frozen=True, slots=True)
class Answered:
    """A request that was answered; `lifted`: the debt may be collected again."""

    id: UUID
    debtor: UUID
    lifted: bool


async def dispute(
    connection: AsyncConnection,
    keys: Keys,
    debtor: UUID,
    debt: DebtSeen,
    told: str,
    *,
    now: datetime,
    contact_now: datetime,
    origin: str = ORIGIN,
) -> str:
    """He says that he does not owe it: nobody collects it until that is answered.

    Returns the protocol number.
    """
    number = await requests.ask(
        connection, keys, Kind.DISPUTE, debtor, told, now, debt=debt.id
    )
    entered = Entry(
        reason=DISPUTE,
        origin=origin,
        since=contact_now,
        debtor=debtor,
        creditor=debt.creditor.id,
        debt=debt.id,
        proof=f"{origin}, protocolo {number}",
    )
    await ledger.enter(connection, reasons_in_force()[DISPUTE], entered)
    await cancel_for_debt(connection, debt.id)
    return number


async def answer(
    connection: AsyncConnection,
    keys: Keys,
    which: UUID | int,
    said: str,
    *,
    by: str,
    now: datetime,
    contact_now: datetime,
    upheld: bool = False,
) -> Answered | None:
    """Answer an open request (its id or number); None when there is none.

    Raises Unsayable for an answer that must not be said to a debtor.

    With the last open dispute of a debt its block ends, unless the debtor was right
    (`upheld`): then the debt stays left alone until somebody mends it and lifts the block.
    """
    answer = sayable(said)
    closed = await requests.close(connection, keys, which, answer, by=by, now=now)
    if closed is None:
        return None
    ends = closed.kind is Kind.DISPUTE and not upheld
    debt = closed.debt if ends else None
    if debt is None or await requests.disputed(connection, debt):
        return Answered(closed.id, closed.debtor, lifted=False)
    lifted = await ledger.lift_of_debt(
        connection, debt, reason=DISPUTE, origin=ORIGIN, now=contact_now
    )
    return Answered(closed.id, closed.debtor, lifted)


async def opt_out(
    connection: AsyncConnection,
    debtor: UUID,
    means: Means | None,
    *,
    contact_now: datetime,
    origin: str = ORIGIN,
    proof: str = ORIGIN,
) -> None:
    """He wants no more contact, by one means or (None) by any."""
    entered = Entry(
        reason=OPT_OUT,
        origin=origin,
        since=contact_now,
        debtor=debtor,
        means=means,
        proof=proof,
    )
    await ledger.enter(connection, reasons_in_force()[OPT_OUT], entered)
