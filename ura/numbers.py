"""Which of our numbers was called: from the database, else by the settings.

A number that stands in no list, and all of them while the database is away, follows the
settings: the conversation answers where `talks_on` says so, in the hours given there.
"""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.inbound import service
from cobranca.inbound.number import Flow, OurNumber
from foundation.db.draining import ordered
from foundation.observability import get_logger
from ura.settings import Ura

READ_S = 2.0  # the caller hears nothing meanwhile
DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

log = get_logger(__name__)


class Numbers:
    """Asked at each call, so that a change holds from the next one on."""

    def __init__(self, engine: AsyncEngine, settings: Ura) -> None:
        self._engine = engine
        self._opening = settings.opening()
        self._talking = settings.talking()

    async def called(self, digits: str) -> OurNumber:
        try:
            async with asyncio.timeout(READ_S), self._engine.connect() as connection:
                found = await service.number_called(connection, digits)
        except DATABASE_LOST as error:
            log.warning("number_unread", why=type(error).__name__)
            found = None
        return found or self._by_settings(digits)

    async def draining(self) -> bool:
        """Whether the operator lets calls run out; not, as long as nobody can tell."""
        try:
            async with asyncio.timeout(READ_S), self._engine.connect() as connection:
                return await ordered(connection)
        except DATABASE_LOST:
            return False

    async def talking(self) -> bool:
        """Whether the conversation answers at any number. Raises as the database does."""
        async with self._engine.connect() as connection:
            listed = await service.numbers(connection)
        return bool(self._talking) or any(one.flow == "receptive" for one in listed)

    def _by_settings(self, digits: str) -> OurNumber:
        flow: Flow = "receptive" if digits in self._talking else "floor"
        return OurNumber(number=digits, name=digits, flow=flow, opening=self._opening)
