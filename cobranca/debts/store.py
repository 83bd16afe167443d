"""Rows of contracts, debts and instalments. Amounts exist only in instalments."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow, DebtorRow, PortfolioRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class ContractRow(Row):
    """What the creditor calls this relation; its number is the key of an import."""

    __tablename__ = "contract"
    __table_args__ = (
        UniqueConstraint("creditor_id", "number"),
        Index("ix_contract_product", "creditor_id", "product"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey(CreditorRow.id))
    portfolio_id: Mapped[UUID] = mapped_column(ForeignKey(PortfolioRow.id), index=True)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    number: Mapped[str]
    product: Mapped[str | None]
    contracted_on: Mapped[date | None]  # nothing of it is due or paid before; None: unknown
    import_id: Mapped[UUID | None]  # of the import that made it


class DebtRow(Row):
    __tablename__ = "debt"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    contract_id: Mapped[UUID] = mapped_column(ForeignKey(ContractRow.id), unique=True)
    status: Mapped[str]  # open | settled
    created_at: Mapped[datetime]


class InstalmentRow(Row):
    __tablename__ = "instalment"
    __table_args__ = (UniqueConstraint("debt_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debt_id: Mapped[UUID] = mapped_column(ForeignKey(DebtRow.id, ondelete="CASCADE"))
    number: Mapped[int]  # 1..n
    amount: Mapped[Decimal]
    due_on: Mapped[date]
    import_id: Mapped[UUID | None]
