"""Rows of webhooks out: who wants to hear what, and each telling."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ForeignKey, Index, LargeBinary
from sqlalchemy.dialects.postgresql import ARRAY, TEXT
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.ids import uuid7


class HookRow(Row):
    """An address that wants to hear of some events."""

    __tablename__ = "hook"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    url: Mapped[str]
    secret_sealed: Mapped[bytes] = mapped_column(LargeBinary)
    events: Mapped[list[str]] = mapped_column(ARRAY(TEXT))
    active: Mapped[bool]
    created_at: Mapped[datetime]
    created_by: Mapped[str]  # login


class HookTellingRow(Row):
    """One event for one address; `body` is what is sent, the same however often."""

    __tablename__ = "hook_telling"
    __table_args__ = (Index(None, "hook_id", "id"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    hook_id: Mapped[UUID] = mapped_column(ForeignKey(HookRow.id, ondelete="CASCADE"))
    event: Mapped[str]
    body: Mapped[dict[str, Any]]
    at: Mapped[datetime]
    tries: Mapped[int]
    answer: Mapped[int | None]  # the last HTTP status; null: none came
    told_at: Mapped[datetime | None]  # it was taken (2xx) then
