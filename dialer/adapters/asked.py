"""What agents ask of the floor, from the bus: nothing is passed over between two leaders.

The place after which nothing is done yet is kept beside the stream. A leader begins there,
so that he hears what was asked while nobody led; what the one before did in his last
instant he may hear again. Both are lost with the bus's memory, and never one alone.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable

from foundation.bus import BEGINNING, COMMANDS, LOST, Bus, Message, order_of
from foundation.observability import get_logger

DONE = "acordo:commands:done"
LATE_S = 60.0  # what was asked before that is not what anybody expects any more
GATHER_S = 0.05
RETRY_S = 1.0

log = get_logger(__name__)


class Asked:
    """One term's ear. `done` waits for what was heard so far; False: it was not done."""

    def __init__(self, bus: Bus, done: Callable[[], Awaitable[bool]]) -> None:
        self._bus = bus
        self._done = done
        self._heard = BEGINNING
        self._news = asyncio.Event()

    async def messages(self) -> AsyncIterator[Message]:
        """For ever. What one is for is done, or set aside, before the next is asked for."""
        async for message in self._bus.consume(COMMANDS, await self._begin()):
            yield message
            self._heard = message.id
            self._news.set()

    async def _begin(self) -> str:
        while True:
            try:
                return await place(self._bus)
            except LOST as error:
                log.warning("commands_unread", why=type(error).__name__)
                await asyncio.sleep(RETRY_S)

    async def run(self) -> None:
        """Keep the place for ever."""
        while True:
            await self._news.wait()
            await asyncio.sleep(GATHER_S)
            self._news.clear()
            heard = self._heard
            if not await self._done():
                return  # a later leader has to hear it
            try:
                await self._bus.client.set(DONE, heard)
            except LOST as error:
                log.warning("place_unkept", why=type(error).__name__)
                await asyncio.sleep(RETRY_S)
                self._news.set()


async def place(bus: Bus) -> str:
    """Where to begin: after what is done, and not before `LATE_S` ago.

    By the server's clock, which gives entries their place. Raises what is in bus.LOST.
    """
    seconds, _ = await bus.client.time()
    late = f"{max(0, int(seconds) - round(LATE_S)) * 1000}-0"
    done = str(await bus.client.get(DONE) or BEGINNING)
    last = await bus.last_id(COMMANDS)
    # never beyond the last: that is how a tail knows a server that lost its memory
    return min(max(done, late, key=order_of), last, key=order_of)
