"""What was found broken on the floor, and until when. Rows are never taken away."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Index, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.ids import uuid7


class ViolationRow(Row):
    """One invariant, violated by one thing, as long as it lasted."""

    __tablename__ = "violation"
    __table_args__ = (
        Index(
            "uq_violation_open",
            "code",
            "subject",
            unique=True,
            postgresql_where=text("cleared_at IS NULL"),
        ),
        Index(None, "seen_at"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    code: Mapped[str]  # dialer.state.invariants.Broken
    subject: Mapped[str]  # its kind and its id: `agent:agent001`
    seen_at: Mapped[datetime]
    last_at: Mapped[datetime]
    cleared_at: Mapped[datetime | None]
    repair: Mapped[str | None]  # what was done last; null: only a person can help
    detail: Mapped[dict[str, Any]]
