"""Rows of a debt's ledger: facts, entries and postings; of contract terms and indices.

All are only added to; the database itself refuses to change or remove them.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts.store import ContractRow, DebtRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class ContractTermsRow(Row):
    """A version of terms, for a creditor or for less: portfolio, product, one contract."""

    __tablename__ = "contract_terms"
    __table_args__ = (
        Index("ix_contract_terms_creditor_id", "creditor_id", "portfolio_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey(CreditorRow.id))
    portfolio_id: Mapped[UUID | None] = mapped_column(ForeignKey(PortfolioRow.id))
    product: Mapped[str | None]
    contract_id: Mapped[UUID | None] = mapped_column(ForeignKey(ContractRow.id), index=True)
    document: Mapped[dict[str, Any]]  # of cobranca.debts.terms
    at: Mapped[datetime]
    made_by: Mapped[str | None]  # a login; None: a command


class IndexTableRow(Row):
    """A version of an index; the newest of a name is in force."""

    __tablename__ = "index_table"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(index=True)
    version: Mapped[str]
    source: Mapped[str]
    months: Mapped[dict[str, Any]]  # "2025-09": "0.48", percent
    at: Mapped[datetime]


class DebtFactRow(Row):
    """What happened to a debt (cobranca.debts.facts), in the order of recording."""

    __tablename__ = "debt_fact"
    __table_args__ = (
        UniqueConstraint("debt_id", "number"),
        Index(None, "at"),
        Index(
            "uq_debt_fact_payment",
            "debt_id",
            "means",
            "reference",
            unique=True,
            postgresql_where=text("kind = 'paid'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debt_id: Mapped[UUID] = mapped_column(ForeignKey(DebtRow.id))
    number: Mapped[int]
    kind: Mapped[str]
    takes_effect: Mapped[date]
    amount: Mapped[Decimal | None]
    instalment: Mapped[int | None]
    due_on: Mapped[date | None]
    means: Mapped[str | None]
    reference: Mapped[str | None]
    reason: Mapped[str | None]
    payment: Mapped[int | None]  # undone: the number of the payment's fact
    agreement: Mapped[UUID | None]
    at: Mapped[datetime]


class DebtEntryRow(Row):
    """One entry of the ledger; its postings sum to zero."""

    __tablename__ = "debt_entry"
    __table_args__ = (UniqueConstraint("debt_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debt_id: Mapped[UUID] = mapped_column(ForeignKey(DebtRow.id))
    number: Mapped[int]
    kind: Mapped[str]
    takes_effect: Mapped[date]
    fact: Mapped[int]
    undoes: Mapped[int | None]  # reversal: the number of the entry
    lines: Mapped[list[Any] | None] = mapped_column(JSONB)  # accrual: the sums
    at: Mapped[datetime]


class DebtPostingRow(Row):
    """One amount of an entry; debit when positive."""

    __tablename__ = "debt_posting"

    entry_id: Mapped[UUID] = mapped_column(ForeignKey(DebtEntryRow.id), primary_key=True)
    line: Mapped[int] = mapped_column(primary_key=True)
    account: Mapped[str]
    instalment: Mapped[int]
    amount: Mapped[Decimal]
