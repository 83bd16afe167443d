"""Rows of attempts, call events and dispositions.

An attempt's id is the channel id in the switch. It is committed before the network
hears of the call. `call_event` only grows: a trigger of the database refuses changes. The
attempt's other columns are its fold (`dialer.calls.story`), kept beside it for queries.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.compliance.store import VerdictRow
from cobranca.debtors.store import ContactPointRow, DebtorRow
from cobranca.people.store import AgentRow, UserRow
from dialer.campaigns.store import CampaignRow
from foundation.db.engine import Row
from foundation.ids import uuid7

# facts of the leader itself: who led, and when nothing was heard of the switch
LEADING = ("connection_lost", "connection_restored", "term_began", "term_ended")


class AttemptRow(Row):
    __tablename__ = "attempt"
    __table_args__ = (
        Index("ix_attempt_open", "placed_at", postgresql_where=text("outcome IS NULL")),
        Index("ix_attempt_debtor_day", "debtor_id", "contact_day"),
        Index("ix_attempt_campaign_placed", "campaign_id", "placed_at"),
        Index(
            "ix_attempt_agent_answered",
            "agent_id",
            "answered_at",
            postgresql_where=text("agent_id IS NOT NULL"),
        ),
        Index(
            "ix_attempt_ended", "ended_at", postgresql_include=["campaign_id", "outcome"]
        ),
        Index(
            "ix_attempt_answered",
            "answered_at",
            postgresql_include=["campaign_id", "abandoned", "answered_by"],
            postgresql_where=text("direction = 'outbound' AND answered_at IS NOT NULL"),
        ),
        Index(None, "contact_point_id"),  # asked whenever a contact point goes
        Index(  # whoever places calls, however many at once: one a debtor
            "uq_attempt_one_call",
            "debtor_id",
            unique=True,
            postgresql_where=text("outcome IS NULL AND direction = 'outbound'"),
        ),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    direction: Mapped[str]  # outbound | inbound
    campaign_id: Mapped[UUID | None] = mapped_column(ForeignKey(CampaignRow.id))
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtorRow.id))
    contact_point_id: Mapped[UUID | None] = mapped_column(ForeignKey(ContactPointRow.id))
    verdict_id: Mapped[UUID | None] = mapped_column(ForeignKey(VerdictRow.id))
    number: Mapped[str]  # E.164 with +
    route: Mapped[str]
    cli: Mapped[str | None]  # the number that the debtor saw; null: of inbound calls
    epoch: Mapped[int] = mapped_column(BigInteger)  # of the leader that placed it
    placed_at: Mapped[datetime]
    contact_day: Mapped[date]  # the debtor's local day on the compliance clock
    ringing_at: Mapped[datetime | None]
    answered_at: Mapped[datetime | None]  # Newstate Up
    bridged_at: Mapped[datetime | None]
    ended_at: Mapped[datetime | None]
    outcome: Mapped[str | None]  # network outcome; null while open
    outcome_source: Mapped[str | None]  # events | channels | cel | placement
    cause: Mapped[int | None]  # Q.850
    sip_code: Mapped[int | None]
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey(AgentRow.id))
    abandoned: Mapped[bool] = mapped_column(default=False)
    answered_by: Mapped[str | None]  # `machine`: ended for it; `person`: so reviewed


class CallEventRow(Row):
    __tablename__ = "call_event"
    __table_args__ = (
        Index(None, "agent_id", "id"),
        Index("ix_call_event_agent_change", "at", postgresql_where=text("kind = 'agent'")),
        Index(
            "uq_call_event_end",
            "attempt_id",
            unique=True,
            postgresql_where=text(
                "kind IN ('hungup', 'resolved', 'not_sent') AND epoch IS NOT NULL"
            ),
        ),
        Index("ix_call_event_leading", "at", postgresql_where=text(f"kind IN {LEADING}")),
    )

    id: Mapped[int] = mapped_column(BigInteger, Identity(always=True), primary_key=True)
    attempt_id: Mapped[UUID | None] = mapped_column(index=True)
    agent_id: Mapped[UUID | None]
    kind: Mapped[str]
    at: Mapped[datetime]  # the switch's time stamp where it has one
    data: Mapped[dict[str, Any]]
    epoch: Mapped[int | None] = mapped_column(BigInteger)  # of the leader that noted it


class DispositionRow(Row):
    """What the agent recorded of a conversation (tabulação)."""

    __tablename__ = "disposition"
    __table_args__ = (Index("ix_disposition_agent_at", "agent_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(AttemptRow.id), unique=True)
    agent_id: Mapped[UUID] = mapped_column(ForeignKey(AgentRow.id))
    code: Mapped[str]
    right_party: Mapped[bool | None]
    note: Mapped[str | None]
    at: Mapped[datetime]


class CorrectionRow(Row):
    """A disposition put right: what stood before and after. Rows are only added."""

    __tablename__ = "disposition_correction"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(AttemptRow.id), index=True)
    by: Mapped[UUID] = mapped_column(ForeignKey(UserRow.id))
    at: Mapped[datetime]
    reason: Mapped[str]
    before: Mapped[dict[str, Any]]  # code, note, promise
    after: Mapped[dict[str, Any]]
