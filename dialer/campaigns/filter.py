"""Whom a campaign calls: a filter over debtors, as one SQL query.

The page, the interface and `acordo campaign create` use this one. A filter chooses
debtors with an open debt and a phone that may ring; it decides nothing about when or
whether the law allows a call (that is asked again before each one).
"""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, model_validator
from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    and_,
    exists,
    func,
    or_,
    select,
    type_coerce,
)

from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow, PortfolioRow
from cobranca.debts.closing import OPEN
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from dialer.calls.events import NetworkOutcome
from dialer.calls.store import AttemptRow

MOST_DAYS = 36_500
MOST = 100

Uf = Annotated[str, Field(pattern=r"^[A-Z]{2}$")]
Days = Annotated[int, Field(ge=0, le=MOST_DAYS)]
Money = Annotated[Decimal, Field(ge=0, le=Decimal("1e12"), decimal_places=2)]
Contact = Literal["any", "never_called", "never_answered"]


class DebtorFilter(BaseModel):
    """What is empty asks nothing. Ranges include both ends; amounts are reais."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    creditor: UUID
    portfolio: UUID | None = None
    products: list[Annotated[str, Field(max_length=200)]] = Field([], max_length=MOST)
    ufs: list[Uf] = Field([], max_length=27)
    days_late_from: Days | None = None
    days_late_to: Days | None = None
    amount_from: Money | None = None
    amount_to: Money | None = None
    last_outcomes: list[NetworkOutcome] = Field([], max_length=10)
    contact: Contact = "any"

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if _crossed(self.days_late_from, self.days_late_to):
            raise ValueError("days_late")
        if _crossed(self.amount_from, self.amount_to):
            raise ValueError("amount")
        return self

    @property
    def asks_for_debts(self) -> bool:
        """Whether instalments must be looked at, which costs most."""
        ranges = (
            self.days_late_from, self.days_late_to, self.amount_from, self.amount_to,
        )  # fmt: skip
        return any(bound is not None for bound in ranges)


def debtors(
    wanted: DebtorFilter, today: date, *, sample: float | None = None
) -> Select[Any]:
    """Select id and created_at of the debtors. `today` is the day of compliance.

    `sample`: look only at about this percentage of all debtors.
    """
    source = DebtorRow.__table__
    debtor = source if sample is None else source.tablesample(func.system(sample))
    query = select(debtor.c.id, debtor.c.created_at).where(_has_phone(debtor.c.id))
    if wanted.ufs:
        query = query.where(_lives_in(debtor.c.id, debtor.c.uf, wanted.ufs))
    if wanted.last_outcomes:
        query = query.where(_last_outcome(debtor.c.id).in_(wanted.last_outcomes))
    if wanted.contact != "any":
        query = query.where(_never(debtor.c.id, wanted.contact))
    if not wanted.asks_for_debts:
        return query.where(
            exists().where(_owes(wanted), ContractRow.debtor_id == debtor.c.id)
        )
    owed = _owed(wanted, today)
    return query.join(owed, owed.c.debtor_id == debtor.c.id)


def _crossed(low: Any, high: Any) -> bool:
    return low is not None and high is not None and low > high


def _owes(wanted: DebtorFilter) -> ColumnElement[bool]:
    tests = [
        DebtRow.contract_id == ContractRow.id,
        DebtRow.status == "open",
        ContractRow.creditor_id == wanted.creditor,
        CreditorRow.id == ContractRow.creditor_id,
        PortfolioRow.id == ContractRow.portfolio_id,
        OPEN,
    ]
    if wanted.portfolio is not None:
        tests.append(ContractRow.portfolio_id == wanted.portfolio)
    if wanted.products:
        tests.append(ContractRow.product.in_(wanted.products))
    return and_(*tests)


def _owed(wanted: DebtorFilter, today: date) -> Any:
    """Debtors with the sum and the oldest day of what they owe here, within the ranges."""
    amount = func.sum(type_coerce(InstalmentRow.amount, BigInteger))
    oldest = func.min(InstalmentRow.due_on)
    tests = []
    if wanted.amount_from is not None:
        tests.append(amount >= _cents(wanted.amount_from))
    if wanted.amount_to is not None:
        tests.append(amount <= _cents(wanted.amount_to))
    if wanted.days_late_from is not None:
        tests.append(oldest <= today - timedelta(days=wanted.days_late_from))
    if wanted.days_late_to is not None:
        tests.append(oldest >= today - timedelta(days=wanted.days_late_to))
    return (
        select(ContractRow.debtor_id)
        .where(_owes(wanted), InstalmentRow.debt_id == DebtRow.id)
        .group_by(ContractRow.debtor_id)
        .having(and_(*tests))
        .subquery("owed")
    )


def _cents(amount: Decimal) -> int:
    return int(amount * 100)


def _has_phone(debtor: Any) -> ColumnElement[bool]:
    return exists().where(
        ContactPointRow.debtor_id == debtor,
        ContactPointRow.kind == "phone",
        ContactPointRow.status == "active",
    )


def _lives_in(debtor: Any, uf: Any, ufs: list[str]) -> ColumnElement[bool]:
    """By the address; who has none, by a phone's area."""
    phone = exists().where(
        ContactPointRow.debtor_id == debtor,
        ContactPointRow.kind == "phone",
        ContactPointRow.uf.in_(ufs),
    )
    return or_(uf.in_(ufs), and_(uf.is_(None), phone))


def _last_outcome(debtor: Any) -> Any:
    return (
        select(AttemptRow.outcome)
        .where(AttemptRow.debtor_id == debtor, AttemptRow.outcome.is_not(None))
        .order_by(AttemptRow.contact_day.desc(), AttemptRow.placed_at.desc())
        .limit(1)
        .scalar_subquery()
    )


def _never(debtor: Any, contact: Contact) -> ColumnElement[bool]:
    attempts = exists().where(AttemptRow.debtor_id == debtor)
    if contact == "never_answered":
        attempts = attempts.where(AttemptRow.answered_at.is_not(None))
    return ~attempts
