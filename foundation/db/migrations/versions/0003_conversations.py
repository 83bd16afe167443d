"""Conversations: identification, promises, call-backs."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"


def _identity_step() -> None:
    op.create_table(
        "identity_step",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("fact", sa.Text(), nullable=True),
        sa.Column("right", sa.Boolean(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_identity_step_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_identity_step_agent_id_agent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_identity_step")),
    )
    op.create_index(
        op.f("ix_identity_step_attempt_id"), "identity_step", ["attempt_id"], unique=False
    )


def _promise() -> None:
    op.create_table(
        "promise",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("attempt_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["attempt_id"], ["attempt.id"], name=op.f("fk_promise_attempt_id_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_promise_debtor_id_debtor")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_promise_agent_id_agent")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_promise")),
        sa.UniqueConstraint("attempt_id", name=op.f("uq_promise_attempt_id")),
    )
    op.create_index(op.f("ix_promise_debtor_id"), "promise", ["debtor_id"], unique=False)


def _call_back() -> None:
    op.create_table(
        "call_back",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("contact_point_id", sa.Uuid(), nullable=False),
        sa.Column("campaign_id", sa.Uuid(), nullable=False),
        sa.Column("agent_id", sa.Uuid(), nullable=False),
        sa.Column("asked_in", sa.Uuid(), nullable=True),
        sa.Column("called_in", sa.Uuid(), nullable=True),
        sa.Column("due_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("booked_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_call_back_debtor_id_debtor")
        ),
        sa.ForeignKeyConstraint(
            ["contact_point_id"],
            ["contact_point.id"],
            name=op.f("fk_call_back_contact_point_id_contact_point"),
        ),
        sa.ForeignKeyConstraint(
            ["campaign_id"], ["campaign.id"], name=op.f("fk_call_back_campaign_id_campaign")
        ),
        sa.ForeignKeyConstraint(
            ["agent_id"], ["agent.id"], name=op.f("fk_call_back_agent_id_agent")
        ),
        sa.ForeignKeyConstraint(
            ["asked_in"], ["attempt.id"], name=op.f("fk_call_back_asked_in_attempt")
        ),
        sa.ForeignKeyConstraint(
            ["called_in"], ["attempt.id"], name=op.f("fk_call_back_called_in_attempt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_call_back")),
    )
    booked = sa.text("state = 'booked'")
    op.create_index(
        "uq_call_back_booked",
        "call_back",
        ["debtor_id"],
        unique=True,
        postgresql_where=booked,
    )
    op.create_index(
        "ix_call_back_due", "call_back", ["campaign_id", "due_at"], postgresql_where=booked
    )
    op.create_index("ix_call_back_agent", "call_back", ["agent_id", "due_at"])
    op.create_index("ix_call_back_asked_in", "call_back", ["asked_in"])


def upgrade() -> None:
    _identity_step()
    _promise()
    _call_back()
    op.create_index(
        "ix_attempt_agent_answered",
        "attempt",
        ["agent_id", "answered_at"],
        postgresql_where=sa.text("agent_id IS NOT NULL"),
    )
    op.create_index("ix_disposition_agent_at", "disposition", ["agent_id", "at"])
