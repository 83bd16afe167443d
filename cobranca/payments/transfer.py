"""Bank transfers: whose money is this? By amount, document and date.

Pure. A transfer names no charge, so it is matched only when exactly one expected payment
has its amount to the cent, its payer's document, and a date within the window. Everything
else is a question for a person, with the candidates, best first; a guess that is wrong
settles a stranger's debt.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal
from uuid import UUID

EARLY, LATE = timedelta(days=30), timedelta(days=10)  # about the due date
_CANDIDATES = 5

Doubt = Literal[
    "nobody", "several", "other_document", "no_document", "other_amount", "other_date"
]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """One credit in the account's statement. `document` as stored; None: not told."""

    reference: str
    amount: Decimal
    on: date
    document: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """An open payment that may come by transfer."""

    charge_id: UUID
    amount: Decimal
    due_on: date
    document: str


@dataclass(frozen=True, slots=True)
class Matched:
    """The one payment that a credit is."""

    expected: Expected


@dataclass(frozen=True, slots=True)
class Doubtful:
    """A credit for a person to place."""

    why: Doubt
    candidates: tuple[Expected, ...]


def match(credit: Credit, open_payments: Sequence[Expected]) -> Matched | Doubtful:
    """Match one credit; the caller takes what matched out of the open payments."""
    same_amount = [each for each in open_payments if each.amount == credit.amount]
    if credit.document is None:
        return _doubt("no_document" if same_amount else "nobody", credit, same_amount)
    same_payer = [each for each in open_payments if each.document == credit.document]
    both = [each for each in same_payer if each.amount == credit.amount]
    in_time = [each for each in both if -EARLY <= credit.on - each.due_on <= LATE]
    if len(in_time) == 1:
        return Matched(in_time[0])
    if in_time:
        return _doubt("several", credit, in_time)
    if both:
        return _doubt("other_date", credit, both)
    if same_payer:
        return _doubt("other_amount", credit, same_payer)
    if same_amount:
        return _doubt("other_document", credit, same_amount)
    return Doubtful("nobody", ())


def _doubt(why: Doubt, credit: Credit, candidates: Sequence[Expected]) -> Doubtful:
    """The likeliest first: nearest in amount, then in date; the id settles a tie."""
    ranked = sorted(
        candidates,
        key=lambda each: (
            abs(each.amount - credit.amount),
            abs((each.due_on - credit.on).days),
            each.charge_id,
        ),
    )
    return Doubtful(why, tuple(ranked[:_CANDIDATES]))
