"""What may be offered for a debt, and what comes nearest to what the debtor wishes.

Pure. The one engine of URA, agent, chat, portal and API. It proposes only values of
`Offer`, so whatever it answers is within the policy. What was wished and cannot be is
answered with reasons and counter-offers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import ROUND_UP, Decimal

from cobranca.agreements.offer import (
    Offer,
    OutsideThePolicy,
    Payment,
    Situation,
    discount_limit,
    unfit,
)
from cobranca.agreements.policy import Condition, Policy
from cobranca.agreements.schedule import amounts, due_dates
from cobranca.debts.accounts import is_exact

_MENU = (1, 2, 3, 4, 6, 10, 12, 18, 24, 36, 48, 60)  # numbers that people ask for


class AbsurdWish(ValueError):
    """O pedido tem um valor impossível."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the debtor asks for; what he leaves out he does not mind. Raises AbsurdWish."""

    instalments: int | None = None
    monthly: Decimal | None = None  # the most that he can pay a month
    first_payment: Decimal | None = None
    discount: Decimal | None = None  # reais off
    day: int | None = None  # of the month
    first_due: date | None = None

    def __post_init__(self) -> None:
        given = (self.monthly, self.first_payment, self.discount)
        if any(
            amount is not None and (not is_exact(amount) or amount < 0) for amount in given
        ):
            raise AbsurdWish("valor")
        if self.instalments is not None and self.instalments < 1:
            raise AbsurdWish("parcelas")
        if self.day is not None and not 1 <= self.day <= 31:
            raise AbsurdWish("dia")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a condition gives no offer. Codes: those of `Offer`, and `monthly`."""

    condition: str
    reasons: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Simulation:
    """`offers` are as wished; `counters` are what comes nearest when none is."""

    offers: tuple[Offer, ...]
    counters: tuple[Offer, ...]
    refusals: tuple[Refusal, ...]


def simulate(
    policies: Sequence[Policy], situation: Situation, wishes: Wishes
) -> Simulation:
    """Return the offers that fit the wishes, the cheapest first, and counter-offers."""
    offers: list[Offer] = []
    counters: list[Offer] = []
    refusals: list[Refusal] = []
    for policy in policies:
        for condition in policy.conditions:
            unfits = unfit(policy, condition, situation)
            if unfits:
                refusals.append(Refusal(condition.name, unfits))
                continue
            made, reasons = _wished(policy, condition, situation, wishes)
            offers += made
            if not made:
                refusals.append(Refusal(condition.name, reasons))
                counters += _nearest(policy, condition, situation, wishes)
    return Simulation(
        tuple(sorted(offers, key=_cheapest)),
        () if offers else tuple(sorted(counters, key=_cheapest)),
        tuple(refusals),
    )


def _cheapest(offer: Offer) -> tuple[Decimal, int]:
    return offer.total, len(offer.payments)


def _wished(
    policy: Policy, condition: Condition, situation: Situation, wishes: Wishes
) -> tuple[list[Offer], tuple[str, ...]]:
    """What the condition gives of just what was wished, else why it does not."""
    counts = (
        [wishes.instalments] if wishes.instalments else list(_counts(condition, wishes))
    )
    made: list[Offer] = []
    reasons: tuple[str, ...] = ()
    for count in counts:
        offer = _make(policy, condition, situation, wishes, count)
        if not isinstance(offer, Offer):
            reasons = offer
        elif wishes.monthly is not None and _monthly(offer) > wishes.monthly:
            reasons = ("monthly",)
        else:
            made.append(offer)
            if wishes.monthly is not None:
                break  # the fewest that he can pay
    return made, reasons


def _counts(condition: Condition, wishes: Wishes) -> Iterator[int]:
    low, high = condition.instalments
    if wishes.monthly is not None:
        yield from range(low, high + 1)
    else:
        yield from sorted({low, high, *(n for n in _MENU if low <= n <= high)})


def _monthly(offer: Offer) -> Decimal:
    """The most that falls due in a month, the first payment aside when it stands out."""
    later = offer.payments[1:] or offer.payments
    return max(payment.amount for payment in later)


def _nearest(
    policy: Policy, condition: Condition, situation: Situation, wishes: Wishes
) -> list[Offer]:
    """Give way on what was wished: the number first, then days and amounts."""
    low, high = condition.instalments
    wanted = wishes.instalments or (high if wishes.monthly is not None else low)
    by_distance = sorted(range(low, high + 1), key=lambda n: (abs(n - wanted), n))
    for relaxed in (wishes, Wishes(day=wishes.day), Wishes()):
        for count in by_distance:
            offer = _make(policy, condition, situation, relaxed, count)
            if isinstance(offer, Offer):
                return [offer]
    return []


def _make(
    policy: Policy, condition: Condition, situation: Situation, wishes: Wishes, count: int
) -> Offer | tuple[str, ...]:
    """The offer of so many payments, or the codes of what the policy does not allow."""
    limit = discount_limit(condition, situation)
    discount = limit if wishes.discount is None else wishes.discount
    price = situation.owed - discount
    if price <= 0:
        return ("discount",)
    first = _first_payment(condition, wishes, price, count)
    if first is not None and not 0 < first < price:
        return ("first_payment",)
    paid = amounts(price, count, condition.monthly_rate, first)
    dues = due_dates(
        _first_due(condition, situation, wishes), count, _day(condition, wishes)
    )
    try:
        return Offer(
            policy=policy,
            condition=condition,
            situation=situation,
            discount=discount,
            payments=tuple(map(Payment, dues, paid)),
        )
    except OutsideThePolicy as wrong:
        return tuple(str(wrong).split(", "))


def _first_payment(
    condition: Condition, wishes: Wishes, price: Decimal, count: int
) -> Decimal | None:
    """None: like the others."""
    if count == 1:
        return None
    if wishes.first_payment is not None:
        return wishes.first_payment
    least = price * condition.first_payment
    if amounts(price, count, condition.monthly_rate)[0] >= least:
        return None
    return least.quantize(Decimal("0.01"), rounding=ROUND_UP)


def _first_due(condition: Condition, situation: Situation, wishes: Wishes) -> date:
    if wishes.first_due is not None:
        return wishes.first_due
    return situation.on + timedelta(days=condition.first_within_days)


def _day(condition: Condition, wishes: Wishes) -> int | None:
    """The day wished; else the first of those allowed, else that of the first payment."""
    if wishes.day is not None:
        return wishes.day
    return min(condition.due_days) if condition.due_days else None
