"""Rows of contracts with banks: billing accounts, the files that were sent, addresses."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class BillingAccountRow(Row):
    """A creditor's contract with a bank, on which slips are issued; data as the bank gave
    them (`cobranca.payments.boleto.account`)."""

    __tablename__ = "billing_account"
    __table_args__ = (UniqueConstraint("creditor_id", "bank", "beneficiary", "account"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey(CreditorRow.id))
    bank: Mapped[str]
    branch: Mapped[str]
    branch_digit: Mapped[str]
    account: Mapped[str]
    account_digit: Mapped[str]
    carteira: Mapped[str]
    variation: Mapped[str]
    beneficiary: Mapped[str]
    transmission: Mapped[str]
    size: Mapped[int]  # 240 | 400
    next_number: Mapped[int] = mapped_column(BigInteger)  # of a slip, once for ever
    next_sequence: Mapped[int]  # of a file
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]  # no slip is issued on it from then on


class RemittanceRow(Row):
    """A file for a bank (remessa), whole; its titles are the charges that name it."""

    __tablename__ = "remittance"
    __table_args__ = (UniqueConstraint("billing_account_id", "sequence"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    billing_account_id: Mapped[UUID] = mapped_column(ForeignKey(BillingAccountRow.id))
    sequence: Mapped[int]
    titles: Mapped[int]
    total: Mapped[Decimal]
    content: Mapped[bytes]
    made_on: Mapped[date]
    made_at: Mapped[datetime]
    made_by: Mapped[str]  # a login, or `comando`


class BankFileRow(Row):
    """A file that a bank answered with, once for ever by its content.

    The content goes when its lines were kept, and they when all of it was taken in; what
    people read of it stays.
    """

    __tablename__ = "bank_file"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    digest: Mapped[bytes] = mapped_column(unique=True)  # SHA-256
    kind: Mapped[str]  # retorno | statement
    bank: Mapped[str]  # "" of a statement
    name: Mapped[str]  # as its sender called it
    content: Mapped[bytes | None]
    payments: Mapped[int]
    taken: Mapped[int] = mapped_column(server_default="0")  # of the payments, in order
    total: Mapped[Decimal]
    report: Mapped[dict[str, Any]]
    sent_at: Mapped[datetime]
    sent_by: Mapped[str]  # login
    done_at: Mapped[datetime | None]
    done_by: Mapped[str | None]


class BankFileLineRow(Row):
    """One payment or slip that a file tells of, as JSON; `place` from 0 in its part."""

    __tablename__ = "bank_file_line"

    file_id: Mapped[UUID] = mapped_column(ForeignKey(BankFileRow.id), primary_key=True)
    part: Mapped[str] = mapped_column(primary_key=True)  # money | slip
    place: Mapped[int] = mapped_column(primary_key=True)
    told: Mapped[str]
