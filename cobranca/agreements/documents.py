"""What an agreement and its end are told in writing: the term, the carta de quitação.

Each carries the creditor's name, address and CPF or CNPJ (CDC art. 42-A): without them
nothing is issued. Pages of plain HTML, readable aloud and on paper; the words are in the
templates.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from jinja2 import Environment, PackageLoader, StrictUndefined
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.happening import NoSuchAgreement
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementEventRow,
    AgreementInstalmentRow,
    AgreementRow,
    OfferRow,
    PolicyRow,
)
from cobranca.agreements.texts import evidence_text, means_text
from cobranca.debtors.store import CreditorRow, DebtorRow
from cobranca.debts.accounts import ZERO, Account
from cobranca.debts.facts import Paid, in_order
from cobranca.debts.service import Known, NoSuchDebt, known
from cobranca.debts.store import ContractRow, DebtRow
from foundation.brasil.dates import format_date, format_day_of
from foundation.brasil.document import formatted, parse_document
from foundation.brasil.money import format_amount


class CreditorUnknown(ValueError):
    """Falta o CPF ou CNPJ, ou o endereço, do credor: sem eles não se emite documento."""


class NotSettled(ValueError):
    """A dívida não está quitada."""


@dataclass(frozen=True, slots=True)
class Creditor:
    name: str
    document: str  # with its marks
    address: str


_PAGES = Environment(
    loader=PackageLoader("cobranca.agreements"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)


async def term(connection: AsyncConnection, agreement: UUID) -> str:
    """Return the term of an agreement; raises NoSuchAgreement, CreditorUnknown."""
    query = (
        select(
            AgreementRow.id,
            AgreementRow.creditor_id,
            DebtorRow.name.label("debtor"),
            OfferRow.document,
            OfferRow.at,
            PolicyRow.document.label("policy"),
        )
        .join(OfferRow, OfferRow.id == AgreementRow.offer_id)
        .join(DebtorRow, DebtorRow.id == AgreementRow.debtor_id)
        .join(PolicyRow, PolicyRow.id == AgreementRow.policy_id)
        .where(AgreementRow.id == agreement)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchAgreement(NoSuchAgreement.__doc__)
    said = row.document
    values: dict[str, Any] = {
        name: format_amount(Decimal(said[name])) for name in ("owed", "price", "total")
    }
    values |= {
        "id": row.id,
        "creditor": await creditor_of(connection, row.creditor_id),
        "debtor": row.debtor,
        "contracts": await _contracts(connection, agreement),
        "made_on": format_day_of(row.at),
        "discount": _amount(Decimal(said["discount"])),
        "cost": f"{Decimal(said['effective_cost']) * 100:.2f} %".replace(".", ","),
        "grace_days": row.policy["grace_days"],
        "policy": f"{row.policy['code']}, versão {row.policy['version']}",
        "instalments": await _instalments(connection, agreement),
        "evidence": await _evidence(connection, agreement),
    }
    return _PAGES.get_template("term.html.j2").render(values)


async def quittance(connection: AsyncConnection, debt: UUID, on: date) -> str:
    """Return the carta de quitação; raises NoSuchDebt, NotSettled, CreditorUnknown."""
    query = (
        select(
            ContractRow.creditor_id,
            ContractRow.number,
            DebtorRow.name.label("debtor"),
        )
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .join(DebtorRow, DebtorRow.id == ContractRow.debtor_id)
        .where(DebtRow.id == debt)
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchDebt(NoSuchDebt.__doc__)
    now = await known(connection, debt)
    if now.on(on).total > 0 or not any(isinstance(fact, Paid) for fact in now.facts):
        raise NotSettled(NotSettled.__doc__)
    return _PAGES.get_template("quittance.html.j2").render(
        creditor=await creditor_of(connection, row.creditor_id),
        debtor=row.debtor,
        contract=row.number,
        payments=[
            {
                "on": format_date(fact.on),
                "means": means_text(fact.means),
                "amount": format_amount(fact.amount),
            }
            for fact in in_order(list(now.facts))
            if isinstance(fact, Paid)
        ],
        discount=_amount(_forgiven(now)),
        on=format_date(on),
    )


def _forgiven(debt: Known) -> Decimal:
    return sum(
        (
            posting.amount
            for entry in debt.ledger.entries
            for posting in entry.postings
            if posting.account is Account.DISCOUNT
        ),
        ZERO,
    )


def _amount(amount: Decimal) -> str:
    return format_amount(amount) if amount else ""


async def creditor_of(connection: AsyncConnection, creditor: UUID) -> Creditor:
    """Return the block that documents carry; raises CreditorUnknown."""
    query = select(CreditorRow.name, CreditorRow.document, CreditorRow.address)
    row = (await connection.execute(query.where(CreditorRow.id == creditor))).one()
    if not row.document or not row.address:
        raise CreditorUnknown(CreditorUnknown.__doc__)
    return Creditor(row.name, formatted(parse_document(row.document)), row.address)


async def _contracts(connection: AsyncConnection, agreement: UUID) -> list[str]:
    query = (
        select(ContractRow.number)
        .join(DebtRow, DebtRow.contract_id == ContractRow.id)
        .join(AgreementDebtRow, AgreementDebtRow.debt_id == DebtRow.id)
        .where(AgreementDebtRow.agreement_id == agreement)
    )
    rows = await connection.execute(query.order_by(ContractRow.number))
    return [f"contrato {number}" for number in rows.scalars()]


async def _instalments(
    connection: AsyncConnection, agreement: UUID
) -> list[dict[str, Any]]:
    query = select(AgreementInstalmentRow.__table__).where(
        AgreementInstalmentRow.agreement_id == agreement
    )
    return [
        {
            "number": row.number,
            "due_on": format_date(row.due_on),
            "amount": format_amount(row.amount),
        }
        for row in await connection.execute(query.order_by(AgreementInstalmentRow.number))
    ]


async def _evidence(connection: AsyncConnection, agreement: UUID) -> str:
    query = select(AgreementEventRow.details, AgreementEventRow.at).where(
        AgreementEventRow.agreement_id == agreement, AgreementEventRow.kind == "Accepted"
    )
    row = (await connection.execute(query)).one()
    at: datetime = row.at
    return evidence_text(row.details["evidence"], at)
