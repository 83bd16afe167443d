"""What is to be paid, money that arrived, and what people must look at."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0022"
down_revision = "0021"


def upgrade() -> None:
    _charges()
    _arrivals()
    _work()
    _of_the_bank()
    _recurrences()
    _links()
    _accounts()
    _remittances()
    _addresses()


def _charges() -> None:
    op.create_table(
        "charge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("debt_id", sa.Uuid(), nullable=False),
        sa.Column("instalment_id", sa.Uuid(), nullable=True),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("due_on", sa.Date(), nullable=False),
        sa.Column("bank", sa.Text(), nullable=True),
        sa.Column("nosso_numero", sa.Text(), nullable=True),
        sa.Column("removed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("how", sa.Text(), nullable=True),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("outside_id", sa.Text(), nullable=True),
        sa.Column("billing_account_id", sa.Uuid(), nullable=True),
        sa.Column("number", sa.BigInteger(), nullable=True),
        sa.Column("remittance_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(
            ["debt_id"], ["debt.id"], name=op.f("fk_charge_debt_id_debt")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_charge")),
        sa.UniqueConstraint(
            "billing_account_id", "number", name=op.f("uq_charge_billing_account_id")
        ),
    )
    for column in ("debt_id", "instalment_id", "remittance_id"):
        op.create_index(op.f(f"ix_charge_{column}"), "charge", [column])
    op.create_index("ix_charge_bank_nosso_numero", "charge", ["bank", "nosso_numero"])


def _arrivals() -> None:
    op.create_table(
        "arrival",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("means", sa.Text(), nullable=False),
        sa.Column("reference", sa.Text(), nullable=False),
        sa.Column("charge_id", sa.Uuid(), nullable=True),
        sa.Column("amount", sa.BigInteger(), nullable=False),
        sa.Column("refunded", sa.BigInteger(), nullable=False),
        sa.Column("entered", sa.BigInteger(), nullable=False),
        sa.Column("entry", sa.Text(), nullable=True),
        sa.Column("paid_on", sa.Date(), nullable=False),
        sa.Column("heard_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["charge_id"], ["charge.id"], name=op.f("fk_arrival_charge_id_charge")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_arrival")),
        sa.UniqueConstraint("means", "reference", name=op.f("uq_arrival_means_reference")),
    )
    op.create_index(op.f("ix_arrival_charge_id"), "arrival", ["charge_id"])


def _work() -> None:
    op.create_table(
        "payment_work",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("arrival_id", sa.Uuid(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("rest", sa.BigInteger(), nullable=False),
        sa.Column("opened_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("closing", sa.Text(), nullable=True),
        sa.Column("closed_by", sa.Text(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["arrival_id"], ["arrival.id"], name=op.f("fk_payment_work_arrival_id_arrival")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_payment_work")),
    )
    op.create_index(
        "ix_payment_work_open",
        "payment_work",
        ["arrival_id", "reason"],
        unique=True,
        postgresql_where=sa.text("closed_at IS NULL"),
    )


def _of_the_bank() -> None:
    op.create_table(
        "bank_asked",
        sa.Column("id", sa.SmallInteger(), autoincrement=False, nullable=False),
        sa.Column("until", sa.DateTime(timezone=True), nullable=False),
        sa.CheckConstraint("id = 1", name=op.f("ck_bank_asked_only_one")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_bank_asked")),
    )


def _recurrences() -> None:
    op.create_table(
        "recurrence",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("state", sa.Text(), nullable=False),
        sa.Column("code", sa.Text(), nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_recurrence_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_recurrence")),
    )
    op.create_index(op.f("ix_recurrence_agreement_id"), "recurrence", ["agreement_id"])


def _links() -> None:
    op.create_table(
        "payment_link",
        sa.Column("agreement_id", sa.Uuid(), nullable=False),
        sa.Column("turn", sa.Integer(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["agreement_id"],
            ["agreement.id"],
            name=op.f("fk_payment_link_agreement_id_agreement"),
        ),
        sa.PrimaryKeyConstraint("agreement_id", name=op.f("pk_payment_link")),
    )


def _accounts() -> None:
    words = ("bank", "branch", "branch_digit", "account", "account_digit", "carteira",
             "variation", "beneficiary", "transmission")  # fmt: skip
    op.create_table(
        "billing_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("creditor_id", sa.Uuid(), nullable=False),
        *(sa.Column(name, sa.Text(), nullable=False) for name in words),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("next_number", sa.BigInteger(), nullable=False),
        sa.Column("next_sequence", sa.Integer(), nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["creditor_id"],
            ["creditor.id"],
            name=op.f("fk_billing_account_creditor_id_creditor"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_billing_account")),
        sa.UniqueConstraint(
            "creditor_id",
            "bank",
            "beneficiary",
            "account",
            name=op.f("uq_billing_account_creditor_id"),
        ),
    )


def _remittances() -> None:
    op.create_table(
        "remittance",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("billing_account_id", sa.Uuid(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("titles", sa.Integer(), nullable=False),
        sa.Column("total", sa.BigInteger(), nullable=False),
        sa.Column("content", sa.LargeBinary(), nullable=False),
        sa.Column("made_on", sa.Date(), nullable=False),
        sa.Column("made_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("made_by", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["billing_account_id"],
            ["billing_account.id"],
            name=op.f("fk_remittance_billing_account_id_billing_account"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remittance")),
        sa.UniqueConstraint(
            "billing_account_id",
            "sequence",
            name=op.f("uq_remittance_billing_account_id"),
        ),
    )


def _addresses() -> None:
    op.create_table(
        "debtor_address",
        sa.Column("debtor_id", sa.Uuid(), nullable=False),
        *(
            sa.Column(name, sa.Text(), nullable=False)
            for name in ("street", "district", "city", "uf", "cep")
        ),
        sa.Column("told_at", sa.DateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["debtor_id"],
            ["debtor.id"],
            name=op.f("fk_debtor_address_debtor_id_debtor"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("debtor_id", name=op.f("pk_debtor_address")),
    )
