"""The accounts of a debt's ledger, and rounding to the cent.

Pure. An amount is a `Decimal` in reais with whole cents; a rate or factor is an exact
`Fraction`, rounded once, half to even, where a rule makes an amount of it.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from fractions import Fraction

ZERO = Decimal("0.00")
_CENT = Decimal("0.01")


class Account(StrEnum):
    """Debits are positive. What the debtor owes stands in the first five."""

    PRINCIPAL = "principal"
    CORRECTION = "correction"  #: Monetary correction by an index.
    INTEREST = "interest"  #: Of arrears.
    FINE = "fine"
    FEES = "fees"
    CASH = "cash"  #: What was paid.
    DISCOUNT = "discount"  #: What was forgiven.
    CREDIT = "credit"  #: What was paid too much, and is the debtor's.
    GRANTED = "granted"  #: Where principal came from.
    ACCRUED = "accrued"  #: Where charges came from.


OWED = (
    Account.PRINCIPAL,
    Account.CORRECTION,
    Account.INTEREST,
    Account.FINE,
    Account.FEES,
)
CHARGES = (Account.CORRECTION, Account.INTEREST, Account.FINE)


def cents(amount: Decimal) -> int:
    """Return the amount in cents; it has whole ones.

    >>> cents(Decimal("12.34"))
    1234
    """
    return int(amount.scaleb(2))


def reais(count: int) -> Decimal:
    """Return so many cents as an amount.

    >>> reais(1234)
    Decimal('12.34')
    """
    return Decimal(count).scaleb(-2)


def rounded(exact: Fraction) -> Decimal:
    """Round reais to the cent, half to even.

    >>> rounded(Fraction(1, 8)), rounded(Fraction(135, 1000))
    (Decimal('0.12'), Decimal('0.14'))
    """
    return reais(round(exact * 100))


def part_of(amount: Decimal, share: Fraction) -> Decimal:
    """Return that share of the amount, rounded to the cent.

    >>> part_of(Decimal("100.00"), Fraction(2, 100))
    Decimal('2.00')
    """
    return rounded(Fraction(amount) * share)


def is_exact(amount: Decimal) -> bool:
    """Whether the amount has whole cents."""
    return amount.is_finite() and amount == amount.quantize(_CENT)
