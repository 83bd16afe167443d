"""Rows of verdicts and suppressions. A contact without a stored verdict does not exist."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import ContactPointRow, DebtorRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class VerdictRow(Row):
    """One answer of the policy on one point of one debtor, and the rule that gave it."""

    __tablename__ = "verdict"
    __table_args__ = (Index(None, "debtor_id"), Index(None, "contact_point_id"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id))
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey(ContactPointRow.id))
    means: Mapped[str]  # voice
    asked_at: Mapped[datetime]  # on the compliance clock
    allowed: Mapped[bool]
    rule: Mapped[str]  # English code of the rule that decided
    source: Mapped[str]  # law or policy, with date
    until: Mapped[datetime | None]  # refused: when to ask again


class SuppressionRow(Row):
    """Who must not be contacted: a debtor, or one number for everybody."""

    __tablename__ = "suppression"
    __table_args__ = (Index(None, "debtor_id"), Index(None, "number"))

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtorRow.id))
    number: Mapped[str | None]  # E.164
    reason: Mapped[str]  # opt_out | wrong_party | ...
    origin: Mapped[str]  # who said so: agent, ura, import ...
    since: Mapped[datetime]
    until: Mapped[datetime | None]  # null: for ever
