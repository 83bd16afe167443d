"""Rows of verdicts: one for each detector that listened to a call, with its evidence."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.people.store import UserRow
from dialer.calls.store import AttemptRow
from foundation.db.engine import Row


class AnswerVerdictRow(Row):
    """`person` is what a supervisor heard in the recording; null: nobody listened to it."""

    __tablename__ = "answer_verdict"
    __table_args__ = (
        Index("ix_answer_verdict_at", "at", postgresql_where=text("detector = 'words'")),
        Index(
            "ix_answer_verdict_to_review",
            "at",
            postgresql_where=text("sampled AND reviewed_at IS NULL"),
        ),
    )

    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(AttemptRow.id), primary_key=True)
    detector: Mapped[str] = mapped_column(primary_key=True)  # words | times
    who: Mapped[str]  # person | machine | unsure
    kind: Mapped[str]
    why: Mapped[str]
    heard_s: Mapped[float]
    at: Mapped[datetime]  # when the floor heard of it
    acted: Mapped[bool]  # the call was ended for it
    sampled: Mapped[bool]  # a supervisor is asked to listen
    evidence: Mapped[dict[str, Any]]
    person: Mapped[bool | None]
    reviewed_at: Mapped[datetime | None]
    reviewed_by: Mapped[UUID | None] = mapped_column(ForeignKey(UserRow.id))
