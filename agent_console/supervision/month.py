"""Reads the 30 days of abandonment so that each look costs little."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.figures import feed
from dialer.figures.abandonment import Rate
from dialer.figures.month import MONTH, RateBook

LATE = timedelta(hours=3)  # a call lasts an hour at most, then it is known how it went
ANEW = timedelta(hours=1)  # for what was mended later than that


class Month:
    """The 30 days: read whole now and then, else only the hours that may still change."""

    def __init__(self) -> None:
        self._book = RateBook()
        self._whole: datetime | None = None
        self._until: datetime | None = None

    async def read(self, connection: AsyncConnection, at: datetime) -> dict[UUID, Rate]:
        known = self._whole is not None and at - self._whole < ANEW
        if known and self._until is not None:
            since = self._until - LATE
        else:
            since, self._whole = at - MONTH, at
        self._book.put(await feed.rates_by_hour(connection, since), since)
        self._until = at
        return self._book.month(at)
