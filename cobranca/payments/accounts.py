"""Billing accounts: the contracts with banks that slips are issued on. The caller commits.

What a bank could not take is refused before it is kept. An account is never removed, for
its slips are paid for years; once closed, no slip is issued on it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.boleto.banks import rules_of
from cobranca.payments.boletos import NoBillingAccount, account_of
from cobranca.payments.cnab.layout import layout_of
from cobranca.payments.cnab.title import title_number
from cobranca.payments.refusal import InvalidBoleto
from foundation.ids import uuid7


class Account(BaseModel):
    """A billing account; codes are text, as the bank wrote them."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    bank: str = Field(pattern=r"^\d{3}$")
    size: int = Field(ge=240, le=400)
    branch: str = Field(max_length=20)
    branch_digit: str = Field("", max_length=2)
    account: str = Field("", max_length=20)
    account_digit: str = Field("", max_length=2)
    carteira: str = Field(max_length=10)
    variation: str = Field("", max_length=10)
    beneficiary: str = Field("", max_length=30)
    transmission: str = Field("", max_length=30)
    next_number: int = Field(1, ge=1, le=10**11)
    next_sequence: int = Field(1, ge=1, le=10**6)

    def required_to_work(self) -> None:
        """Raises PaymentRefused: no slip or file could be made on it."""
        layout_of(self.bank, self.size, "remessa")
        account = account_of(self)
        title_number(account, self.next_number)
        rules_of(self.bank).campo_livre(account, self.next_number)


async def create(connection: AsyncConnection, creditor: UUID, account: Account) -> UUID:
    """Keep an account of a creditor's; raises PaymentRefused."""
    account.required_to_work()
    made = uuid7()
    values = {
        **account.model_dump(include=set(Account.model_fields)),
        "id": made,
        "creditor_id": creditor,
        "created_at": datetime.now(UTC),
    }
    try:
        async with connection.begin_nested():
            await connection.execute(insert(BillingAccountRow), values)
    except IntegrityError:
        raise InvalidBoleto("account_taken", "esta conta já está cadastrada") from None
    return made


async def close(connection: AsyncConnection, name: UUID) -> None:
    """Issue no more slips on an account; raises NoBillingAccount."""
    done = await connection.execute(
        update(BillingAccountRow)
        .where(BillingAccountRow.id == name, BillingAccountRow.closed_at.is_(None))
        .values(closed_at=datetime.now(UTC))
    )
    if not done.rowcount:
        raise NoBillingAccount("no_billing_account", NoBillingAccount.__doc__ or "")


async def of_creditor(connection: AsyncConnection, creditor: UUID) -> Sequence[Any]:
    """Its accounts, the one that slips are issued on first."""
    row = BillingAccountRow
    query = select(row.__table__).where(row.creditor_id == creditor)
    order = (row.closed_at.is_not(None), row.id.desc())
    return list(await connection.execute(query.order_by(*order)))
