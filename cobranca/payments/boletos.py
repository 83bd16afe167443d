"""Slips of what is owed: issued and printed.

A slip's number is given out once for ever within its account. What is issued is a charge
like any other; the next file of its account (`remittances`) registers it. The caller
commits.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import open_document
from cobranca.debtors.store import AddressRow, CreditorRow, DebtorRow
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.banks import rules_of
from cobranca.payments.boleto.bar_code import (
    Slip,
    bar_code,
    formatted_linha,
    linha_digitavel,
)
from cobranca.payments.boleto.slip import Party, Printed, printed_slip
from cobranca.payments.cnab.title import title_number
from cobranca.payments.owing import Owing
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.store import ChargeRow
from foundation.brasil.document import Document, parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7

MOST_IN_FILE = 100_000


class NoBillingAccount(PaymentRefused):
    """O credor não tem conta de cobrança: registre uma antes de emitir boletos."""


async def issue(connection: AsyncConnection, owing: Owing, due_on: date) -> UUID:
    """Issue a slip of what is owed, to be paid by a day; return the charge's id.

    Equal ones are issued once. Raises NoBillingAccount, InvalidBoleto.
    """
    same = select(ChargeRow.id).where(
        ChargeRow.debt_id == owing.debt,
        ChargeRow.instalment_id.is_not_distinct_from(owing.instalment),
        ChargeRow.means == "boleto",
        ChargeRow.amount == owing.amount,
        ChargeRow.due_on == due_on,
        ChargeRow.removed_at.is_(None),
    )
    before: UUID | None = await connection.scalar(same)
    if before is not None:
        return before
    row = await _account_of_debt(connection, owing.debt)
    account, number = account_of(row), row.next_number
    rules = rules_of(account.bank)
    slip = Slip(
        bank=account.bank,
        due_on=due_on,
        amount=owing.amount,
        campo_livre=rules.campo_livre(account, number),
    )
    charge_id = uuid7()
    values = {
        "id": charge_id,
        "debt_id": owing.debt,
        "instalment_id": owing.instalment,
        "means": "boleto",
        "amount": owing.amount,
        "due_on": due_on,
        "bank": account.bank,
        "nosso_numero": title_number(account, number),
        "billing_account_id": row.id,
        "number": number,
        "code": formatted_linha(linha_digitavel(bar_code(slip))),
        "created_at": datetime.now(UTC),
    }
    await connection.execute(insert(ChargeRow), values)
    await connection.execute(
        update(BillingAccountRow)
        .where(BillingAccountRow.id == row.id)
        .values(next_number=number + 1)
    )
    return charge_id


async def _account_of_debt(connection: AsyncConnection, debt: UUID) -> Any:
    """The creditor's newest account, locked, so that numbers are given out in a row."""
    query = (
        select(BillingAccountRow.__table__)
        .join(ContractRow, ContractRow.creditor_id == BillingAccountRow.creditor_id)
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .where(DebtRow.id == debt)
        .order_by(BillingAccountRow.id.desc())
        .limit(1)
        .with_for_update(of=BillingAccountRow)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoBillingAccount("no_billing_account", NoBillingAccount.__doc__ or "")
    return row


def account_of(row: Any) -> BillingAccount:
    """The account of a row."""
    return BillingAccount(
        bank=row.bank,
        branch=row.branch,
        account=row.account,
        account_digit=row.account_digit,
        branch_digit=row.branch_digit,
        carteira=row.carteira,
        variation=row.variation,
        beneficiary=row.beneficiary,
        transmission=row.transmission,
    )


async def printed(connection: AsyncConnection, keys: Keys, charge: UUID) -> Printed | None:
    """Return what a slip says, to be drawn; None when there is none of that id.

    Raises InvalidBoleto: the creditor's name, document or address is missing.
    """
    query = issued().where(ChargeRow.id == charge, ChargeRow.means == "boleto")
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    query = select(BillingAccountRow.__table__)
    account = await connection.execute(
        query.where(BillingAccountRow.id == row.billing_account_id)
    )
    return printed_slip(
        account_of(account.one()),
        number=row.number,
        due_on=row.due_on,
        issued_on=row.created_at.date(),
        amount=row.amount,
        beneficiary=Party(
            name=row.creditor,
            document=parse_document(row.creditor_document or ""),
            address=row.creditor_address or "",
        ),
        payer=Party(
            name=row.debtor,
            document=document_of(keys, row),
            address=_one_line(row),
        ),
    )


def issued() -> Any:
    """Charges with whoever owes and is owed, to be narrowed."""
    return (
        select(
            ChargeRow.__table__,
            DebtorRow.name.label("debtor"),
            DebtorRow.document_sealed,
            CreditorRow.name.label("creditor"),
            CreditorRow.document.label("creditor_document"),
            CreditorRow.address.label("creditor_address"),
            AddressRow.street,
            AddressRow.district,
            AddressRow.city,
            AddressRow.uf,
            AddressRow.cep,
        )
        .join(DebtRow, DebtRow.id == ChargeRow.debt_id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(DebtorRow, DebtorRow.id == ContractRow.debtor_id)
        .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
        .outerjoin(AddressRow, AddressRow.debtor_id == DebtorRow.id)
    )


def document_of(keys: Keys, row: Any) -> Document:
    """The debtor's CPF or CNPJ, of a row of `issued`."""
    return parse_document(open_document(keys, row.document_sealed))


def _one_line(row: Any) -> str:
    parts = (row.street, row.district, row.city, row.uf, row.cep)
    return ", ".join(part for part in parts if part)
