"""Rows: what we ask to be paid, money that arrived, and what people must look at."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    ForeignKey,
    Index,
    SmallInteger,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.agreements.store import AgreementRow
from cobranca.debts.store import DebtRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class ChargeRow(Row):
    """One thing to pay: a Pix charge, a slip, a card checkout, an expected transfer."""

    __tablename__ = "charge"
    __table_args__ = (
        UniqueConstraint("billing_account_id", "number"),
        Index("ix_charge_bank_nosso_numero", "bank", "nosso_numero"),
    )

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
    how: Mapped[str | None]  # cob | cobr at the bank; null: not by API Pix
    code: Mapped[str | None]  # shown to the payer: copia e cola, linha, checkout's address
    outside_id: Mapped[str | None]  # the card provider's own id
    billing_account_id: Mapped[UUID | None]  # of a slip
    number: Mapped[int | None] = mapped_column(BigInteger)  # of a slip, running
    remittance_id: Mapped[UUID | None] = mapped_column(index=True)  # that registered it
    fine_percent: Mapped[Decimal | None]  # of a slip that is late; two places
    interest_per_day: Mapped[Decimal | None]
    late_from: Mapped[date | None]
    pix: Mapped[str | None]  # copia e cola of the same charge, printed on the slip
    withdrawn_at: Mapped[datetime | None]  # the bank refused it, or was asked to cancel


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
    doubt: Mapped[str | None]  # why a transfer was not matched
    candidates: Mapped[list[UUID] | None] = mapped_column(
        ARRAY(Uuid)
    )  # charges, best first
    opened_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]
    closing: Mapped[str | None]  # placed | refunded | closed
    closed_by: Mapped[str | None]  # login
    note: Mapped[str | None]


class BankAskedRow(Row):
    """The only row: until when the bank was asked for the Pix that it received."""

    __tablename__ = "bank_asked"
    __table_args__ = (CheckConstraint("id = 1", name="only_one"),)

    id: Mapped[int] = mapped_column(SmallInteger, primary_key=True, autoincrement=False)
    until: Mapped[datetime]


class RecurrenceRow(Row):
    """An authorisation of Pix Automático for an agreement, by the bank's own id."""

    __tablename__ = "recurrence"

    id: Mapped[str] = mapped_column(primary_key=True)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(AgreementRow.id), index=True)
    state: Mapped[str]  # as the bank says: CRIADA, APROVADA, ...
    code: Mapped[str | None]  # copia e cola of the authorisation
    created_at: Mapped[datetime]


class PaymentLinkRow(Row):
    """The turn of an agreement's payment links: tokens of another turn do not count."""

    __tablename__ = "payment_link"

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey(AgreementRow.id), primary_key=True
    )
    turn: Mapped[int]
    wrong: Mapped[int] = mapped_column(server_default="0")  # answers, one after the other
    made_at: Mapped[datetime]
