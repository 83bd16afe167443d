"""A VoiceChannel over Asterisk's AudioSocket: sound and keys on one connection.

The switch plays a frame when it comes, without a buffer of its own; so nothing sent can be
taken back, and whoever sends keeps the time.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from uuid import UUID

from foundation.observability import get_logger
from ura.adapters.audiosocket import HANG_UP, SOUND, AudioSocketServer, Hears
from ura.adapters.incoming import Flood, Incoming, pieces
from ura.ports import FRAME_BYTES, CallOver, Pressed, Sound

KEY = 0x03
KEYS = frozenset("0123456789*#")
CALL_S = 3600.0  # at most; a conversation ends long before
TAKEN_S = 2.0  # for the switch to take a frame
_HEAD = bytes([SOUND]) + FRAME_BYTES.to_bytes(2, "big")

log = get_logger(__name__)

Talks = Callable[[UUID, "AudioSocketChannel"], Awaitable[None]]


class AudioSocketChannel:
    """One connection, as a VoiceChannel."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer
        self._over = False

    async def heard(self) -> AsyncIterator[Sound | Pressed]:
        """Frames of whatever size come as whole ones of 20 ms; what is no sound is left."""
        incoming = Incoming()
        try:
            async for kind, content in pieces(self._reader):
                if kind == HANG_UP or self._over:
                    break
                if kind == SOUND:
                    for sound in incoming.frames(content):
                        yield sound
                elif kind == KEY and (key := content[:1].decode("latin-1")) in KEYS:
                    yield Pressed(key)
        except ConnectionError:
            pass
        except Flood as error:
            log.warning("audiosocket_client_refused", why=str(error))
        finally:
            self._over = True

    async def send(self, frame: bytes) -> None:
        if self._over:
            raise CallOver
        if len(frame) != FRAME_BYTES:
            raise ValueError(len(frame))
        try:
            self._writer.write(_HEAD + frame)
            if self._writer.transport.get_write_buffer_size():  # the switch is behind
                async with asyncio.timeout(TAKEN_S):
                    await self._writer.drain()
        except (ConnectionError, TimeoutError) as error:
            self._over = True
            raise CallOver from error

    async def drop(self) -> None:
        return None

    async def leave(self) -> None:
        if not self._over:
            self._over = True
            with suppress(ConnectionError, RuntimeError):
                self._writer.write(bytes([HANG_UP, 0, 0]))


class TalkServer(AudioSocketServer):
    """Gives the connections of calls that `expects` knows as channels to `talks`.

    Those of other calls are only listened to, by `hears`.
    """

    def __init__(
        self,
        talks: Talks,
        most: int,
        *,
        expects: Callable[[UUID], bool] = lambda _call: True,
        hears: Hears | None = None,
    ) -> None:
        super().__init__(hears or _nobody_hears, most)
        self._talks = talks
        self._expects = expects

    async def _serve(
        self, call: UUID, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if not self._expects(call):
            await super()._serve(call, reader, writer)
            return
        async with asyncio.timeout(CALL_S):
            await self._talks(call, AudioSocketChannel(reader, writer))


async def _nobody_hears(_call: UUID, _sound: object) -> None:
    return None
