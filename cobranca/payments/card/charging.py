"""Asks the card provider for a checkout of what is owed today, once for an amount and day.

As with Pix, the charge is in the database before the provider hears of it, and older
checkouts of the same thing are closed, so that none is paid with an old amount.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.card.port import CardCheckout, CardFailure, CardOrder
from cobranca.payments.charging import charge_of, remove
from cobranca.payments.owing import Owing
from cobranca.payments.store import ChargeRow
from foundation.observability import get_logger

NEUTRAL = "Pagamento combinado"  # the provider's page names neither creditor nor debt

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class CardCharge:
    """A provider's page on which a charge is paid."""

    charge_id: UUID
    url: str


async def card_charge(
    engine: AsyncEngine,
    provider: CardCheckout,
    owing: Owing,
    *,
    return_url: str,
    instalments: int,
) -> CardCharge:
    """Return a checkout of what is owed; raises CardFailure, PaymentRefused."""
    now = datetime.now(UTC)
    async with engine.begin() as connection:
        charge_id, older = await charge_of(connection, owing, now, means="card")
    opened = await provider.open(
        CardOrder(
            charge_id=charge_id,
            amount=owing.amount,
            description=NEUTRAL,
            return_url=return_url,
            instalments=instalments,
        )
    )
    if opened.state in ("refused", "expired"):  # asking again is asking for another one
        async with engine.begin() as connection:
            await remove(connection, charge_id, now)
        raise CardFailure(f"the checkout is {opened.state}")
    async with engine.begin() as connection:
        await connection.execute(
            update(ChargeRow)
            .where(ChargeRow.id == charge_id)
            .values(code=opened.url, outside_id=opened.id)
        )
    for one in older:
        await _close(engine, provider, one, now)
    return CardCharge(charge_id, opened.url)


async def _close(
    engine: AsyncEngine, provider: CardCheckout, charge_id: UUID, now: datetime
) -> None:
    """One that the provider will not close is told of when it is paid."""
    async with engine.connect() as connection:
        query = select(ChargeRow.outside_id).where(ChargeRow.id == charge_id)
        name = await connection.scalar(query)
    if name is not None:
        try:
            await provider.expire(name)
        except CardFailure as error:
            log.info("checkout_not_closed", why=str(error))
            if error.transient:
                return  # asked for again the next time
    async with engine.begin() as connection:
        await remove(connection, charge_id, now)
