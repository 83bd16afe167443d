"""Rows of sealed recordings."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, func
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.debtors.store import CreditorRow
from dialer.calls.store import AttemptRow
from foundation.db.engine import Row
from foundation.ids import uuid7


class RecordingRow(Row):
    __tablename__ = "recording"
    __table_args__ = (Index("ix_recording_began_at_id", "began_at", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    attempt_id: Mapped[UUID] = mapped_column(ForeignKey(AttemptRow.id), unique=True)
    creditor_id: Mapped[UUID | None] = mapped_column(ForeignKey(CreditorRow.id))
    path: Mapped[str]  # below the folder of sealed recordings
    key_id: Mapped[str]
    seconds: Mapped[float]
    channels: Mapped[int]  # 2: left the debtor, right our side
    bytes: Mapped[int]  # of the sealed file
    sha256: Mapped[str]  # of the sealed file
    sealed_at: Mapped[datetime] = mapped_column(index=True)
    began_at: Mapped[datetime] = mapped_column(server_default=func.now())
