"""The ledger of who must not be contacted, contacts by all means, do-not-call lists."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0017"
down_revision = "0016"


def upgrade() -> None:
    _verdict()
    _suppression()
    _contact()
    _lists()


def _verdict() -> None:
    given = sa.Column("purpose", sa.Text(), nullable=False, server_default="collection")
    op.add_column("verdict", given)
    op.add_column("verdict", sa.Column("creditor_id", sa.Uuid(), nullable=True))


def _suppression() -> None:
    name = "suppression"
    for column, kind, target in (
        ("creditor_id", sa.Uuid(), "creditor"),
        ("debt_id", sa.Uuid(), "debt"),
        ("means", sa.Text(), None),
        ("proof", sa.Text(), None),
        ("recorded_by", sa.Uuid(), "user_account"),
    ):
        op.add_column(name, sa.Column(column, kind, nullable=True))
        if target is not None:
            key = op.f(f"fk_{name}_{column}_{target}")
            op.create_foreign_key(key, name, target, [column], ["id"])
    op.create_index(op.f("ix_suppression_debt_id"), name, ["debt_id"])
    somebody = "debtor_id IS NOT NULL OR number IS NOT NULL"
    op.create_check_constraint(op.f("ck_suppression_somebody"), name, somebody)


def _contact() -> None:
    name = "contact"
    op.create_table(
        name,
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=True),
        sa.Column("verdict_id", sa.Uuid(), nullable=True),
        sa.Column("point", sa.Text(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("direction", sa.Text(), nullable=False),
        sa.Column("origin", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("contact_day", sa.Date(), nullable=False),
        sa.Column("talked", sa.Boolean(), nullable=False),
        sa.Column("right_party", sa.Boolean(), nullable=False),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.CheckConstraint(
            "direction = 'inbound' OR verdict_id IS NOT NULL", name=op.f("ck_contact_asked")
        ),
        *(
            sa.ForeignKeyConstraint(
                [f"{target}_id"],
                [f"{target}.id"],
                name=op.f(f"fk_{name}_{target}_id_{target}"),
            )
            for target in ("debtor", "contact_point", "verdict")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f(f"pk_{name}")),
    )
    for columns in (
        ["debtor_id", "contact_day"],
        ["point", "contact_day"],
        ["contact_point_id"],
    ):
        op.create_index(op.f(f"ix_{name}_{'_'.join(columns)}"), name, columns)


def _lists() -> None:
    op.create_table(
        "do_not_call_list",
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("imported_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.Text(), nullable=False),
        sa.Column("file_name", sa.Text(), nullable=False),
        sa.Column("sha256", sa.Text(), nullable=False),
        sa.Column("numbers", sa.Integer(), nullable=False),
        sa.PrimaryKeyConstraint("name", name=op.f("pk_do_not_call_list")),
    )
    op.create_table(
        "do_not_call",
        sa.Column("number", sa.Text(), nullable=False),
        sa.Column("list_name", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["list_name"],
            ["do_not_call_list.name"],
            name=op.f("fk_do_not_call_list_name_do_not_call_list"),
        ),
        sa.PrimaryKeyConstraint("number", "list_name", name=op.f("pk_do_not_call")),
    )
