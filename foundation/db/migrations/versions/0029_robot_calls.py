"""Calls that the automatic conversation leads, and their turns; no seat is in them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0029"
down_revision = "0028"


def upgrade() -> None:
    for table in ("identity_step", "promise"):
        op.alter_column(table, "agent_id", nullable=True)
        # the robot hears a caller before the dialer has written the attempt, or without it
        op.drop_constraint(op.f(f"fk_{table}_attempt_id_attempt"), table)
    _robot_call()
    _robot_turn()


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _robot_call() -> None:
    op.create_table(
        "robot_call",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("flow", sa.Text(), nullable=False),
        sa.Column("caller", sa.Text(), nullable=True),
        sa.Column("called", sa.Text(), nullable=False),
        _at("began_at"),
        _at("ended_at", nullable=True),
        sa.Column("claimed_id", sa.Uuid(), nullable=True),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("agreement_id", sa.Uuid(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=True),
        sa.Column("hands_over", sa.Boolean(), nullable=False),
        sa.Column("state", sa.Text(), nullable=True),
        sa.Column("understood", sa.Integer(), nullable=False),
        sa.Column("missed", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["claimed_id"], ["debtor.id"], name=op.f("fk_robot_call_claimed_id_debtor")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_robot_call_debtor_id_debtor")
        ),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_robot_call_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_robot_call")),
    )
    for column in ("claimed_id", "debtor_id", "began_at"):
        op.create_index(op.f(f"ix_robot_call_{column}"), "robot_call", [column])


def _robot_turn() -> None:
    op.create_table(
        "robot_turn",
        sa.Column("call_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("begin_s", sa.Float(), nullable=False),
        sa.Column("end_s", sa.Float(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("hypothesis", sa.Text(), nullable=False),
        sa.Column("phrase", sa.Text(), nullable=False),
        sa.Column("score", sa.Float(), nullable=True),
        sa.Column("outcome", sa.Text(), nullable=False),
        sa.Column("why", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["call_id"], ["robot_call.id"], name=op.f("fk_robot_turn_call_id_robot_call")
        ),
        sa.PrimaryKeyConstraint("call_id", "number", name=op.f("pk_robot_turn")),
    )
