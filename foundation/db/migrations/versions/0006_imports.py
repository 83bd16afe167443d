"""Imports that are shown before they are written, and can be undone."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0006"
down_revision = "0005"

_EMPTY = sa.text("'[]'::jsonb")


def _instant(name: str, *, nullable: bool = True) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _text(name: str, *, nullable: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text(), nullable=nullable)


def _flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False, server_default=sa.false())


def _debtor_import() -> None:
    op.create_table(
        "debtor_import",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("status"),
        _text("origin"),
        _text("created_by"),
        _instant("created_at", nullable=False),
        _text("creditor"),
        _text("portfolio"),
        _text("file_name"),
        sa.Column("file_bytes", sa.BigInteger(), nullable=False),
        _text("sha256"),
        _text("form", nullable=True),
        _text("sheet", nullable=True),
        sa.Column("sheets", JSONB(), nullable=False, server_default=_EMPTY),
        sa.Column("columns", JSONB(), nullable=False, server_default=_EMPTY),
        _text("saved_mapping", nullable=True),
        sa.Column("run", sa.Integer(), nullable=False, server_default="0"),
        _text("action", nullable=True),
        _instant("asked_at"),
        _instant("started_at"),
        _instant("beat_at"),
        sa.Column("progress", JSONB(), nullable=True),
        _flag("stop_asked"),
        sa.Column("counts", JSONB(), nullable=True),
        sa.Column("diff", JSONB(), nullable=True),
        sa.Column("notes", JSONB(), nullable=False, server_default=_EMPTY),
        _text("fingerprint", nullable=True),
        _flag("base_changed"),
        _text("trouble", nullable=True),
        _flag("has_errors_file"),
        _flag("creditor_is_new"),
        _flag("portfolio_is_new"),
        _instant("applied_at"),
        _text("applied_by", nullable=True),
        _instant("undone_at"),
        _text("undone_by", nullable=True),
        _instant("cleaned_at"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debtor_import")),
    )
    op.create_index(op.f("ix_debtor_import_status"), "debtor_import", ["status"])


def _journal() -> None:
    op.create_table(
        "import_before",
        sa.Column("row_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        _text("kind"),
        sa.Column("before", JSONB(), nullable=False),
        sa.Column("after", JSONB(), nullable=False),
        sa.ForeignKeyConstraint(
            ["import_id"],
            ["debtor_import.id"],
            name=op.f("fk_import_before_import_id_debtor_import"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("row_id", "import_id", name=op.f("pk_import_before")),
    )
    op.create_index(op.f("ix_import_before_import_id"), "import_before", ["import_id"])
    op.create_table(
        "import_touch",
        sa.Column("instalment_id", sa.Uuid(), nullable=False),
        sa.Column("import_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("instalment_id", "import_id", name=op.f("pk_import_touch")),
    )
    op.create_index(op.f("ix_import_touch_import_id"), "import_touch", ["import_id"])


def _import_mapping() -> None:
    op.create_table(
        "import_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        _text("creditor"),
        _text("signature"),
        _text("name"),
        sa.Column("columns", JSONB(), nullable=False),
        _text("saved_by"),
        _instant("saved_at", nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_import_mapping")),
        sa.UniqueConstraint(
            "creditor", "name", name=op.f("uq_import_mapping_creditor_name")
        ),
        sa.UniqueConstraint(
            "creditor", "signature", name=op.f("uq_import_mapping_creditor_signature")
        ),
    )


def _origins() -> None:
    """Which import made a row. Whoever undoes one also asks who points at a row."""
    for table in ("debtor", "contract", "instalment", "contact_point"):
        op.add_column(table, sa.Column("import_id", sa.Uuid(), nullable=True))
    for table, column in (
        ("attempt", "contact_point_id"),
        ("verdict", "debtor_id"),
        ("verdict", "contact_point_id"),
        ("call_back", "debtor_id"),
        ("call_back", "contact_point_id"),
    ):
        op.create_index(op.f(f"ix_{table}_{column}"), table, [column])


def upgrade() -> None:
    _debtor_import()
    _journal()
    _import_mapping()
    _origins()
