"""A provider of hosted checkouts spoken to by JSON over HTTPS.

The charge's id goes as the idempotency key, so asking again after a silence gives the
same checkout. Amounts travel as integer cents.
"""

from __future__ import annotations

from datetime import date
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import aiohttp
from pydantic import (
    BaseModel,
    ConfigDict,
    Field,
    ValidationError,
    field_validator,
    model_validator,
)

from cobranca.payments.card.port import (
    CardFailure,
    CardOrder,
    CardUnreachable,
    Checkout,
    CheckoutState,
    is_private,
)
from cobranca.payments.written import from_cents, to_cents

_TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)


class CheckoutOut(BaseModel):
    """A checkout as the provider writes it, in answers and in webhooks."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    id: str = Field(pattern=r"^[A-Za-z0-9_-]{1,64}$")
    reference: UUID
    url: str
    state: CheckoutState
    amount_cents: int = Field(gt=0)
    refunded_cents: int = Field(0, ge=0)
    paid_on: date | None = None
    instalments: int | None = None

    @field_validator("url")
    @classmethod
    def _over_tls(cls, url: str) -> str:
        if not is_private(url):
            raise ValueError("checkout without TLS")
        return url

    @model_validator(mode="after")
    def _dated(self) -> Self:
        if self.state in ("paid", "refunded") and self.paid_on is None:
            raise ValueError("paid without a date")
        return self

    def checkout(self) -> Checkout:
        """Return it as the domain knows it."""
        return Checkout(
            id=self.id,
            charge_id=self.reference,
            url=self.url,
            state=self.state,
            amount=from_cents(self.amount_cents),
            refunded=from_cents(self.refunded_cents),
            paid_on=self.paid_on,
            instalments=self.instalments,
        )


class HostedCheckout:
    """Use as an async context manager."""

    def __init__(self, base_url: str, secret: str, *, ssl: Any = True) -> None:
        self._base = base_url
        self._headers = {"Authorization": f"Bearer {secret}"}
        self._ssl = ssl

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(ssl=self._ssl)
        self._session = aiohttp.ClientSession(
            connector=connector, timeout=_TIMEOUT, headers=self._headers
        )
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def open(self, order: CardOrder) -> Checkout:
        """Open a checkout, or find the one that an earlier asking opened."""
        body = {
            "reference": str(order.charge_id),
            "amount_cents": to_cents(order.amount),
            "instalments": order.instalments,
            "description": order.description,
            "return_url": order.return_url,
        }
        headers = {"Idempotency-Key": str(order.charge_id)}
        opened = await self._ask("POST", "/checkouts", json=body, headers=headers)
        if opened.charge_id != order.charge_id or opened.amount != order.amount:
            raise CardFailure("the provider opened another checkout than asked for")
        return opened

    async def read(self, checkout_id: str) -> Checkout:
        """Return what became of a checkout: what heals a lost webhook."""
        return await self._ask("GET", f"/checkouts/{checkout_id}")

    async def expire(self, checkout_id: str) -> Checkout:
        """Close one that is not to be paid any more; one that was paid says so."""
        return await self._ask("POST", f"/checkouts/{checkout_id}/expire")

    async def _ask(self, method: str, path: str, **more: Any) -> Checkout:
        try:
            async with self._session.request(
                method, self._base + path, allow_redirects=False, **more
            ) as answer:
                content, status = await answer.read(), answer.status
        except (aiohttp.ClientError, TimeoutError) as error:
            raise CardUnreachable(type(error).__name__) from error
        if status >= 500 or status == 429:
            raise CardUnreachable(f"HTTP {status}")
        if status >= 300:
            raise CardFailure(f"HTTP {status}")
        try:
            return CheckoutOut.model_validate_json(content).checkout()
        except ValidationError:
            raise CardFailure("answer not understood") from None
