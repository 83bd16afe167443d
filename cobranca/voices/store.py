"""Rows of the recordings of creditors."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class CreditorRecordingRow(Row):
    """A prompt spoken by a creditor. One of a prompt is spoken; the one before it is kept
    so that replacing and removing can be undone."""

    __tablename__ = "creditor_recording"
    __table_args__ = (
        Index(
            "uq_creditor_recording_spoken",
            "creditor_id",
            "prompt",
            unique=True,
            postgresql_where=text("replaced_at IS NULL"),
        ),
        Index("ix_creditor_recording_prompt", "creditor_id", "prompt"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor_id: Mapped[UUID] = mapped_column(
        ForeignKey(CreditorRow.id, ondelete="CASCADE")
    )
    prompt: Mapped[str]
    said: Mapped[str]  # the prompt's text then: with another text it is not spoken
    sound: Mapped[bytes]  # WAV, 8 kHz, mono, 16 bit
    seconds: Mapped[float]
    kept_at: Mapped[datetime]
    kept_by: Mapped[str]  # a login, or `comando`
    replaced_at: Mapped[datetime | None]  # None: it is spoken
