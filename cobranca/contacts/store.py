"""Rows of what was heard and agreed in a conversation.

The call belongs to the dialer: it is named here by its attempt's id alone, so that this
package does not rest on the dialer's.
"""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import DebtorRow
from cobranca.people.store import AgentRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class IdentityStepRow(Row):
    """One step of an identification; rows are only added. The answer itself is not kept."""

    __tablename__ = "identity_step"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    attempt_id: Mapped[UUID] = mapped_column(index=True)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey(AgentRow.id))  # null: robot
    kind: Mapped[str]  # claimed | denied | answered
    fact: Mapped[str | None]  # answered: what was asked
    right: Mapped[bool | None]
    at: Mapped[datetime]


class PromiseRow(Row):
    """What the debtor says to pay, and when; at most one a call."""

    __tablename__ = "promise"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    attempt_id: Mapped[UUID] = mapped_column(unique=True)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    agent_id: Mapped[UUID | None] = mapped_column(ForeignKey(AgentRow.id))  # null: robot
    amount: Mapped[Decimal]
    due_on: Mapped[date]
    made_at: Mapped[datetime]
