"""What creditors recorded, from the database to the calls of this process.

Which recordings a creditor has is asked for anew every few seconds; the sounds stay, for
one that is replaced is another. Without a database, or when it is slow, the prompt is
said in our own voice: nobody waits for a voice in silence.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.voices import service
from foundation.observability import get_logger
from ura.ports import Samples
from ura.speaking.recordings import samples_of

FRESH_S = 5.0  # how long what a creditor has is taken to be as it was
PATIENCE_S = 0.5
MOST_KEPT = 64_000_000  # bytes of sound in memory: over an hour
TROUBLES = (DBAPIError, OSError, TimeoutError)

log = get_logger(__name__)


@dataclass(frozen=True, slots=True)
class _Shelf:
    """What a creditor has: id and text by prompt. `at_s`: when it was asked for."""

    at_s: float
    recordings: Mapping[str, tuple[UUID, str]]


class CreditorRecordings:
    """`ura.speaking.speaker.OwnRecordings`, of one process."""

    def __init__(self, engine: AsyncEngine) -> None:
        self._engine = engine
        self._shelves: dict[UUID, _Shelf] = {}
        self._sounds: OrderedDict[UUID, bytes] = OrderedDict()
        self._size = 0

    async def recording(self, creditor: UUID, prompt: str, text: str) -> Samples | None:
        try:
            async with asyncio.timeout(PATIENCE_S):
                shelf = await self._shelf(creditor)
                found, said = shelf.recordings.get(prompt, (None, ""))
                if found is None or said != text:
                    return None
                raw = await self._sound(found)
        except TROUBLES as error:
            log.warning("creditor_voice_lost", prompt=prompt, why=type(error).__name__)
            self._shelves[creditor] = _Shelf(asyncio.get_running_loop().time(), {})
            return None
        return None if raw is None else samples_of(raw)

    async def _shelf(self, creditor: UUID) -> _Shelf:
        now_s = asyncio.get_running_loop().time()
        known = self._shelves.get(creditor)
        if known is None or now_s - known.at_s >= FRESH_S:
            async with self._engine.connect() as connection:
                known = _Shelf(now_s, await service.spoken_by(connection, creditor))
            self._shelves[creditor] = known
        return known

    async def _sound(self, recording: UUID) -> bytes | None:
        known = self._sounds.get(recording)
        if known is None:
            async with self._engine.connect() as connection:
                known = await service.sound_of(connection, recording)
            if known is None:
                return None
            self._keep(recording, known)
        else:
            self._sounds.move_to_end(recording)
        return known

    def _keep(self, recording: UUID, raw: bytes) -> None:
        """The sounds that were not heard for longest make room."""
        if recording not in self._sounds:
            self._sounds[recording] = raw
            self._size += len(raw)
        while self._size > MOST_KEPT:
            _, gone = self._sounds.popitem(last=False)
            self._size -= len(gone)
