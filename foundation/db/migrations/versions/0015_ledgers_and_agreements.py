"""The ledger of each debt, contract terms, index tables; policies, offers, agreements."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "0015"
down_revision = "0014"

# What is only added to: the database refuses anything else, whoever asks.
_KEPT = (
    "contract_terms",
    "index_table",
    "debt_fact",
    "debt_entry",
    "debt_posting",
    "negotiation_policy",
    "offer",
    "agreement_debt",
    "agreement_instalment",
    "agreement_event",
    "agreement_payment",
)


def upgrade() -> None:
    _terms()
    _index_tables()
    _facts()
    _entries()
    _postings()
    _offers()
    _agreements()
    _agreement_debts()
    _instalments()
    _events()
    _payments()
    op.execute("""
        CREATE FUNCTION only_added_to() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION 'rows of % are never changed or removed', TG_TABLE_NAME;
        END $$
    """)
    for name in _KEPT:
        op.execute(
            f"CREATE TRIGGER only_added_to BEFORE UPDATE OR DELETE ON {name}"
            " FOR EACH STATEMENT EXECUTE FUNCTION only_added_to()"
        )


def _terms() -> None:
    op.create_table(
        "contract_terms",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("portfolio_id", sa.Uuid(), nullable=True),
        sa.Column("product", sa.Text(), nullable=True),
        sa.Column("contract_id", sa.Uuid(), nullable=True),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["contract_id"],
            ["contract.id"],
            name=op.f("fk_contract_terms_contract_id_contract"),
        ),
        sa.ForeignKeyConstraint(
            ["creditor_id"],
            ["creditor.id"],
            name=op.f("fk_contract_terms_creditor_id_creditor"),
        ),
        sa.ForeignKeyConstraint(
            ["portfolio_id"],
            ["portfolio.id"],
            name=op.f("fk_contract_terms_portfolio_id_portfolio"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_contract_terms")),
    )
    op.create_index(
        "ix_contract_terms_creditor_id",
        "contract_terms",
        ["creditor_id", "portfolio_id"],
        unique=False,
    )


def _index_tables() -> None:
    op.create_table(
        "index_table",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("version", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("months", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_index_table")),
    )
    op.create_index(op.f("ix_index_table_name"), "index_table", ["name"], unique=False)


def _facts() -> None:
    op.create_table(
        "debt_fact",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("takes_effect", sa.Date(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=True),
        sa.Column("instalment", sa.Integer(), nullable=True),
        sa.Column("due_on", sa.Date(), nullable=True),
        sa.Column("means", sa.Text(), nullable=True),
        sa.Column("reference", sa.Text(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("payment", sa.Integer(), nullable=True),
        sa.Column("agreement", sa.Uuid(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["debt_id"], ["debt.id"], name=op.f("fk_debt_fact_debt_id_debt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_fact")),
        sa.UniqueConstraint("debt_id", "number", name=op.f("uq_debt_fact_debt_id_number")),
    )
    op.create_index(
        "uq_debt_fact_payment",
        "debt_fact",
        ["debt_id", "means", "reference"],
        unique=True,
        postgresql_where=sa.text("kind = 'paid'"),
    )


def _entries() -> None:
    op.create_table(
        "debt_entry",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("takes_effect", sa.Date(), nullable=False),
        sa.Column("fact", sa.Integer(), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.Column("lines", JSONB(), nullable=True),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["debt_id"], ["debt.id"], name=op.f("fk_debt_entry_debt_id_debt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_debt_entry")),
        sa.UniqueConstraint("debt_id", "number", name=op.f("uq_debt_entry_debt_id_number")),
    )


def _postings() -> None:
    op.create_table(
        "debt_posting",
        sa.Column("entry_id", sa.Uuid(), nullable=False),
        sa.Column("line", sa.Integer(), nullable=False),
        sa.Column("account", sa.Text(), nullable=False),
        sa.Column("instalment", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["entry_id"],
            ["debt_entry.id"],
            name=op.f("fk_debt_posting_entry_id_debt_entry"),
        ),
        sa.PrimaryKeyConstraint("entry_id", "line", name=op.f("pk_debt_posting")),
    )


def _offers() -> None:
    op.create_table(
        "negotiation_policy",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("code", sa.Text(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_negotiation_policy")),
        sa.UniqueConstraint(
            "code", "version", name=op.f("uq_negotiation_policy_code_version")
        ),
    )
    op.create_table(
        "offer",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("condition", sa.Text(), nullable=False),
        sa.Column("channel", sa.Text(), nullable=False),
        sa.Column("authority", sa.Text(), nullable=False),
        sa.Column("by", sa.Text(), nullable=False),
        sa.Column("document", JSONB(), nullable=False),
        sa.Column("valid_until", sa.Date(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_offer_debtor_id_debtor")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["negotiation_policy.id"],
            name=op.f("fk_offer_policy_id_negotiation_policy"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_offer")),
    )
    op.create_index(op.f("ix_offer_debtor_id"), "offer", ["debtor_id"], unique=False)


def _agreements() -> None:
    op.create_table(
        "agreement",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("offer_id", sa.Uuid(), nullable=False),
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        sa.Column("policy_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creditor_id"], ["creditor.id"], name=op.f("fk_agreement_creditor_id_creditor")
        ),
        sa.ForeignKeyConstraint(
            ["debtor_id"], ["debtor.id"], name=op.f("fk_agreement_debtor_id_debtor")
        ),
        sa.ForeignKeyConstraint(
            ["offer_id"], ["offer.id"], name=op.f("fk_agreement_offer_id_offer")
        ),
        sa.ForeignKeyConstraint(
            ["policy_id"],
            ["negotiation_policy.id"],
            name=op.f("fk_agreement_policy_id_negotiation_policy"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement")),
        sa.UniqueConstraint("offer_id", name=op.f("uq_agreement_offer_id")),
    )
    op.create_index(
        op.f("ix_agreement_debtor_id"), "agreement", ["debtor_id"], unique=False
    )
    op.create_index(
        "ix_agreement_state_debtor", "agreement", ["state", "debtor_id"], unique=False
    )


def _agreement_debts() -> None:
    op.create_table(
        "agreement_debt",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("owed", sa.BigInteger(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_debt_agreement_id_agreement"),
        ),
        sa.ForeignKeyConstraint(
            ["debt_id"], ["debt.id"], name=op.f("fk_agreement_debt_debt_id_debt")
        ),
        sa.PrimaryKeyConstraint("agreement_id", "debt_id", name=op.f("pk_agreement_debt")),
    )
    op.create_index(
        op.f("ix_agreement_debt_debt_id"), "agreement_debt", ["debt_id"], unique=False
    )


def _instalments() -> None:
    op.create_table(
        "agreement_instalment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_instalment_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_instalment")),
        sa.UniqueConstraint(
            "agreement_id",
            "number",
            name=op.f("uq_agreement_instalment_agreement_id_number"),
        ),
    )
    op.create_index(
        "ix_agreement_instalment_due_on", "agreement_instalment", ["due_on"], unique=False
    )


def _events() -> None:
    op.create_table(
        "agreement_event",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("details", JSONB(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_event_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_event")),
        sa.UniqueConstraint(
            "agreement_id", "number", name=op.f("uq_agreement_event_agreement_id_number")
        ),
    )


def _payments() -> None:
    op.create_table(
        "agreement_payment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("instalment", sa.Integer(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("undone", sa.Boolean(), nullable=False),
        sa.Column("at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_agreement_payment_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_agreement_payment")),
        sa.UniqueConstraint(
            "means",
            "reference",
            "undone",
            name=op.f("uq_agreement_payment_means_reference_undone"),
        ),
    )
    op.create_index(
        op.f("ix_agreement_payment_agreement_id"),
        "agreement_payment",
        ["agreement_id"],
        unique=False,
    )
