"""Whether an offer leaves a person what life needs, and what to do when it does not.

Pure. The mínimo existencial is of Decreto 11.150/2022 as changed by Decreto 11.567/2023
(R$ 600,00); a plan of over-indebtedness runs at most five years (Lei 14.181/2021). It is
a flag for who talks to the debtor, never a refusal of his offer.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from cobranca.agreements.offer import Offer

MINIMUM = Decimal("600.00")  # reais a month, since 26/7/2023
PLAN_MONTHS_MAX = 60


@dataclass(frozen=True, slots=True)
class Means:
    """What the debtor says of a month: income, and what is committed already."""

    income: Decimal
    committed: Decimal


@dataclass(frozen=True, slots=True)
class Hardship:
    """`left` is what a month leaves after the heaviest instalment."""

    left: Decimal
    affordable: Decimal  # a month, leaving the minimum; 0: nothing
    plan_too_long: bool

    @property
    def flagged(self) -> bool:
        return self.left < MINIMUM or self.plan_too_long


def hardship(offer: Offer, means: Means) -> Hardship:
    """Look at an offer with what the debtor told of his means."""
    heaviest = max(payment.amount for payment in offer.payments)
    free = means.income - means.committed
    return Hardship(
        left=free - heaviest,
        affordable=max(Decimal("0.00"), free - MINIMUM),
        plan_too_long=len(offer.payments) > PLAN_MONTHS_MAX,
    )
