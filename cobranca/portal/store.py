"""Rows: links into the portal, codes of one visit, and what debtors ask for there."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.channels.store import MessageRow
from cobranca.debtors.store import DebtorRow
from cobranca.debts.store import DebtRow
from foundation.db.engine import Row
from foundation.ids import uuid7

OPEN = text("closed_at IS NULL")


class PortalLinkRow(Row):
    """One link, good for one exchange."""

    __tablename__ = "portal_link"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    message_id: Mapped[UUID | None] = mapped_column(ForeignKey(MessageRow.id))
    made_by: Mapped[str]
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    revoked_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)  # wrong answers of who came by it


class PortalCodeRow(Row):
    """A code that somebody asked for with a CPF; `debtor_id` none: of nobody we know."""

    __tablename__ = "portal_code"
    __table_args__ = (Index("ix_portal_code_debtor_id_made_at", "debtor_id", "made_at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtorRow.id))
    means: Mapped[str]  # email | sms
    digest: Mapped[bytes | None]  # of the code, once it was made
    made_at: Mapped[datetime]
    expires_at: Mapped[datetime]
    used_at: Mapped[datetime | None]
    tries: Mapped[int] = mapped_column(default=0)


class PortalRequestRow(Row):
    """What a debtor asks people of ours for; open until somebody answers."""

    __tablename__ = "portal_request"
    __table_args__ = (Index("ix_portal_request_open", "due_on", postgresql_where=OPEN),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True), unique=True)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    debt_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtRow.id), index=True)
    kind: Mapped[str]  # of cobranca.portal.requests
    told_sealed: Mapped[bytes | None]  # in the debtor's words
    asked_at: Mapped[datetime]
    due_on: Mapped[date]
    closed_at: Mapped[datetime | None]
    closed_by: Mapped[str | None]
    answer_sealed: Mapped[bytes | None]
