"""What the card provider tells of checkouts, and the worker's asking for what it did not.

A webhook and an asking end in the same place: money in the ledger or on the work list, a
checkout that is over taken back so that the next asking opens another.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from sqlalchemy import func, or_, select
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.arrivals import Heard
from cobranca.payments.card.port import CardCheckout, CardFailure, Checkout
from cobranca.payments.charging import remove
from cobranca.payments.reconciling import Arrival
from cobranca.payments.store import ArrivalRow, ChargeRow
from cobranca.payments.taking import take_in
from cobranca.settings import WorkerSettings
from foundation.observability import get_logger
from foundation.process import Process
from foundation.settings import ProcessSettings

ASKED_FOR = timedelta(days=30)  # a checkout lives no longer at any provider
AFTER_REMOVAL = timedelta(days=2)
AT_ONCE = 200

log = get_logger(__name__)


def card_heard(told: Checkout) -> Heard | None:
    """The money of a checkout; None while none has come."""
    if told.state not in ("paid", "refunded") or told.paid_on is None:
        return None
    arrival = Arrival(
        reference=told.id,
        means="card",
        amount=told.amount,
        paid_on=told.paid_on,
        refunded=told.refunded,
    )
    return Heard(arrival=arrival, charge_id=told.charge_id)


async def keep(engine: AsyncEngine, settings: ProcessSettings, told: Checkout) -> bool:
    """Commit what was told; true when it is news of money. Raises DBAPIError, OSError."""
    heard = card_heard(told)
    if heard is not None:
        (taken,) = await take_in(engine, settings, [heard])
        return taken.fresh
    if told.state in ("refused", "expired"):
        async with engine.begin() as connection:
            await remove(connection, told.charge_id, datetime.now(UTC))
    return False


async def catch_up(
    engine: AsyncEngine, settings: ProcessSettings, provider: CardCheckout
) -> int:
    """Ask for checkouts of which no end was told; return how many were paid.

    Raises CardFailure that may pass, DBAPIError, OSError.
    """
    now, news = datetime.now(UTC), 0
    query = (
        select(ChargeRow.outside_id)
        .outerjoin(ArrivalRow, ArrivalRow.charge_id == ChargeRow.id)
        .where(
            ChargeRow.means == "card",
            ChargeRow.outside_id.is_not(None),
            ChargeRow.created_at > now - ASKED_FOR,
            ArrivalRow.id.is_(None),
            or_(ChargeRow.removed_at.is_(None), ChargeRow.removed_at > now - AFTER_REMOVAL),
        )
        .order_by(func.random())  # with more than fit, each gets its turn
        .limit(AT_ONCE)
    )
    async with engine.connect() as connection:
        names = list((await connection.scalars(query)).all())
    for name in names:
        try:
            told = await provider.read(str(name))
        except CardFailure as error:
            if error.transient:
                raise
            log.warning("checkout_not_read", why=str(error))
            continue
        news += await keep(engine, settings, told)
    return news


async def serve(own: Process, engine: AsyncEngine, settings: WorkerSettings) -> None:
    """Ask now and then until the worker stops; at once done when no card is taken."""
    card = settings.card
    if not card.in_use:
        return
    async with card.provider() as provider:
        stopping = False
        while not stopping:
            try:
                await catch_up(engine, settings, provider)
            except CardFailure as error:
                log.warning("card_not_asked", why=str(error))
            except (DBAPIError, OSError, TimeoutError) as error:
                log.warning("card_answers_not_kept", why=type(error).__name__)
            stopping = await own.pause(card.reconcile_s)
