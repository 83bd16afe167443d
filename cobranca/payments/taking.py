"""Arrivals taken in one by one, each in a transaction of its own, by whoever hears them.

The one way in for webhooks, for what the bank is asked, and for files: money that cannot
be placed stops contacts all the same, until somebody has looked (`payment_confirming`).
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance import ledger
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.arrivals import Heard
from cobranca.payments.ledger_door import DebtLedger
from cobranca.payments.receiving import Taken, take
from foundation.db.contact_clock import contact_clock
from foundation.settings import ProcessSettings

CONFIRMING = "payment_confirming"
ORIGIN = "payment"

_LEDGER = DebtLedger()


async def take_in(
    engine: AsyncEngine, settings: ProcessSettings, arrivals: Iterable[Heard]
) -> list[Taken]:
    """Take them in; what went before a failure is kept. Raises DBAPIError, OSError."""
    taken = []
    for heard in arrivals:
        async with engine.begin() as connection:
            taken.append(await take_one(connection, settings, heard))
    return taken


async def take_one(
    connection: AsyncConnection, settings: ProcessSettings, heard: Heard
) -> Taken:
    """Take one in; the caller commits."""
    one = await take(connection, _LEDGER, heard, now=datetime.now(UTC))
    if one.decision.left > 0 and one.debt_id is not None:
        await _confirming(connection, settings, one)
    return one


async def _confirming(
    connection: AsyncConnection, settings: ProcessSettings, taken: Taken
) -> None:
    """Nobody is asked for money that has come and is not placed yet."""
    query = (
        select(ContractRow.debtor_id, ContractRow.creditor_id)
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .where(DebtRow.id == taken.debt_id)
    )
    row = (await connection.execute(query)).one()
    told = Entry(
        reason=CONFIRMING,
        origin=ORIGIN,
        since=(await contact_clock(connection, settings)).now(),
        debtor=row.debtor_id,
        creditor=row.creditor_id,
        debt=taken.debt_id,
    )
    await ledger.enter(connection, reasons_in_force()[CONFIRMING], told)
