"""An offer, which cannot exist outside the policy that allows it.

Pure. Whoever makes one (URA, agent, chat, portal, API) makes this value, and its making
checks every clause of the policy: there is no other way to write an offer down.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_DOWN, Decimal
from itertools import pairwise

from cobranca.agreements.cost import effective_cost
from cobranca.agreements.policy import Authority, Channel, Condition, Policy
from cobranca.agreements.schedule import amounts, on_day
from cobranca.debts.accounts import ZERO, is_exact

_CENT = Decimal("0.01")
_GAP_DAYS = (20, 62)  # between one payment and the next


class OutsideThePolicy(ValueError):
    """A oferta não cabe na política."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Situation:
    """What is negotiated, and who asks. Amounts are those of the day `on`."""

    on: date
    creditor: str
    owed: Decimal  # in all
    charges: Decimal  # of it: fine, interest, correction, fees
    days_late: int
    segment: str
    channel: Channel
    authority: Authority


@dataclass(frozen=True, slots=True, order=True)
class Payment:
    due_on: date
    amount: Decimal


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """So much less, in so many payments. Raises OutsideThePolicy with all that is wrong."""

    policy: Policy
    condition: Condition
    situation: Situation
    discount: Decimal
    payments: tuple[Payment, ...]

    def __post_init__(self) -> None:
        wrong = violations(self)
        if wrong:
            raise OutsideThePolicy(", ".join(wrong))

    @property
    def price(self) -> Decimal:
        """What it would cost to pay at once."""
        return self.situation.owed - self.discount

    @property
    def total(self) -> Decimal:
        """What is paid in the end."""
        return sum((payment.amount for payment in self.payments), ZERO)

    @property
    def financing(self) -> Decimal:
        """What paying in instalments adds."""
        return self.total - self.price

    @property
    def cost(self) -> Decimal:
        """The effective cost a year."""
        flows = [(payment.due_on, payment.amount) for payment in self.payments]
        return effective_cost(self.price, flows, self.situation.on)

    @property
    def valid_until(self) -> date:
        """The last day on which it may be accepted."""
        last = self.situation.on + timedelta(days=self.policy.offer_days)
        last = min(last, self.payments[0].due_on)
        return (
            last if self.policy.valid_until is None else min(last, self.policy.valid_until)
        )


def discount_limit(condition: Condition, situation: Situation) -> Decimal:
    """Return the most that may be forgiven, never a cent above the share."""
    base = situation.charges if condition.discount_of_charges else situation.owed
    share = condition.limit(situation.authority)
    return (base * share).quantize(_CENT, rounding=ROUND_DOWN)


def unfit(policy: Policy, condition: Condition, situation: Situation) -> tuple[str, ...]:
    """Return why this condition is not for this debt here and now; nothing when it is."""
    reasons = []
    if not policy.in_force(situation.on):
        reasons.append("not_in_force")
    if policy.creditors and situation.creditor not in policy.creditors:
        reasons.append("creditor")
    if not condition.days_late[0] <= situation.days_late <= condition.days_late[1]:
        reasons.append("days_late")
    if not condition.amount[0] <= situation.owed <= condition.amount[1]:
        reasons.append("amount")
    if condition.segments and situation.segment not in condition.segments:
        reasons.append("segment")
    if condition.channels and situation.channel not in condition.channels:
        reasons.append("channel")
    return tuple(reasons)


def violations(offer: Offer) -> tuple[str, ...]:
    """Return the codes of all clauses that the offer does not keep."""
    if offer.condition not in offer.policy.conditions:
        return ("condition",)
    if not offer.payments or not _sound(offer):
        return ("amounts",)
    return (
        *unfit(offer.policy, offer.condition, offer.situation),
        *_wrong_amounts(offer),
        *_wrong_dates(offer),
    )


def _sound(offer: Offer) -> bool:
    situation = offer.situation
    exact = all(is_exact(payment.amount) for payment in offer.payments)
    known = (situation.owed, situation.charges, offer.discount)
    return (
        exact
        and all(is_exact(amount) and amount >= 0 for amount in known)
        and situation.charges <= situation.owed
        and offer.discount < situation.owed
    )


def _wrong_amounts(offer: Offer) -> Iterator[str]:
    condition = offer.condition
    if offer.discount > discount_limit(condition, offer.situation):
        yield "discount"
    count = len(offer.payments)
    if not condition.instalments[0] <= count <= condition.instalments[1]:
        yield "instalments"
    paid = tuple(payment.amount for payment in offer.payments)
    if min(paid) < condition.min_instalment:
        yield "min_instalment"
    if count > 1 and paid[0] < offer.price * condition.first_payment:
        yield "first_payment"
    if count > 1 and paid[0] >= offer.price:
        yield "first_payment"
    rate = condition.monthly_rate
    if paid != amounts(offer.price, count, rate) and paid != amounts(
        offer.price, count, rate, paid[0]
    ):
        yield "amounts"


def _wrong_dates(offer: Offer) -> Iterator[str]:
    on, dues = offer.situation.on, [payment.due_on for payment in offer.payments]
    if not on <= dues[0] <= on + timedelta(days=offer.condition.first_within_days):
        yield "first_due"
    low, high = _GAP_DAYS
    if any(not low <= (after - before).days <= high for before, after in pairwise(dues)):
        yield "gap"
    allowed = offer.condition.due_days
    if allowed and not all(_on_one_of(due, allowed) for due in dues[1:]):
        yield "due_day"


def _on_one_of(due: date, days: frozenset[int]) -> bool:
    return any(on_day(due.replace(day=1), day) == due for day in days)
