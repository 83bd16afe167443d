"""A VoiceChannel over Asterisk's chan_websocket: sound as binary messages, words as text.

The switch keeps what it is given and plays it in time; so what was sent and is not heard
yet can be taken back. Whoever sends keeps the time all the same, as with AudioSocket.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

import aiohttp

from foundation.observability import get_logger
from ura.adapters.incoming import Flood, Incoming
from ura.ports import FRAME_BYTES, CallOver, Pressed, Sound

PROTOCOL = "media"
KEYS = frozenset("0123456789*#")
ANSWER, FLUSH, HANG_UP, KEY = "ANSWER", "FLUSH_MEDIA", "HANGUP", "DTMF_END"
CONNECT_S = 3.0
TAKEN_S = 2.0  # for the switch to take a frame
log = get_logger(__name__)

_LOST = (ConnectionError, TimeoutError, aiohttp.ClientError)


class WebSocketChannel:
    """One connection, as a VoiceChannel."""

    def __init__(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        self._socket = socket
        self._over = False

    async def heard(self) -> AsyncIterator[Sound | Pressed]:
        """Messages of whatever size come as whole frames of 20 ms."""
        incoming = Incoming()
        try:
            async for message in self._socket:
                if self._over:
                    break
                if message.type is aiohttp.WSMsgType.BINARY:
                    for sound in incoming.frames(message.data):
                        yield sound
                elif message.type is aiohttp.WSMsgType.TEXT:
                    key = _key_of(message.data)
                    if key:
                        yield Pressed(key)
        except Flood as error:
            log.warning("websocket_refused", why=str(error))
        finally:
            self._over = True

    async def send(self, frame: bytes) -> None:
        if self._over or self._socket.closed:
            raise CallOver
        if len(frame) != FRAME_BYTES:
            raise ValueError(len(frame))
        try:
            async with asyncio.timeout(TAKEN_S):
                await self._socket.send_bytes(frame)
        except _LOST as error:
            self._over = True
            raise CallOver from error

    async def drop(self) -> None:
        await self._tell(FLUSH)

    async def leave(self) -> None:
        await self._tell(HANG_UP)
        self._over = True

    async def _tell(self, word: str) -> None:
        if not self._over and not self._socket.closed:
            with suppress(*_LOST):
                await self._socket.send_str(word)


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[WebSocketChannel]:
    """Open the sound of a call, `http://switch/media/ID`, and take it. Raises CallOver."""
    async with aiohttp.ClientSession() as session:
        try:
            async with asyncio.timeout(CONNECT_S):
                socket = await session.ws_connect(url, protocols=[PROTOCOL])
                await socket.send_str(ANSWER)
        except _LOST as error:
            raise CallOver from error
        try:
            yield WebSocketChannel(socket)
        finally:
            await socket.close()


def _key_of(text: str) -> str:
    """The key of `DTMF_END digit:5`; empty when it is another message."""
    name, _, told = text.partition(" ")
    digit = told.partition("digit:")[2][:1]
    return digit if name == KEY and digit in KEYS else ""
