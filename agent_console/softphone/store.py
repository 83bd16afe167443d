"""Rows of seats in browsers."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.people.store import AgentRow
from foundation.db.engine import Row


class SipCredentialRow(Row):
    """Who sits at a seat: one page, with a password that the switch takes for a while.

    The switch reads it through the view `switch.ps_auths`.
    """

    __tablename__ = "sip_credential"

    agent_id: Mapped[UUID] = mapped_column(
        ForeignKey(AgentRow.id, ondelete="CASCADE"), primary_key=True
    )
    page: Mapped[str]  # random id of the page that holds the seat
    password: Mapped[str]
    issued_at: Mapped[datetime]
    expires_at: Mapped[datetime]
