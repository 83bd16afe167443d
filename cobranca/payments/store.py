"""Rows: what we ask to be paid, money that arrived, and what people must look at."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debts.store import DebtRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class ChargeRow(Row):
    """One thing to pay: a Pix charge, a slip, a card checkout, an expected transfer."""

    __tablename__ = "charge"
    __table_args__ = (UniqueConstraint("bank", "nosso_numero"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debt_id: Mapped[UUID] = mapped_column(ForeignKey(DebtRow.id), index=True)
    instalment_id: Mapped[UUID | None] = mapped_column(index=True)  # of an agreement
    means: Mapped[str]  # pix | boleto | card | transfer
    amount: Mapped[Decimal]
    due_on: Mapped[date]
    bank: Mapped[str | None]
    nosso_numero: Mapped[str | None]  # as the bank writes it in its retorno
    removed_at: Mapped[datetime | None]  # taken back by us
    created_at: Mapped[datetime]


class ArrivalRow(Row):
    """Money at the bank, once for ever by its reference."""

    __tablename__ = "arrival"
    __table_args__ = (UniqueConstraint("means", "reference"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    means: Mapped[str]
    reference: Mapped[str]
    charge_id: Mapped[UUID | None] = mapped_column(ForeignKey(ChargeRow.id), index=True)
    amount: Mapped[Decimal]
    refunded: Mapped[Decimal]
    entered: Mapped[Decimal]  # in the ledger, net
    entry: Mapped[str | None]  # what the ledger calls what is entered now
    paid_on: Mapped[date]
    heard_at: Mapped[datetime]


class PaymentWorkRow(Row):
    """A question for a person. One is open for each arrival and reason."""

    __tablename__ = "payment_work"
    __table_args__ = (
        Index(
            "ix_payment_work_open",
            "arrival_id",
            "reason",
            unique=True,
            postgresql_where=text("closed_at IS NULL"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    arrival_id: Mapped[UUID] = mapped_column(ForeignKey(ArrivalRow.id))
    reason: Mapped[str]
    rest: Mapped[Decimal]  # neither in the ledger nor given back
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closing: Mapped[str | None]  # what was done about it
