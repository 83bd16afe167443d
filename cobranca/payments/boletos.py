"""Slips of what is owed: issued and printed.

A slip's number is given out once for ever within its account. What is issued is a charge
like any other; the next file of its account (`remittances`) registers it. The caller
commits.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import Exists, exists, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.service import open_document
from cobranca.debtors.store import AddressRow, CreditorRow, DebtorRow
from cobranca.debts.late_rules import LateRule
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
from cobranca.payments.owing import Owing, late_rule_of
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.store import ArrivalRow, ChargeRow
from cobranca.payments.texts import late_text
from foundation.brasil.document import Document, parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7


class NoBillingAccount(PaymentRefused):
    """O credor não tem conta de cobrança: registre uma antes de emitir boletos."""


async def issue(connection: AsyncConnection, owing: Owing, due_on: date) -> UUID:
    """Issue a slip of what is owed, to be paid by a day; return the charge's id.

    Equal ones are issued once; others of the same thing are taken back, so that it is not
    paid twice by somebody with an old one. Raises NoBillingAccount, InvalidBoleto.
    """
    row = await _account_of_debt(connection, owing.debt)  # held: one after the other
    standing = (
        ChargeRow.debt_id == owing.debt,
        ChargeRow.instalment_id.is_not_distinct_from(owing.instalment),
        ChargeRow.means == "boleto",
        ChargeRow.removed_at.is_(None),
    )
    same = (ChargeRow.amount == owing.amount, ChargeRow.due_on == due_on)
    query = select(ChargeRow.id).where(*standing, *same)
    before: UUID | None = await connection.scalar(query)
    if before is not None:
        return before
    now = datetime.now(UTC)
    await connection.execute(
        update(ChargeRow).where(*standing, ~_money_came()).values(removed_at=now)
    )
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
        "created_at": now,
        **asdict(await _late(connection, owing, due_on, row.size)),
    }
    await connection.execute(insert(ChargeRow), values)
    await connection.execute(
        update(BillingAccountRow)
        .where(BillingAccountRow.id == row.id)
        .values(next_number=number + 1)
    )
    return charge_id


def _money_came() -> Exists:
    return exists().where(ArrivalRow.charge_id == ChargeRow.id)


async def _late(
    connection: AsyncConnection, owing: Owing, due_on: date, size: int
) -> LateRule:
    """What it costs to be late. CNAB 400 counts from the next day on and from no other:
    where the contract is milder, such a slip says nothing, and costs nothing more."""
    rule = await late_rule_of(connection, owing, due_on)
    if size == 400 and rule.late_from > due_on + timedelta(days=1):
        return LateRule(late_from=rule.late_from)
    return rule


async def standing_slip(connection: AsyncConnection, owing: Owing, on: date) -> UUID | None:
    """Return the newest slip of the same thing that can still be paid on a day."""
    query = (
        select(ChargeRow.id)
        .where(
            ChargeRow.debt_id == owing.debt,
            ChargeRow.instalment_id.is_not_distinct_from(owing.instalment),
            ChargeRow.means == "boleto",
            ChargeRow.code.is_not(None),
            ChargeRow.due_on >= on,
            ChargeRow.removed_at.is_(None),
        )
        .order_by(ChargeRow.created_at.desc())
    )
    found: UUID | None = await connection.scalar(query.limit(1))
    return found


async def _account_of_debt(connection: AsyncConnection, debt: UUID) -> Any:
    """The creditor's newest account, locked, so that numbers are given out in a row."""
    query = (
        select(BillingAccountRow.__table__)
        .join(ContractRow, ContractRow.creditor_id == BillingAccountRow.creditor_id)
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .where(DebtRow.id == debt, BillingAccountRow.closed_at.is_(None))
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
        instructions=late_text(late_of(row)),
        pix=row.pix,
    )


def late_of(row: Any) -> LateRule:
    """What being late costs, of a charge's row: nothing, when nothing was said of it."""
    if row.late_from is None:
        return LateRule(late_from=row.due_on + timedelta(days=1))
    return LateRule(
        fine_percent=row.fine_percent,
        interest_per_day=row.interest_per_day,
        late_from=row.late_from,
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
