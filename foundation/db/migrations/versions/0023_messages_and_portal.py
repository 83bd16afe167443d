"""Messages and their evidence; links, codes and requests of the portal."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0023"
down_revision = "0022"


def upgrade() -> None:
    _message()
    _message_event()
    _portal_link()
    _portal_code()
    _portal_request()
    op.alter_column("call_back", "agent_id", nullable=True)


def _at(name: str, *, nullable: bool = False) -> sa.Column[object]:
    return sa.Column(name, sa.DateTime(timezone=True), nullable=nullable)


def _key(table: str, column: str, target: str) -> sa.ForeignKeyConstraint:
    name = op.f(f"fk_{table}_{column}_{target}")
    return sa.ForeignKeyConstraint([column], [f"{target}.id"], name=name)


def _message() -> None:
    op.create_table(
        "message",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=True),
        sa.Column("debt_id", sa.Uuid(), nullable=True),
        sa.Column("contact_point_id", sa.Uuid(), nullable=True),
        sa.Column("means", sa.Text(), nullable=True),
        sa.Column("purpose", sa.Text(), nullable=False),
        sa.Column("template", sa.Text(), nullable=False),
        sa.Column("facts", JSONB(), nullable=False),
        sa.Column("secret_sealed", sa.LargeBinary(), nullable=True),
        sa.Column("asked_for", sa.Boolean(), nullable=False),
        _at("due_at"),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        _at("asked_at", nullable=True),
        sa.Column("allowed", sa.Boolean(), nullable=True),
        sa.Column("rule", sa.Text(), nullable=True),
        sa.Column("rule_source", sa.Text(), nullable=True),
        sa.Column("contact_id", sa.Uuid(), nullable=True),
        sa.Column("provider", sa.Text(), nullable=True),
        sa.Column("provider_id", sa.Text(), nullable=True),
        sa.Column("parts", sa.Integer(), nullable=True),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        _at("created_at"),
        _at("closed_at", nullable=True),
        _key("message", "debtor_id", "debtor"),
        _key("message", "creditor_id", "creditor"),
        _key("message", "debt_id", "debt"),
        _key("message", "contact_point_id", "contact_point"),
        _key("message", "contact_id", "contact"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message")),
        sa.UniqueConstraint("key", name=op.f("uq_message_key")),
    )
    for column in ("debtor_id", "contact_point_id", "contact_id"):
        op.create_index(op.f(f"ix_message_{column}"), "message", [column])
    op.create_index(
        "ix_message_debt_queued",
        "message",
        ["debt_id"],
        postgresql_where=sa.text("state = 'queued'"),
    )
    op.create_index("ix_message_provider_id", "message", ["provider", "provider_id"])


def _message_event() -> None:
    op.create_table(
        "message_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=False),
        sa.Column("happened", sa.Text(), nullable=False),
        sa.Column("provider", sa.Text(), nullable=False),
        sa.Column("provider_id", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        _at("at"),
        _at("heard_at"),
        _key("message_event", "message_id", "message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_message_event")),
        sa.UniqueConstraint(
            "message_id",
            "happened",
            "provider_id",
            name=op.f("uq_message_event_message_id_happened_provider_id"),
        ),
    )
    op.execute(
        "CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON message_event"
        " FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
    )


def _portal_link() -> None:
    op.create_table(
        "portal_link",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("message_id", sa.Uuid(), nullable=True),
        sa.Column("made_by", sa.Text(), nullable=False),
        _at("made_at"),
        _at("expires_at"),
        _at("used_at", nullable=True),
        _at("revoked_at", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _key("portal_link", "debtor_id", "debtor"),
        _key("portal_link", "message_id", "message"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_link")),
    )
    op.create_index(op.f("ix_portal_link_debtor_id"), "portal_link", ["debtor_id"])


def _portal_code() -> None:
    op.create_table(
        "portal_code",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=True),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        _at("made_at"),
        _at("expires_at"),
        _at("used_at", nullable=True),
        sa.Column("tries", sa.Integer(), nullable=False),
        _key("portal_code", "debtor_id", "debtor"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_code")),
    )
    op.create_index(
        "ix_portal_code_debtor_id_made_at", "portal_code", ["debtor_id", "made_at"]
    )


def _portal_request() -> None:
    op.create_table(
        "portal_request",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("debt_id", sa.Uuid(), nullable=True),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("told_sealed", sa.LargeBinary(), nullable=True),
        _at("asked_at"),
        sa.Column("due_on", sa.Date(), nullable=False),
        _at("closed_at", nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("answer_sealed", sa.LargeBinary(), nullable=True),
        _key("portal_request", "debtor_id", "debtor"),
        _key("portal_request", "debt_id", "debt"),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_portal_request")),
        sa.UniqueConstraint("number", name=op.f("uq_portal_request_number")),
    )
    op.create_index(op.f("ix_portal_request_debtor_id"), "portal_request", ["debtor_id"])
    op.create_index(
        "ix_portal_request_open",
        "portal_request",
        ["due_on"],
        postgresql_where=sa.text("closed_at IS NULL"),
    )
