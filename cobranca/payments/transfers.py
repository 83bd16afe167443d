"""Transfers: what may come by one, and an account's credits matched with it.

A credit that is exactly one expected payment settles it; every other becomes a question
for a person, with the candidates told. The same credit told again is nothing new.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import open_document
from cobranca.debtors.store import DebtorRow
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.arrivals import Heard
from cobranca.payments.charging import charge_of, remove
from cobranca.payments.owing import Owing
from cobranca.payments.receiving import Taken
from cobranca.payments.reconciling import Arrival
from cobranca.payments.store import ArrivalRow, ChargeRow, PaymentWorkRow
from cobranca.payments.taking import take_one
from cobranca.payments.transfer import (
    Credit,
    Doubtful,
    Expected,
    Matched,
    match,
)
from foundation.crypto import Keys
from foundation.settings import ProcessSettings


@dataclass(frozen=True, slots=True)
class Placed:
    """What was made of one credit; `taken` None: it was known before."""

    credit: Credit
    found: Matched | Doubtful | None
    taken: Taken | None


async def expect(connection: AsyncConnection, owing: Owing, now: datetime) -> UUID:
    """Expect a transfer of what is owed today, for ten days; the caller commits.

    Older ones of the same thing are not expected any more.
    """
    charge_id, older = await charge_of(connection, owing, now, means="transfer")
    for one in older:
        await remove(connection, one, now)
    return charge_id


async def take_credit(
    connection: AsyncConnection, settings: ProcessSettings, keys: Keys, credit: Credit
) -> Placed:
    """Take one credit in; the caller commits, and takes each in its own transaction."""
    known = select(ArrivalRow.id).where(
        ArrivalRow.means == "transfer", ArrivalRow.reference == credit.reference
    )
    if await connection.scalar(known) is not None:
        return Placed(credit, None, None)
    found = match(credit, await _expected(connection, keys))
    heard = Heard(
        arrival=Arrival(
            reference=credit.reference,
            means="transfer",
            amount=credit.amount,
            paid_on=credit.on,
        ),
        charge_id=found.expected.charge_id if isinstance(found, Matched) else None,
    )
    taken = await take_one(connection, settings, heard)
    if isinstance(found, Doubtful):
        await _tell_whose(connection, credit, found)
    return Placed(credit, found, taken)


async def _tell_whose(connection: AsyncConnection, credit: Credit, found: Doubtful) -> None:
    """Keep why it was not matched, and which payments it may be, for who looks."""
    arrival = select(ArrivalRow.id).where(
        ArrivalRow.means == "transfer", ArrivalRow.reference == credit.reference
    )
    told = {
        "doubt": found.why,
        "candidates": [one.charge_id for one in found.candidates],
    }
    await connection.execute(
        update(PaymentWorkRow)
        .where(PaymentWorkRow.arrival_id.in_(arrival), PaymentWorkRow.closed_at.is_(None))
        .values(told)
    )


async def _expected(connection: AsyncConnection, keys: Keys) -> Sequence[Expected]:
    """Transfers that are waited for, and were not matched yet."""
    since = datetime.now(UTC) - timedelta(days=90)
    query = (
        select(ChargeRow.id, ChargeRow.amount, ChargeRow.due_on, DebtorRow.document_sealed)
        .join(DebtRow, DebtRow.id == ChargeRow.debt_id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(DebtorRow, DebtorRow.id == ContractRow.debtor_id)
        .outerjoin(ArrivalRow, ArrivalRow.charge_id == ChargeRow.id)
        .where(
            ChargeRow.means == "transfer",
            ChargeRow.removed_at.is_(None),
            ChargeRow.created_at > since,
            ArrivalRow.id.is_(None),
        )
        .order_by(ChargeRow.id)
    )
    return [
        Expected(
            charge_id=row.id,
            amount=row.amount,
            due_on=row.due_on,
            document=open_document(keys, row.document_sealed),
        )
        for row in await connection.execute(query)
    ]
