"""Rows of policies, offers and agreements."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow, DebtorRow
from cobranca.debts.store import DebtRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class PolicyRow(Row):
    """A published version of a negotiation policy; never changed."""

    __tablename__ = "negotiation_policy"
    __table_args__ = (UniqueConstraint("code", "version"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]
    version: Mapped[int]
    document: Mapped[dict[str, Any]]  # of cobranca.agreements.policy
    at: Mapped[datetime]
    by: Mapped[str]  # who published it


class OfferRow(Row):
    """What was offered to whom, when, by whom, and which version allowed it."""

    __tablename__ = "offer"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    policy_id: Mapped[UUID] = mapped_column(ForeignKey(PolicyRow.id))
    condition: Mapped[str]
    channel: Mapped[str]
    authority: Mapped[str]
    by: Mapped[str]  # a login, or the name of a robot
    document: Mapped[dict[str, Any]]  # situation, debts, discount, payments
    valid_until: Mapped[date]
    at: Mapped[datetime]


class AgreementRow(Row):
    """An offer that was accepted. `state` is the last that its events led to.

    `next_due`, as its ledger had it last: when the oldest open instalment is due.
    """

    __tablename__ = "agreement"
    __table_args__ = (
        Index("ix_agreement_state_debtor", "state", "debtor_id"),
        Index("ix_agreement_state_next_due", "state", "next_due"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    offer_id: Mapped[UUID] = mapped_column(ForeignKey(OfferRow.id), unique=True)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey(CreditorRow.id))
    policy_id: Mapped[UUID] = mapped_column(ForeignKey(PolicyRow.id))
    state: Mapped[str]
    next_due: Mapped[date | None]  # null: no instalment is open
    at: Mapped[datetime]


class AgreementDebtRow(Row):
    """A debt that the agreement settles, and what it owed then."""

    __tablename__ = "agreement_debt"

    agreement_id: Mapped[UUID] = mapped_column(
        ForeignKey(AgreementRow.id), primary_key=True
    )
    debt_id: Mapped[UUID] = mapped_column(
        ForeignKey(DebtRow.id), primary_key=True, index=True
    )
    owed: Mapped[Decimal]
    at: Mapped[datetime]


class AgreementInstalmentRow(Row):
    """What is to be paid, and when; fixed when the agreement is made."""

    __tablename__ = "agreement_instalment"
    __table_args__ = (
        UniqueConstraint("agreement_id", "number"),
        Index("ix_agreement_instalment_due_on", "due_on"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(AgreementRow.id))
    number: Mapped[int]
    amount: Mapped[Decimal]
    due_on: Mapped[date]


class AgreementEventRow(Row):
    """What happened to an agreement; rows are only added."""

    __tablename__ = "agreement_event"
    __table_args__ = (UniqueConstraint("agreement_id", "number"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(AgreementRow.id))
    number: Mapped[int]
    kind: Mapped[str]
    state: Mapped[str]  # after it
    details: Mapped[dict[str, Any]]
    at: Mapped[datetime]


class AgreementPaymentRow(Row):
    """Money for an agreement, before it is split over its debts; rows are only added."""

    __tablename__ = "agreement_payment"
    __table_args__ = (UniqueConstraint("means", "reference", "undone"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    agreement_id: Mapped[UUID] = mapped_column(ForeignKey(AgreementRow.id), index=True)
    instalment: Mapped[int]
    amount: Mapped[Decimal]
    forgiven: Mapped[Decimal] = mapped_column(server_default="0")  # a slip's own terms
    paid_on: Mapped[date]
    means: Mapped[str]
    reference: Mapped[str]
    undone: Mapped[bool] = mapped_column(default=False)  # true: this row takes it back
    at: Mapped[datetime]
