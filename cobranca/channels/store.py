"""Rows: messages that wait or went, and the evidence of each, which is only added to."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.compliance.store import ContactRow
from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow
from cobranca.debts.store import DebtRow
from foundation.db.engine import Row
from foundation.ids import uuid7

QUEUED = text("state = 'queued'")


class MessageRow(Row):
    """One message to one debtor, and what the policy of contact said of it."""

    __tablename__ = "message"
    __table_args__ = (
        Index("ix_message_debt_queued", "debt_id", postgresql_where=QUEUED),
        Index("ix_message_provider_id", "provider", "provider_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    key: Mapped[str] = mapped_column(unique=True)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey(CreditorRow.id))
    debt_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtRow.id), index=True)
    contact_point_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(ContactPointRow.id), index=True
    )  # none: the best when it goes
    means: Mapped[str | None]  # email | sms; none: whatever reaches him
    purpose: Mapped[str]
    template: Mapped[str]
    facts: Mapped[dict[str, Any]]  # ids and plain values for the template
    secret_sealed: Mapped[bytes | None]  # gone when it went
    asked_for: Mapped[bool]
    due_at: Mapped[datetime]
    state: Mapped[str]
    tries: Mapped[int] = mapped_column(default=0)
    # the policy's answer, the last time it was asked
    asked_at: Mapped[datetime | None]
    allowed: Mapped[bool | None]
    rule: Mapped[str | None]
    rule_source: Mapped[str | None]
    contact_id: Mapped[UUID | None] = mapped_column(ForeignKey(ContactRow.id), index=True)
    # what went, and to whom it was handed
    provider: Mapped[str | None]
    provider_id: Mapped[str | None]
    parts: Mapped[int | None]
    digest: Mapped[bytes | None]  # SHA-256 of what was read
    created_at: Mapped[datetime]
    closed_at: Mapped[datetime | None]


class MessageEventRow(Row):
    """Evidence: what happened to a message, by whose word and when."""

    __tablename__ = "message_event"
    __table_args__ = (UniqueConstraint("message_id", "happened", "provider_id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    message_id: Mapped[UUID] = mapped_column(ForeignKey(MessageRow.id))
    happened: Mapped[str]  # sent | delivered | read | failed
    provider: Mapped[str]
    provider_id: Mapped[str]
    code: Mapped[str]
    at: Mapped[datetime]  # the provider's time
    heard_at: Mapped[datetime]
