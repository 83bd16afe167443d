"""Rows of campaigns and their lists."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow, DebtorRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class CampaignRow(Row):
    __tablename__ = "campaign"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(unique=True)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey(CreditorRow.id))
    status: Mapped[str]  # filling | draft | running | paused | stopped | finished
    policy: Mapped[dict[str, Any]]  # arguments of dialer.pacing.Policy, and NOT_OF_PACING
    priority: Mapped[int] = mapped_column(default=0)  # the highest gets agents first
    caller_id: Mapped[str]
    ring_timeout_s: Mapped[float]
    threshold_s: Mapped[float]  # silence after the answer before the overflow speaks
    wrap_up_s: Mapped[float]
    retries: Mapped[dict[str, Any]]  # see dialer.campaigns.retry_rules
    created_at: Mapped[datetime]
    filter: Mapped[dict[str, Any]]  # see dialer.campaigns.filter
    size: Mapped[int]  # debtors in the list; 0: there is none (yet)
    trouble: Mapped[str | None]  # pt-BR, why there is no list
    order_key: Mapped[str | None] = mapped_column(unique=True)  # the same twice is one
    version: Mapped[int] = mapped_column(default=1)  # grows with every change by a person
    changed_at: Mapped[datetime | None]
    changed_by: Mapped[str | None]  # name of the person


class CampaignProgressRow(Row):
    """How far the worker is with a list (`list_job`). Not in the campaign's own row: that
    one is looked at for each debtor who is added, and must not change meanwhile."""

    __tablename__ = "campaign_progress"

    campaign_id: Mapped[UUID] = mapped_column(primary_key=True)
    progress: Mapped[dict[str, Any]]


class CampaignDebtorRow(Row):
    """One debtor in one campaign. `leased_until` is real UTC, `next_at` compliance time."""

    __tablename__ = "campaign_debtor"
    __table_args__ = (
        Index(
            "ix_campaign_debtor_due",
            "campaign_id",
            "next_at",
            "position",
            postgresql_where=text("state = 'ready'"),
        ),
    )

    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(CampaignRow.id), primary_key=True)
    debtor_id: Mapped[UUID] = mapped_column(
        ForeignKey(DebtorRow.id), primary_key=True, index=True
    )
    position: Mapped[int]  # order in the list
    state: Mapped[str]  # ready | leased | done | closed (dialer.closed)
    next_at: Mapped[datetime]
    leased_until: Mapped[datetime | None]
    attempts: Mapped[int]
    last_outcome: Mapped[str | None]


class CampaignChangeRow(Row):
    """One change of a campaign's settings: `what` is field -> [before, after]."""

    __tablename__ = "campaign_change"
    __table_args__ = (Index(None, "campaign_id", "at"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    campaign_id: Mapped[UUID] = mapped_column(ForeignKey(CampaignRow.id))
    at: Mapped[datetime]
    by: Mapped[str | None]  # name of the person; null: a command at the machine
    version: Mapped[int]  # of the campaign since then
    what: Mapped[dict[str, Any]]
