"""What happens to a debt. Facts are only added; what they come to is folded from them.

Pure. Each fact has the day on which it takes effect (`on`) and its number in the order of
recording. A fact may be recorded late (a bank tells of Friday's payment on Monday): the
fold goes by the day of effect, then by number.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from cobranca.debts.accounts import is_exact

FIRST_DAY = date(1994, 7, 1)  # the real's: nothing was owed or paid in it before
AMOUNT_MAX = Decimal("1000000000.00")  # a billion reais: more is a mistake


class AbsurdAmount(ValueError):
    """O valor precisa ser positivo, em centavos inteiros, e caber numa dívida."""


class Means(StrEnum):
    """How a payment came."""

    PIX = "pix"
    BOLETO = "boleto"
    CARD = "card"
    TRANSFER = "transfer"
    CREDITOR = "creditor"  #: Paid to the creditor, who told us.


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """Base of all facts."""

    number: int  # 1, 2, ... per debt, in the order of recording
    on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened(Fact):
    """An instalment of the debt came to be; `on` is its due date or before."""

    instalment: int
    amount: Decimal
    due_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class Amended(Fact):
    """The creditor corrected an instalment's amount; the difference, either way."""

    instalment: int
    difference: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class FeeCharged(Fact):
    """A cost that the contract or the law puts on the debtor, such as a notary's fee."""

    amount: Decimal
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Paid(Fact):
    """Money came in. `reference` is the outside's own name of the payment.

    `instalment`: what the debtor said he pays (CC art. 352), which then comes first.
    """

    amount: Decimal
    means: Means
    reference: str
    instalment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Undone(Fact):
    """A payment went back (refund, charge-back), or a release: it counts on no day."""

    payment: int  # the number of the fact that does not count
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Discounted(Fact):
    """So much was forgiven, charges before principal; never more than is owed.

    `instalment`: the one that it is of, which then comes first.
    """

    amount: Decimal
    reason: str
    instalment: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Released(Fact):
    """The agreement was kept: what is still owed is forgiven, what was paid beyond it
    is the price of paying in instalments."""

    agreement: UUID


AnyFact = Opened | Amended | FeeCharged | Paid | Undone | Discounted | Released


def in_order(facts: list[AnyFact]) -> list[AnyFact]:
    """Sort by day of effect, then by number; payments that went back are left out."""
    gone = {fact.payment for fact in facts if isinstance(fact, Undone)}
    return sorted(
        (fact for fact in facts if fact.number not in gone),
        key=lambda fact: (fact.on, fact.number),
    )


def checked(amount: Decimal) -> Decimal:
    """Return the amount; raises AbsurdAmount unless it can be paid or owed."""
    if not is_exact(amount) or not 0 < amount <= AMOUNT_MAX:
        raise AbsurdAmount(str(amount))
    return amount
