"""Asks a bank for a Pix charge of what is owed today, once for each amount and day.

The charge is in the database before the bank hears of it, so that money that comes is
known whatever happens in between; asking again gives the same charge. Older ones of the
same thing are taken back, so that it is not paid twice by somebody with an old code.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from uuid import UUID

from sqlalchemy import ColumnElement, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.errors import AnswerNotUnderstood, BankRefused
from cobranca.payments.api_pix.orders import ImmediateCharge
from cobranca.payments.owing import Owing
from cobranca.payments.pix.key import PixKey
from cobranca.payments.pix.txid import txid_of
from cobranca.payments.reconciling import Means
from cobranca.payments.store import ChargeRow
from foundation.clock import SAO_PAULO
from foundation.ids import uuid7
from foundation.observability import get_logger

LEAST_S = 900  # a code that is given can be used for so long at least

log = get_logger(__name__)
_ONE_AT_A_TIME = text("SELECT pg_advisory_xact_lock(hashtextextended(:what, 0))")


@dataclass(frozen=True, slots=True)
class PixCharge:
    """A code to pay, and what it pays."""

    charge_id: UUID
    code: str
    owing: Owing


async def pix_charge(
    engine: AsyncEngine,
    api: ApiPix,
    key: PixKey,
    owing: Owing,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
) -> PixCharge:
    """Return a Pix charge of what is owed; raises BankFailure, PaymentRefused."""
    async with engine.begin() as connection:
        charge_id, older = await charge_of(connection, owing, now(), means="pix", how="cob")
    order = ImmediateCharge(
        amount=owing.amount, key=key, expires_s=_expires_s(owing.on, now())
    )
    charge = await api.create(txid_of(charge_id), order)
    if charge.code is None:
        raise AnswerNotUnderstood("pixCopiaECola")
    async with engine.begin() as connection:
        await connection.execute(
            update(ChargeRow).where(ChargeRow.id == charge_id).values(code=charge.code)
        )
    for one in older:
        await _take_back(engine, api, one, now())
    return PixCharge(charge_id, charge.code, owing)


def _expires_s(on: date, now: datetime) -> int:
    """To the end of that day in Brasília, for the amount is that day's."""
    end = datetime.combine(on, time.max, SAO_PAULO)
    return max(LEAST_S, round((end - now).total_seconds()))


async def charge_of(
    connection: AsyncConnection,
    owing: Owing,
    now: datetime,
    *,
    means: Means,
    how: str | None = None,
) -> tuple[UUID, list[UUID]]:
    """The charge of this amount and day, made now if need be; and the older ones.

    Two who ask at once get the same one.
    """
    await connection.execute(
        _ONE_AT_A_TIME, {"what": f"charge:{owing.debt}:{owing.instalment}:{means}"}
    )
    query = (
        select(ChargeRow.id, ChargeRow.amount, ChargeRow.due_on)
        .where(
            _same(owing), ChargeRow.means == means,
            ChargeRow.how.is_not_distinct_from(how), ChargeRow.removed_at.is_(None),
            ChargeRow.created_at > now - timedelta(days=90),
        )
        .with_for_update()
    )  # fmt: skip
    rows = list(await connection.execute(query))
    wanted = (owing.amount, owing.on)
    same = [row.id for row in rows if (row.amount, row.due_on) == wanted]
    older = [row.id for row in rows if (row.amount, row.due_on) != wanted]
    if same:
        return same[0], older
    values = {
        "id": uuid7(),
        "debt_id": owing.debt,
        "instalment_id": owing.instalment,
        "means": means,
        "how": how,
        "amount": owing.amount,
        "due_on": owing.on,
        "created_at": now,
    }
    await connection.execute(insert(ChargeRow), values)
    return UUID(str(values["id"])), older


def _same(owing: Owing) -> ColumnElement[bool]:
    if owing.instalment is not None:
        return ChargeRow.instalment_id == owing.instalment
    return (ChargeRow.debt_id == owing.debt) & ChargeRow.instalment_id.is_(None)


async def _take_back(
    engine: AsyncEngine, api: ApiPix, charge_id: UUID, now: datetime
) -> None:
    """One that is paid or expired already is not active any more: nothing to take back."""
    try:
        await api.remove("cob", txid_of(charge_id))
    except BankRefused as error:
        log.info("charge_not_removed", status=error.status)
    async with engine.begin() as connection:
        await remove(connection, charge_id, now)


async def remove(connection: AsyncConnection, charge_id: UUID, now: datetime) -> None:
    """Note that a charge is not to be paid any more; money that comes is seen to."""
    await connection.execute(
        update(ChargeRow)
        .where(ChargeRow.id == charge_id, ChargeRow.removed_at.is_(None))
        .values(removed_at=now)
    )
