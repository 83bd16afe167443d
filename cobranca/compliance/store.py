"""Rows of verdicts, the suppression ledger, contacts besides calls, do-not-call lists.

A contact without a stored verdict does not exist: the database itself refuses one.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, ColumnElement, ForeignKey, Index, or_, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow
from cobranca.debts.store import DebtRow
from cobranca.people.store import UserRow
from foundation.db.engine import Row
from foundation.ids import uuid7

MINOR = "minor"  # the rule that refuses children


class VerdictRow(Row):
    """One answer of the policy on one point of one debtor, and the rule that gave it."""

    __tablename__ = "verdict"
    __table_args__ = (
        Index(None, "debtor_id"),
        Index(None, "contact_point_id"),
        Index("ix_verdict_minor", "id", postgresql_where=text(f"rule = '{MINOR}'")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id))
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey(ContactPointRow.id))
    means: Mapped[str]  # model.Means
    purpose: Mapped[str] = mapped_column(server_default="collection")  # model.Purpose
    creditor_id: Mapped[UUID | None]  # no foreign key: millions of rows, and never joined
    asked_at: Mapped[datetime]  # on the compliance clock
    allowed: Mapped[bool]
    rule: Mapped[str]  # English code of the rule that decided
    source: Mapped[str]  # law or policy, with date
    until: Mapped[datetime | None]  # refused: when to ask again


class SuppressionRow(Row):
    """Who must not be contacted: a person, a number for all, or a number for one person.

    Of one creditor, one debt or one means alone when it says so. Rows are never deleted:
    one that is lifted ends.
    """

    __tablename__ = "suppression"
    __table_args__ = (
        Index(None, "debtor_id"),
        Index(None, "number"),
        Index(None, "debt_id"),
        CheckConstraint("debtor_id IS NOT NULL OR number IS NOT NULL", name="somebody"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtorRow.id))
    number: Mapped[str | None]  # E.164, or another point's value
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey(CreditorRow.id))
    debt_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtRow.id))
    means: Mapped[str | None]  # model.Means
    reason: Mapped[str]  # code of a rule of rules.toml
    origin: Mapped[str]  # who said so: agent, supervisor, cli, api, ura, payment ...
    proof: Mapped[str | None]  # what shows it: a call, a document, a protocol
    recorded_by: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id))
    since: Mapped[datetime]  # on the compliance clock
    until: Mapped[datetime | None]  # null: for ever; the instant it was lifted


def stands(now: datetime) -> ColumnElement[bool]:
    """A test of lines of the ledger: not over at that instant."""
    return or_(SuppressionRow.until.is_(None), SuppressionRow.until > now)


class ContactRow(Row):
    """A contact that is no call of the dialer: it counts like one."""

    __tablename__ = "contact"
    __table_args__ = (
        Index(None, "debtor_id", "contact_day"),
        Index(None, "point", "contact_day"),
        Index(None, "contact_point_id"),
        CheckConstraint("direction = 'inbound' OR verdict_id IS NOT NULL", name="asked"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id))
    contact_point_id: Mapped[UUID | None] = mapped_column(ForeignKey(ContactPointRow.id))
    verdict_id: Mapped[UUID | None] = mapped_column(ForeignKey(VerdictRow.id))
    point: Mapped[str]  # as Candidate.number
    means: Mapped[str]  # model.Means
    direction: Mapped[str]  # outbound | inbound
    origin: Mapped[str]  # who made it: api, regua, ura ...
    at: Mapped[datetime]  # real UTC
    contact_day: Mapped[date]  # the debtor's local day on the compliance clock
    talked: Mapped[bool] = mapped_column(default=False)
    right_party: Mapped[bool] = mapped_column(default=False)
    outcome: Mapped[str | None]  # null: on its way; made; not_sent: nobody was disturbed


class DoNotCallListRow(Row):
    """A do-not-call list as it was last imported."""

    __tablename__ = "do_not_call_list"

    name: Mapped[str] = mapped_column(primary_key=True)  # as rules.toml names it
    imported_at: Mapped[datetime]
    imported_by: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str]
    numbers: Mapped[int]


class DoNotCallRow(Row):
    """A number on such a list."""

    __tablename__ = "do_not_call"

    number: Mapped[str] = mapped_column(primary_key=True)  # E.164
    list_name: Mapped[str] = mapped_column(
        ForeignKey(DoNotCallListRow.name), primary_key=True
    )
