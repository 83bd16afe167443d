"""Rows of imports: orders and what came of them, what they overwrote, saved mappings."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, ForeignKey, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.ids import uuid7


class ImportRow(Row):
    """One import, from the file's arrival to its end (`states`)."""

    __tablename__ = "debtor_import"

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    status: Mapped[str] = mapped_column(index=True)
    origin: Mapped[str]  # page | command
    created_by: Mapped[str]  # login, or the name of the system's user
    created_at: Mapped[datetime]
    creditor: Mapped[str]
    portfolio: Mapped[str]
    file_name: Mapped[str]  # as it was sent
    file_bytes: Mapped[int] = mapped_column(BigInteger)
    sha256: Mapped[str]
    form: Mapped[str | None]  # what the file was found to be, for people
    sheet: Mapped[str | None]
    sheets: Mapped[list[str]] = mapped_column(JSONB, default=list)
    columns: Mapped[list[dict[str, Any]]] = mapped_column(JSONB, default=list)
    saved_mapping: Mapped[str | None]  # name of the saved mapping that was applied
    run: Mapped[int] = mapped_column(default=0)  # grows with each task given to the worker
    action: Mapped[str | None]  # check | apply | undo: the task given last
    asked_at: Mapped[datetime | None]
    started_at: Mapped[datetime | None]  # null: still queued
    beat_at: Mapped[datetime | None]  # the worker's last sign of life
    progress: Mapped[dict[str, Any] | None]
    stop_asked: Mapped[bool] = mapped_column(default=False)
    counts: Mapped[dict[str, Any] | None]
    diff: Mapped[dict[str, Any] | None]  # personal data: removed with the error file
    notes: Mapped[list[str]] = mapped_column(JSONB, default=list)
    fingerprint: Mapped[str | None]  # of the diff that was shown
    base_changed: Mapped[bool] = mapped_column(default=False)
    trouble: Mapped[str | None]  # pt-BR, why it failed or could not be undone
    has_errors_file: Mapped[bool] = mapped_column(default=False)
    creditor_is_new: Mapped[bool] = mapped_column(default=False)
    portfolio_is_new: Mapped[bool] = mapped_column(default=False)
    applied_at: Mapped[datetime | None]
    applied_by: Mapped[str | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]
    cleaned_at: Mapped[datetime | None]  # when its personal data was removed


class ImportBeforeRow(Row):
    """What an import overwrote in one row, and with what."""

    __tablename__ = "import_before"
    __table_args__ = (Index(None, "import_id"),)

    row_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(
        ForeignKey(ImportRow.id, ondelete="CASCADE"), primary_key=True
    )
    kind: Mapped[str]  # debtor | address | contract | instalment | score
    before: Mapped[dict[str, Any]]
    after: Mapped[dict[str, Any]]


class ImportTouchRow(Row):
    """An import whose file held this instalment, changed by it or not."""

    __tablename__ = "import_touch"
    __table_args__ = (Index(None, "import_id"),)

    instalment_id: Mapped[UUID] = mapped_column(primary_key=True)
    import_id: Mapped[UUID] = mapped_column(primary_key=True)


class ImportMappingRow(Row):
    """What the columns of a creditor's files hold, saved by a person."""

    __tablename__ = "import_mapping"
    __table_args__ = (
        UniqueConstraint("creditor", "signature"),
        UniqueConstraint("creditor", "name"),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor: Mapped[str]  # name, in `plain` form
    signature: Mapped[str]  # of the header
    name: Mapped[str]
    columns: Mapped[dict[str, Any]]
    saved_by: Mapped[str]
    saved_at: Mapped[datetime]
