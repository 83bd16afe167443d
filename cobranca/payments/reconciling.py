"""What becomes of money that arrives: into the ledger, or on the work list with a reason.

Pure. One decision for all means: a Pix by API or key, a boleto by retorno, a card, a
transfer. The decision is about one arrival and the charge that it names, as both stand;
whoever carries it out holds the charge locked. Told twice, late or in another order, the
sum of what is entered is the same, because each arrival is known by its reference and
what was entered for it is part of what the decision looks at. Nothing is ever dropped.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import Enum
from typing import Literal

Means = Literal["pix", "boleto", "card", "transfer"]
ZERO = Decimal(0)


class Reason(Enum):
    """Why a person has to look; the value is the code, the text is in the catalogue."""

    UNKNOWN = "unknown"  # names no charge of ours
    PAID_TWICE = "paid_twice"  # the charge was paid already, by another arrival
    PAID_LESS = "paid_less"  # entered, and the rest is still owed
    PAID_MORE = "paid_more"  # what was owed is entered, the rest is the payer's
    AFTER_REMOVAL = "after_removal"  # entered, though we had taken the charge back
    REFUNDED = "refunded"  # what was entered is taken back out
    CONTRADICTED = "contradicted"  # the same reference with another amount than before
    LEDGER_REFUSED = "ledger_refused"  # the ledger would not have it, e.g. an absurd date


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """Money at the bank. `reference` is the bank's for ever, e.g. the end-to-end id."""

    reference: str
    means: Means
    amount: Decimal
    paid_on: date
    refunded: Decimal = ZERO  # of it, so far


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What was made of an arrival before: `entered` is net of what was taken out."""

    amount: Decimal
    refunded: Decimal
    entered: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Charge:
    """The charge that an arrival names. `expected`: what it costs on the day of paying."""

    expected: Decimal
    entered: Decimal  # net, by all arrivals so far
    removed: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """`enter` goes into the ledger (negative: out of it); `left` is what does not."""

    enter: Decimal = ZERO
    left: Decimal = ZERO  # for the person who looks: to give back or to place
    reasons: tuple[Reason, ...] = ()


NOTHING = Decision()


def decide(arrival: Arrival, charge: Charge | None, known: Known | None) -> Decision:
    """Return what to do with an arrival; `known` None when it is heard of first."""
    if known is not None:
        return _again(arrival, known)
    kept = arrival.amount - arrival.refunded
    if charge is None:
        return Decision(left=kept, reasons=(Reason.UNKNOWN, *_refunded(arrival)))
    if charge.entered > 0:
        return Decision(left=kept, reasons=(Reason.PAID_TWICE, *_refunded(arrival)))
    enter = min(kept, charge.expected)
    reasons = []
    if charge.removed:
        reasons.append(Reason.AFTER_REMOVAL)
    if arrival.amount < charge.expected:
        reasons.append(Reason.PAID_LESS)
    if kept > charge.expected:
        reasons.append(Reason.PAID_MORE)
    return Decision(enter=enter, left=kept - enter, reasons=(*reasons, *_refunded(arrival)))


def _again(arrival: Arrival, known: Known) -> Decision:
    """The same reference once more: nothing, or a refund, or a contradiction."""
    if arrival.amount != known.amount:
        return Decision(left=arrival.amount, reasons=(Reason.CONTRADICTED,))
    more = arrival.refunded - known.refunded
    if more <= 0:
        return NOTHING  # heard before, or older news than what we know
    # what was not entered goes back first
    outside = known.amount - known.refunded - known.entered
    out = max(more - outside, ZERO)
    return Decision(enter=-min(out, known.entered), reasons=(Reason.REFUNDED,))


def _refunded(arrival: Arrival) -> tuple[Reason, ...]:
    return (Reason.REFUNDED,) if arrival.refunded else ()
