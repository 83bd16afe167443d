"""What a debtor sees of what he owes: his debts, his agreements, his own data.

Only what is his: every look goes by the debtor, so that another's id leads nowhere.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.life import BINDING, State
from cobranca.agreements.standing import standing
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementInstalmentRow,
    AgreementPaymentRow,
    AgreementRow,
)
from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow, PortfolioRow
from cobranca.debts.closed import Closed, closed
from cobranca.debts.facts import Paid
from cobranca.debts.service import Known, indices, known
from cobranca.debts.store import ContractRow, DebtRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Creditor:
    """Who is owed, whole: the law wants it where a debt is shown (CDC art. 42-A)."""

    id: UUID
    name: str
    document: str
    address: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DebtSeen:
    """One debt. `agreement`: the one that binds it; `closed`: nothing new is agreed."""

    id: UUID
    contract: str
    product: str
    creditor: Creditor
    open: bool
    known: Known
    agreement: UUID | None
    closed: Closed | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """An instalment of an agreement, and what is still open of it."""

    id: UUID
    number: int
    amount: Decimal
    due_on: date
    open: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Came:
    """A payment of an agreement that stands."""

    id: UUID
    amount: Decimal
    paid_on: date
    instalment: int


@dataclass(frozen=True, slots=True, kw_only=True)
class AgreementSeen:
    id: UUID
    state: State
    made_at: datetime
    creditor: Creditor
    paid: Decimal
    parts: tuple[Part, ...]
    payments: tuple[Came, ...]
    paid_on: date | None  # the first payment

    @property
    def binds(self) -> bool:
        return self.state in BINDING


async def name_of(connection: AsyncConnection, debtor: UUID) -> str:
    found: str | None = await connection.scalar(
        select(DebtorRow.name).where(DebtorRow.id == debtor)
    )
    return found or ""


async def debts_of(
    connection: AsyncConnection, debtor: UUID, *, only: UUID | None = None
) -> list[DebtSeen]:
    """Return the debtor's debts, open ones first; `only` one of them, or none."""
    query = (
        select(
            DebtRow.id,
            DebtRow.status,
            ContractRow.number,
            ContractRow.product,
            CreditorRow.closed_at.label("creditor_closed"),
            PortfolioRow.closed_at.label("portfolio_closed"),
            *_creditor_columns(),
        )
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
        .join(PortfolioRow, PortfolioRow.id == ContractRow.portfolio_id)
        .where(ContractRow.debtor_id == debtor)
        .order_by(DebtRow.status, ContractRow.number)
    )
    if only is not None:
        query = query.where(DebtRow.id == only)
    rows = list(await connection.execute(query))
    binding = await _binding(connection, [row.id for row in rows])
    tables = await indices(connection)
    return [
        DebtSeen(
            id=row.id,
            contract=row.number,
            product=row.product or "",
            creditor=_creditor(row),
            open=row.status == "open",
            known=await known(connection, row.id, tables=tables),
            agreement=binding.get(row.id),
            closed=closed(row.creditor_closed, row.portfolio_closed),
        )
        for row in rows
    ]


async def agreements_of(
    connection: AsyncConnection, debtor: UUID, *, only: UUID | None = None
) -> list[AgreementSeen]:
    """Return the debtor's agreements, the newest first; `only` one of them, or none."""
    query = (
        select(AgreementRow.id, AgreementRow.at, *_creditor_columns())
        .join(CreditorRow, CreditorRow.id == AgreementRow.creditor_id)
        .where(AgreementRow.debtor_id == debtor)
        .order_by(AgreementRow.at.desc())
    )
    if only is not None:
        query = query.where(AgreementRow.id == only)
    return [await _agreement(connection, row) for row in await connection.execute(query)]


async def _agreement(connection: AsyncConnection, row: Any) -> AgreementSeen:
    stands = await standing(connection, row.id)
    left = {part.number: part.total for part in stands.ledger.positions}
    query = select(AgreementInstalmentRow.__table__).where(
        AgreementInstalmentRow.agreement_id == row.id
    )
    days = [fact.on for fact in stands.facts if isinstance(fact, Paid)]
    return AgreementSeen(
        id=row.id,
        state=stands.state,
        made_at=row.at,
        creditor=_creditor(row),
        paid=stands.paid,
        parts=tuple(
            Part(
                id=part.id,
                number=part.number,
                amount=part.amount,
                due_on=part.due_on,
                open=left[part.number],
            )
            for part in await connection.execute(
                query.order_by(AgreementInstalmentRow.number)
            )
        ),
        payments=await _payments(connection, row.id),
        paid_on=min(days, default=None),
    )


async def _payments(connection: AsyncConnection, agreement: UUID) -> tuple[Came, ...]:
    """Those that did not go back, in their order."""
    query = select(AgreementPaymentRow.__table__).where(
        AgreementPaymentRow.agreement_id == agreement
    )
    rows = list(await connection.execute(query.order_by(AgreementPaymentRow.id)))
    back = {(row.means, row.reference) for row in rows if row.undone}
    return tuple(
        Came(id=row.id, amount=row.amount, paid_on=row.paid_on, instalment=row.instalment)
        for row in rows
        if (row.means, row.reference) not in back
    )


async def _binding(connection: AsyncConnection, debts: Sequence[UUID]) -> dict[UUID, UUID]:
    query = (
        select(AgreementDebtRow.debt_id, AgreementDebtRow.agreement_id)
        .join(AgreementRow, AgreementRow.id == AgreementDebtRow.agreement_id)
        .where(
            AgreementDebtRow.debt_id.in_(debts),
            AgreementRow.state.in_([state.value for state in BINDING]),
        )
    )
    rows = await connection.execute(query)
    return {row.debt_id: row.agreement_id for row in rows}


def _creditor_columns() -> tuple[Any, ...]:
    return (
        CreditorRow.id.label("creditor_id"),
        CreditorRow.name.label("creditor"),
        CreditorRow.document.label("creditor_document"),
        CreditorRow.address.label("creditor_address"),
    )


def _creditor(row: Any) -> Creditor:
    return Creditor(
        id=row.creditor_id,
        name=row.creditor,
        document=row.creditor_document or "",
        address=row.creditor_address or "",
    )


async def points_of(connection: AsyncConnection, debtor: UUID) -> list[tuple[str, str]]:
    """Return kind and value of where we reach him."""
    query = select(ContactPointRow.kind, ContactPointRow.value).where(
        ContactPointRow.debtor_id == debtor, ContactPointRow.status == "active"
    )
    rows = await connection.execute(query.order_by(ContactPointRow.kind))
    return [(row.kind, row.value) for row in rows]
