"""Writes the turns of one conversation as they end, so that it can be followed live.

The conversation never waits for it. What could not be written in time, or is under way
when the conversation ends, is written then with the rest.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.contacts import robot_calls
from foundation.observability import get_logger
from ura.conversation.record import TurnRecord

DATABASE_LOST = (DBAPIError, OSError, TimeoutError)

log = get_logger(__name__)


class TurnWriter:
    """`take` them in order; `run` writes for ever, until it is cancelled."""

    def __init__(self, engine: AsyncEngine, call: UUID) -> None:
        self._engine = engine
        self._call = call
        self._turns: asyncio.Queue[TurnRecord] = asyncio.Queue()

    def take(self, turn: TurnRecord) -> None:
        self._turns.put_nowait(turn)

    async def run(self) -> None:
        number = 0
        while True:
            turn, number = await self._turns.get(), number + 1
            try:
                async with self._engine.begin() as connection:
                    await robot_calls.turn(connection, self._call, number, asdict(turn))
            except DATABASE_LOST as error:
                log.warning("turn_unwritten", why=type(error).__name__)
