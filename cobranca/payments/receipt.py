"""The receipt of a payment: what came, for what, and what is left.

Carries the creditor's name, address and CPF or CNPJ, as all documents of collection do
(CDC art. 42-A). The short text names neither creditor nor debt: it may be read by others
who hold the telephone; the page does, and goes only to who was identified.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinja2 import ChoiceLoader, Environment, PackageLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.documents import Creditor, creditor_of
from cobranca.agreements.keeping import clear_name_by
from cobranca.agreements.standing import standing
from cobranca.agreements.store import AgreementPaymentRow
from cobranca.agreements.texts import means_text
from cobranca.debtors.store import DebtorRow
from cobranca.debts.accounts import ZERO
from cobranca.debts.facts import Paid
from cobranca.debts.ledger_store import DebtFactRow
from cobranca.debts.service import known
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.owing import of_agreement
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount

_PAGES = Environment(
    loader=ChoiceLoader(
        [PackageLoader("cobranca.payments"), PackageLoader("cobranca.agreements")]
    ),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


class NoSuchReceipt(LookupError):
    """Não há pagamento com este nome."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Receipt:
    """`left`: of the agreement, else of the debt, on the day of paying."""

    debtor_id: UUID
    debtor: str
    creditor: Creditor
    contracts: tuple[str, ...]
    amount: Decimal
    paid_on: date
    means: str
    reference: str
    agreement: UUID | None
    instalment: int | None
    left: Decimal
    next_due: date | None
    clear_name_by: date | None


async def receipt_of(
    connection: AsyncConnection, payload: Mapping[str, Any], *, today: date
) -> Receipt:
    """Return the receipt of what the outbox told of (`cobranca.debts.news`).

    Raises NoSuchReceipt (it went back meanwhile), CreditorUnknown.
    """
    debts = [UUID(debt) for debt in payload["debts"]]
    means, reference = str(payload["means"]), str(payload["reference"])
    told = payload.get("agreement")
    agreement = None if told is None else UUID(told)
    if agreement is None:
        paid, instalment = await _of_debt(connection, debts[0], means, reference), None
    else:
        paid = await _of_agreement(connection, agreement, means, reference)
        instalment = paid.instalment
    left, next_due, first = await _left(connection, debts, agreement, today)
    query = (
        select(
            ContractRow.number,
            ContractRow.creditor_id,
            DebtorRow.id.label("debtor_id"),
            DebtorRow.name,
        )
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .join(DebtorRow, DebtorRow.id == ContractRow.debtor_id)
        .where(DebtRow.id.in_(debts))
        .order_by(ContractRow.number)
    )
    rows = list(await connection.execute(query))
    return Receipt(
        debtor_id=rows[0].debtor_id,
        debtor=rows[0].name,
        creditor=await creditor_of(connection, rows[0].creditor_id),
        contracts=tuple(f"contrato {row.number}" for row in rows),
        amount=paid.amount,
        paid_on=paid.paid_on,
        means=means,
        reference=reference,
        agreement=agreement,
        instalment=instalment,
        left=left,
        next_due=next_due,
        clear_name_by=None if first is None else clear_name_by(first),
    )


async def _of_debt(
    connection: AsyncConnection, debt: UUID, means: str, reference: str
) -> Any:
    fact = DebtFactRow
    query = select(fact.amount, fact.takes_effect.label("paid_on")).where(
        fact.debt_id == debt,
        fact.kind == "paid",
        fact.means == means,
        fact.reference == reference,
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchReceipt(NoSuchReceipt.__doc__)
    return row


async def _of_agreement(
    connection: AsyncConnection, agreement: UUID, means: str, reference: str
) -> Any:
    paid = AgreementPaymentRow
    query = (
        select(paid.amount, paid.paid_on, paid.instalment)
        .where(
            paid.agreement_id == agreement,
            paid.means == means,
            paid.reference == reference,
        )
        .order_by(paid.undone.desc())
    )
    rows = list(await connection.execute(query))
    if len(rows) != 1:  # none, or one that went back
        raise NoSuchReceipt(NoSuchReceipt.__doc__)
    return rows[0]


async def _left(
    connection: AsyncConnection, debts: list[UUID], agreement: UUID | None, today: date
) -> tuple[Decimal, date | None, date | None]:
    """What is left, when the next is due, and the day of the first payment."""
    if agreement is None:
        found = [await known(connection, debt) for debt in debts]
        days = [f.on for debt in found for f in debt.facts if isinstance(f, Paid)]
        total = sum((debt.on(today).total for debt in found), ZERO)
        settled = min(days, default=None) if total == 0 else None
        return total, None, settled
    stands = await standing(connection, agreement)
    owed = await of_agreement(connection, agreement, today)
    days = [fact.on for fact in stands.facts if isinstance(fact, Paid)]
    left = sum((one.amount for one in owed), ZERO)
    return left, owed[0].due_on if owed else None, min(days, default=None)


def receipt_page(receipt: Receipt) -> str:
    """Return the page, to be read, printed, or made a PDF of."""
    return _PAGES.get_template("receipt.html.j2").render(
        creditor=receipt.creditor,
        debtor=receipt.debtor,
        amount=format_amount(receipt.amount),
        paid_on=format_date(receipt.paid_on),
        means=means_text(receipt.means),
        contracts=receipt.contracts,
        reference=receipt.reference,
        instalment=receipt.instalment,
        agreement=receipt.agreement,
        left=format_amount(receipt.left),
        next_due=receipt.next_due and format_date(receipt.next_due),
        settled=receipt.left == 0,
        clear_name_by=receipt.clear_name_by and format_date(receipt.clear_name_by),
    )


def receipt_text(receipt: Receipt) -> str:
    """Return the short text, for channels that others may read."""
    return _PAGES.get_template("receipt.txt.j2").render(
        amount=format_amount(receipt.amount),
        paid_on=format_date(receipt.paid_on),
        next_due=receipt.next_due and format_date(receipt.next_due),
    )
