"""Rows of creditors, portfolios, debtors and contact points.

A debtor is a person or company, once, whatever creditors it owes: limits of contact
count per person. The document is stored sealed (foundation.crypto); look-ups go
through its blind index.
"""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import ForeignKey, Index, UniqueConstraint, text
from sqlalchemy.orm import Mapped, mapped_column

from foundation.db.engine import Row
from foundation.ids import uuid7


class CreditorRow(Row):
    __tablename__ = "creditor"
    __table_args__ = (
        Index("ix_creditor_closed", "id", postgresql_where=text("closed_at IS NOT NULL")),
    )

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    name: Mapped[str] = mapped_column(unique=True)
    document: Mapped[str | None]  # CNPJ, upper-case text: public, so not sealed
    address: Mapped[str | None]  # in one line; documents of collection carry it
    closed_at: Mapped[datetime | None]  # nothing new is collected since (debts.closing)


class PortfolioRow(Row):
    """A set of debts that a creditor handed over together."""

    __tablename__ = "portfolio"
    __table_args__ = (UniqueConstraint("creditor_id", "name"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    creditor_id: Mapped[UUID] = mapped_column(ForeignKey("creditor.id"))
    name: Mapped[str]
    closed_at: Mapped[datetime | None]  # as the creditor's


class DebtorRow(Row):
    __tablename__ = "debtor"
    # without accents and capitals, as people look for somebody
    __table_args__ = (Index("ix_debtor_name_key", text('name_key(name) COLLATE "C"')),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    kind: Mapped[str]  # person | company
    name: Mapped[str]
    document_sealed: Mapped[bytes]
    document_index: Mapped[bytes] = mapped_column(unique=True)
    birth_date: Mapped[date | None]
    uf: Mapped[str | None]  # of the address, when known
    created_at: Mapped[datetime]
    updated_at: Mapped[datetime]
    import_id: Mapped[UUID | None]  # of the import that made it


class AddressRow(Row):
    """Where a debtor lives, as banks want it of whoever is to pay a slip."""

    __tablename__ = "debtor_address"

    debtor_id: Mapped[UUID] = mapped_column(
        ForeignKey(DebtorRow.id, ondelete="CASCADE"), primary_key=True
    )
    street: Mapped[str]  # with number
    district: Mapped[str]
    city: Mapped[str]
    uf: Mapped[str]
    cep: Mapped[str]  # eight digits
    told_at: Mapped[datetime]


class ContactPointRow(Row):
    __tablename__ = "contact_point"
    __table_args__ = (UniqueConstraint("debtor_id", "kind", "value"),)

    id: Mapped[UUID] = mapped_column(primary_key=True, default=uuid7)
    debtor_id: Mapped[UUID] = mapped_column(ForeignKey("debtor.id", ondelete="CASCADE"))
    kind: Mapped[str]  # phone
    value: Mapped[str] = mapped_column(index=True)  # E.164 with +
    ddd: Mapped[str | None]
    uf: Mapped[str | None]  # of the DDD
    zone: Mapped[str | None]  # IANA name of the DDD's time zone
    line: Mapped[str | None]  # mobile | fixed
    source: Mapped[str]  # where it came from, e.g. "arquivo:NOME"
    score: Mapped[float]  # 0..1, a guess by its place in the file, see first_score
    status: Mapped[str]  # active | invalid | wrong_party
    tries: Mapped[int] = mapped_column(default=0)
    import_id: Mapped[UUID | None]


class ContactScoreRow(Row):
    """What the newest list says of a number: the chance that a person answers it.

    A number without a row: no list told. Apart from the number itself, whose row the
    dialer changes with every try: a list that brings millions of scores up to date in one
    transaction holds up no call.
    """

    __tablename__ = "contact_score"

    contact_point_id: Mapped[UUID] = mapped_column(
        ForeignKey(ContactPointRow.id, ondelete="CASCADE"), primary_key=True
    )
    score: Mapped[float]  # 0..1


#: numbers that a list scored come first; the dialer asks for fewer tries before that
BEST_FIRST = (
    ContactScoreRow.score.desc().nulls_last(),
    ContactPointRow.score.desc(),
    ContactPointRow.value,
)
