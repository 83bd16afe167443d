"""What a bank's answer (retorno) does beside bringing money, to the slips themselves.

A slip that was rejected is taken back, so that the next asking issues another one. One for
which the bank made a Pix of its own is printed with it from then on: paid by it, the bank
settles the slip itself and tells so as of any other.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.charging import remove
from cobranca.payments.cnab.retorno import Answer
from cobranca.payments.pix.brcode import Receiver, dynamic_code
from cobranca.payments.refusal import InvalidPixCode
from cobranca.payments.store import ChargeRow

# a code must name a city; the payer's bank shows what the charge's address tells instead
_ANYWHERE = "Brasil"


async def withdrawn(connection: AsyncConnection, charge: UUID, now: datetime) -> None:
    """Note that the bank has the slip no more, so that it is not asked to cancel it."""
    await connection.execute(
        update(ChargeRow).where(ChargeRow.id == charge).values(withdrawn_at=now)
    )


async def take_back(
    connection: AsyncConnection, bank: str, answers: Iterable[Answer], now: datetime
) -> int:
    """Take the rejected slips back; returns how many were ours and stood. Commits not."""
    count = 0
    for one in answers:
        charge = await _slip(connection, bank, one)
        if charge is not None:
            await remove(connection, charge, now)
            await withdrawn(connection, charge, now)
            count += 1
    return count


async def keep_pix(
    connection: AsyncConnection, bank: str, answers: Iterable[Answer]
) -> int:
    """Keep the bank's own Pix on slips that have none; returns of how many. Commits not.

    What is no address of a charge (a key, a slip of the pen) is left out.
    """
    count = 0
    for one in answers:
        charge = await _slip(connection, bank, one)
        if charge is None:
            continue
        creditor = select(CreditorRow.name).join(
            BillingAccountRow, BillingAccountRow.creditor_id == CreditorRow.id
        )
        name = await connection.scalar(
            creditor.join(
                ChargeRow, ChargeRow.billing_account_id == BillingAccountRow.id
            ).where(ChargeRow.id == charge)
        )
        try:
            code = dynamic_code(one.pix, Receiver(name=name or "", city=_ANYWHERE))
        except InvalidPixCode:
            continue
        kept = await connection.execute(
            update(ChargeRow)
            .where(ChargeRow.id == charge, ChargeRow.pix.is_(None))
            .values(pix=code)
        )
        count += kept.rowcount
    return count


async def _slip(connection: AsyncConnection, bank: str, told: Answer) -> UUID | None:
    """The one slip of ours that an answer is about and that stands."""
    query = select(ChargeRow.id).where(
        ChargeRow.means == "boleto",
        ChargeRow.bank == bank,
        ChargeRow.removed_at.is_(None),
    )
    named = (
        ChargeRow.id == told.charge_id
        if told.charge_id is not None
        else ChargeRow.nosso_numero == told.nosso_numero
    )
    found = list((await connection.scalars(query.where(named).limit(2))).all())
    return found[0] if len(found) == 1 else None  # two accounts may have the same number
