"""Sound that comes in pieces of any size, as whole frames, in step with the clock.

A switch sends what a caller says while he says it. Who sends minutes in a second is no
switch: his sound would fill the memory, for it is kept until the turn is over.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator, Callable, Iterator

from ura.ports import FRAME_BYTES, RATE_HZ, Sound

AHEAD_S = 5.0  # of the clock: what stood still for a while may come at once
CLOSE_S = 1.0  # to take what was sent last
_BYTES_PER_S = RATE_HZ * 2
_CHUNK = 64 * 1024


class Flood(ValueError):
    """More sound came than time has passed."""


class Incoming:
    """Of one call."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._begun_s = clock()
        self._bytes = 0
        self._rest = b""

    def frames(self, content: bytes) -> Iterator[Sound]:
        """Give the frames that are whole with this piece. Raises Flood."""
        self.count(len(content))
        held = self._rest + content if self._rest else content
        whole = len(held) - len(held) % FRAME_BYTES
        self._rest = held[whole:]
        for at in range(0, whole, FRAME_BYTES):
            yield Sound(held[at : at + FRAME_BYTES])

    def count(self, size: int) -> None:
        """So many bytes came. Raises Flood."""
        self._bytes += size
        if self._bytes / _BYTES_PER_S > self._clock() - self._begun_s + AHEAD_S:
            raise Flood("more sound than time")


async def pieces(reader: asyncio.StreamReader) -> AsyncIterator[tuple[int, bytes]]:
    """Kind and content of every AudioSocket frame, to the end of the connection.

    Those that came together cost one wait. Raises ConnectionError.
    """
    held = b""
    while chunk := await reader.read(_CHUNK):
        held = held + chunk if held else chunk
        at = 0
        while len(held) >= at + 3:
            end = at + 3 + int.from_bytes(held[at + 1 : at + 3], "big")
            if end > len(held):
                break
            yield held[at], held[at + 3 : end]
            at = end
        held = held[at:]


async def close(writer: asyncio.StreamWriter) -> None:
    """Close, and cut off a client that does not take what it was sent."""
    writer.close()
    try:
        async with asyncio.timeout(CLOSE_S):
            await writer.wait_closed()
    except (ConnectionError, TimeoutError):
        writer.transport.abort()
