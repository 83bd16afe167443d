"""Rows of our numbers. Hours are kept as people write them; empty is closed."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow
from cobranca.people.store import AgentRow
from foundation.db.engine import Row


class InboundNumberRow(Row):
    __tablename__ = "inbound_number"

    number: Mapped[str] = mapped_column(primary_key=True)  # digits
    name: Mapped[str]
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey(CreditorRow.id), index=True)
    flow: Mapped[str]  # receptive | floor
    weekday: Mapped[str]
    saturday: Mapped[str]
    sunday: Mapped[str]
    holiday: Mapped[str]
    uf: Mapped[str]  # whose holidays count; empty: the country's alone
    skill: Mapped[str]  # that its callers ask for; empty: none
    priority: Mapped[int]  # 0..5
    changed_at: Mapped[datetime]


class AgentSkillRow(Row):
    """What an agent is good at; callers who ask for it go to him first."""

    __tablename__ = "agent_skill"

    agent_id: Mapped[UUID] = mapped_column(ForeignKey(AgentRow.id), primary_key=True)
    skill: Mapped[str] = mapped_column(primary_key=True)
