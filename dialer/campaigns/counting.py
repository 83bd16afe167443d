"""How many debtors a filter finds, while somebody is still typing it.

An exact count is given a moment; a list of millions of rows may need longer, and then a
sample of the debtors tells about how many. No count holds a connection for long.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.campaigns.filter import DebtorFilter, debtors
from foundation.db.contact_clock import contact_day
from foundation.db.time_limit import TookTooLong, each_within

EXACT_MS = 800
SAMPLE_MS = 1500
SAMPLE_PERCENT = 1.0


@dataclass(frozen=True, slots=True)
class Count:
    """`debtors` None: not even the sample was quick enough."""

    debtors: int | None
    exact: bool


async def count(connection: AsyncConnection, wanted: DebtorFilter) -> Count:
    """Count within about EXACT_MS + SAMPLE_MS."""
    today = await contact_day(connection)
    found = await _within(connection, wanted, today, EXACT_MS, None)
    if found is not None:
        return Count(found, exact=True)
    sampled = await _within(connection, wanted, today, SAMPLE_MS, SAMPLE_PERCENT)
    if sampled is None:
        return Count(None, exact=False)
    return Count(_rounded(sampled * 100 / SAMPLE_PERCENT), exact=False)


async def _within(
    connection: AsyncConnection,
    wanted: DebtorFilter,
    today: date,
    limit_ms: int,
    sample: float | None,
) -> int | None:
    found = debtors(wanted, today, sample=sample).subquery()
    try:
        async with each_within(connection, limit_ms):
            return await connection.scalar(select(func.count()).select_from(found))
    except TookTooLong:
        return None


def _rounded(estimate: float) -> int:
    """Two figures: a sample knows no more.

    >>> _rounded(123456.0), _rounded(40.0)
    (120000, 40)
    """
    whole = round(estimate)
    return round(whole, 2 - len(str(whole)))
