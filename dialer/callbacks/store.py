"""Rows of call-backs. A debtor has at most one that is booked."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import ContactPointRow, DebtorRow
from cobranca.people.store import AgentRow
from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignRow
from foundation.db.engine import Row
from foundation.ids import uuid7

BOOKED = text("state = 'booked'")


class CallBackRow(Row):
    __tablename__ = "call_back"
    __table_args__ = (
        Index("uq_call_back_booked", "debtor_id", unique=True, postgresql_where=BOOKED),
        Index("ix_call_back_due", "campaign_id", "due_at", postgresql_where=BOOKED),
        Index("ix_call_back_agent", "agent_id", "due_at"),
        Index("ix_call_back_asked_in", "asked_in"),
        Index(None, "debtor_id"),  # asked whenever a debtor or a contact point goes
        Index(None, "contact_point_id"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id))
    contact_point_id: Mapped[UUID] = mapped_column(ForeignKey(ContactPointRow.id))
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(CampaignRow.id))  # that calls
    agent_id: Mapped[UUID | None] = mapped_column(
        ForeignKey(AgentRow.id)
    )  # gets it when idle; none: whoever is
    asked_in: Mapped[UUID | None] = mapped_column(ForeignKey(AttemptRow.id))
    called_in: Mapped[UUID | None] = mapped_column(ForeignKey(AttemptRow.id))
    due_at: Mapped[datetime]  # on the compliance clock
    state: Mapped[str]  # booked | called | cancelled | replaced | refused
    rule: Mapped[str | None]  # refused: by which rule
    booked_at: Mapped[datetime]
