"""Rows of the calls that the automatic conversation leads, and of their turns.

As in `store`, a call is named by its attempt's id alone.
"""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Identity, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.agreements.store import AgreementRow
from cobranca.debtors.store import DebtorRow
from cobranca.people.store import UserRow
from foundation.db.engine import Row


class RobotCallRow(Row):
    """One conversation. `claimed_id`: whose CPF was given; `debtor_id`: who proved it."""

    __tablename__ = "robot_call"
    __table_args__ = (
        Index("ix_robot_call_open", "holder", postgresql_where=text("ended_at IS NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True)
    number: Mapped[int] = mapped_column(BigInteger, Identity(always=True))
    channel: Mapped[str]  # names the recording's file
    flow: Mapped[str]
    caller: Mapped[str | None]  # E.164 with +, as the network says it
    called: Mapped[str]
    began_at: Mapped[datetime] = mapped_column(index=True)
    ended_at: Mapped[datetime | None]
    holder: Mapped[UUID | None]  # the life of the robot's process that leads it
    claimed_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    debtor_id: Mapped[UUID | None] = mapped_column(ForeignKey(DebtorRow.id), index=True)
    agreement_id: Mapped[UUID | None] = mapped_column(ForeignKey(AgreementRow.id))
    outcome: Mapped[str | None]
    hands_over: Mapped[bool] = mapped_column(default=False)
    state: Mapped[str | None]  # of the flow, in which it ended
    taken_at: Mapped[datetime | None]  # a person was asked to take it
    taken_by: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id))  # who asked
    understood: Mapped[int] = mapped_column(default=0)  # answers
    missed: Mapped[int] = mapped_column(default=0)


class RobotTurnRow(Row):
    """One turn, as `ura.conversation.record` tells it; rows are only added."""

    __tablename__ = "robot_turn"
    __table_args__ = (
        Index(
            "ix_robot_turn_said",
            text("to_tsvector('portuguese'::regconfig, hypothesis)"),
            postgresql_using="gin",
        ),
    )

    call_id: Mapped[UUID] = mapped_column(ForeignKey(RobotCallRow.id), primary_key=True)
    number: Mapped[int] = mapped_column(primary_key=True)
    state: Mapped[str]
    asked: Mapped[str]  # what was said before it, without digits
    begin_s: Mapped[float]
    end_s: Mapped[float]
    kind: Mapped[str]
    hypothesis: Mapped[str]
    phrase: Mapped[str]
    score: Mapped[float | None]
    outcome: Mapped[str]
    why: Mapped[str]
