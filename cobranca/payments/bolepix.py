"""The Pix of a slip (bolepix): a charge at the bank with the slip's own txid and terms.

Resolução BCB 443/2024. Both name the same charge of ours: whichever is paid first settles
it, the slip is cancelled by the next remessa when that was the Pix, and what comes after
all is told to a person (`paid_twice`). Without an answer from the bank the slip is good
as it is, and the next asking tries again.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any, Final
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.debts.late_rules import LONGEST_DAYS
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.errors import AnswerNotUnderstood, BankRefused
from cobranca.payments.api_pix.orders import Debtor, DueCharge
from cobranca.payments.boletos import document_of, issued, late_of
from cobranca.payments.pix.key import PixKey
from cobranca.payments.pix.txid import txid_of
from cobranca.payments.store import ChargeRow
from foundation.brasil.bank_days import bank_day_from
from foundation.crypto import Keys
from foundation.observability import get_logger

HOW: Final = "cobv"

log = get_logger(__name__)


async def add_pix(
    engine: AsyncEngine, api: ApiPix, key: PixKey, keys: Keys, charge: UUID
) -> str | None:
    """Return the code of a slip's Pix, made now if need be; raises BankFailure,
    PaymentRefused. None when its terms are not such as a Pix can have."""
    async with engine.connect() as connection:
        row = (await connection.execute(issued().where(ChargeRow.id == charge))).one()
        older = await _older(connection, row)
    if row.pix is not None:
        return str(row.pix)
    order = _order(keys, key, row)
    if order is None:
        return None
    made = await api.create(txid_of(charge), order)
    if made.code is None:
        raise AnswerNotUnderstood("pixCopiaECola")
    await _keep(engine, charge, made.code)
    for one in older:
        await _take_back(engine, api, one)
    return made.code


def _order(keys: Keys, key: PixKey, row: Any) -> DueCharge | None:
    """The slip's terms; the API counts from the bank day of the due date, never later."""
    late = late_of(row)
    fine, interest = None, None
    if late.costs:
        if late.late_from > _after(row.due_on):
            return None
        fine, interest = late.fine_percent or None, late.interest_per_day or None
    return DueCharge(
        amount=row.amount,
        key=key,
        due_on=row.due_on,
        debtor=Debtor(document=document_of(keys, row), name=row.debtor),
        valid_days=LONGEST_DAYS,
        fine_percent=fine,
        interest_per_day=interest,
    )


def _after(due_on: date) -> date:
    return bank_day_from(due_on) + timedelta(days=1)


async def _older(connection: AsyncConnection, row: Any) -> list[UUID]:
    """Slips of the same thing that were taken back, whose Pix the bank still has."""
    query = select(ChargeRow.id).where(
        ChargeRow.debt_id == row.debt_id,
        ChargeRow.instalment_id.is_not_distinct_from(row.instalment_id),
        ChargeRow.means == "boleto",
        ChargeRow.how == HOW,
        ChargeRow.removed_at.is_not(None),
    )
    return list((await connection.scalars(query)).all())


async def _keep(engine: AsyncEngine, charge: UUID, code: str | None) -> None:
    how = None if code is None else HOW
    async with engine.begin() as connection:
        await connection.execute(
            update(ChargeRow).where(ChargeRow.id == charge).values(pix=code, how=how)
        )


async def _take_back(engine: AsyncEngine, api: ApiPix, charge: UUID) -> None:
    """One that is paid or expired already is not active any more: nothing to take back."""
    try:
        await api.remove(HOW, txid_of(charge))
    except BankRefused as error:
        log.info("charge_not_removed", status=error.status)
    await _keep(engine, charge, None)
