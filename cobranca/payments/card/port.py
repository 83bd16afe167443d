"""What we ask of whoever takes cards: a page of theirs, and what became of it.

There is no field for a card anywhere on purpose (PCI DSS: with the page wholly the
provider's, nothing of ours is in scope but the link to it).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, Protocol
from uuid import UUID

from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.written import to_cents

MOST_INSTALMENTS = 21
_LOOPBACK = re.compile(r"http://(127\.0\.0\.1|localhost)(:\d{1,5})?(/|$)", re.ASCII)
CheckoutState = Literal["open", "paid", "refused", "expired", "refunded"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CardOrder:
    """What is to be paid; asking twice for one charge gives one checkout."""

    charge_id: UUID
    amount: Decimal
    description: str  # names the creditor only after identification; neutral here
    return_url: str
    instalments: int = 1  # at most; the payer chooses

    def __post_init__(self) -> None:
        if to_cents(self.amount) <= 0:
            raise PaymentRefused("amount_range", "valor inválido para pagar com cartão")
        if not 1 <= self.instalments <= MOST_INSTALMENTS:
            raise PaymentRefused(
                "card_instalments", "número de parcelas no cartão inválido"
            )
        if not is_private(self.return_url):
            raise PaymentRefused("card_return", "endereço de volta sem TLS")


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkout:
    """A checkout as the provider has it; `url` is where the payer is sent."""

    id: str
    charge_id: UUID
    url: str
    state: CheckoutState
    amount: Decimal
    refunded: Decimal
    paid_on: date | None
    instalments: int | None  # as the payer chose


def is_private(url: str) -> bool:
    """Whether nobody between can read it: TLS, or this very machine (a demonstration).

    >>> is_private("https://pagar.exemplo.com.br/c/1"), is_private("http://exemplo.com.br")
    (True, False)
    """
    return url.startswith("https://") or _LOOPBACK.match(url) is not None


class CardCheckout(Protocol):
    """A provider. Every method raises CardFailure of some kind."""

    async def open(self, order: CardOrder) -> Checkout: ...

    async def read(self, checkout_id: str) -> Checkout: ...

    async def expire(self, checkout_id: str) -> Checkout: ...


class CardFailure(Exception):
    """O provedor de cartões não fez o que foi pedido."""

    transient = False


class CardUnreachable(CardFailure):
    """O provedor de cartões não respondeu a tempo; o pedido pode ser repetido."""

    transient = True
