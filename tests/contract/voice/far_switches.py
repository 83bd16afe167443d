"""The switch's side of both ways to a call's sound, to be led by a test."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol
from uuid import UUID, uuid4

from aiohttp import WSMsgType, web
from aiohttp.test_utils import TestServer

from ura.adapters.audiosocket_channel import AudioSocketChannel, TalkServer
from ura.adapters.websocket_channel import connected
from ura.ports import VoiceChannel

PATIENCE_S = 20.0


class Far(Protocol):
    """What a test can have the switch do."""

    async def sound(self, pcm: bytes) -> None: ...

    async def key(self, key: str) -> None: ...

    async def nonsense(self) -> None: ...

    async def hang_up(self) -> None: ...

    async def cut(self) -> None: ...

    async def played(self) -> bytes:
        """The next sound that came; empty when the channel left the call."""
        ...


class AudioSocketFar:
    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer

    def say(self, kind: int, content: bytes = b"") -> None:
        self._writer.write(bytes([kind]) + len(content).to_bytes(2, "big") + content)

    async def sound(self, pcm: bytes) -> None:
        self.say(0x10, pcm)

    async def key(self, key: str) -> None:
        self.say(0x03, key.encode("latin-1"))

    async def nonsense(self) -> None:
        self.say(0x77, b"who knows")
        self.say(0x03)

    async def hang_up(self) -> None:
        self.say(0x00)

    async def cut(self) -> None:
        self._writer.transport.abort()

    async def played(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            head = await self._reader.readexactly(3)
            return await self._reader.readexactly(int.from_bytes(head[1:], "big"))


class WebSocketFar:
    def __init__(self, socket: web.WebSocketResponse) -> None:
        self.socket = socket
        self.words: list[str] = []
        self._played: asyncio.Queue[bytes] = asyncio.Queue()

    async def follow(self) -> None:
        async for message in self.socket:
            if message.type is WSMsgType.BINARY:
                self._played.put_nowait(message.data)
            elif message.type is WSMsgType.TEXT:
                self.words.append(message.data)
                if message.data == "HANGUP":
                    self._played.put_nowait(b"")

    async def sound(self, pcm: bytes) -> None:
        await self.socket.send_bytes(pcm)

    async def key(self, key: str) -> None:
        await self.socket.send_str(f"DTMF_END digit:{key}")

    async def nonsense(self) -> None:
        await self.socket.send_str("MEDIA_XOFF")
        await self.socket.send_str("DTMF_END")

    async def hang_up(self) -> None:
        await self.socket.close()

    async def cut(self) -> None:
        await self.socket.close(code=1011)

    async def played(self) -> bytes:
        async with asyncio.timeout(PATIENCE_S):
            return await self._played.get()


@asynccontextmanager
async def audiosocket() -> AsyncIterator[tuple[VoiceChannel, Far]]:
    calls: asyncio.Queue[AudioSocketChannel] = asyncio.Queue()
    over = asyncio.Event()

    async def talks(_call: UUID, channel: AudioSocketChannel) -> None:
        calls.put_nowait(channel)
        await over.wait()

    async with TalkServer(talks, 5).serving("127.0.0.1", 0) as port:
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        far = AudioSocketFar(reader, writer)
        far.say(0x01, uuid4().bytes)
        try:
            yield await calls.get(), far
        finally:
            over.set()
            writer.close()
            with suppress(ConnectionError):
                await writer.wait_closed()


@asynccontextmanager
async def websocket() -> AsyncIterator[tuple[VoiceChannel, Far]]:
    here: asyncio.Queue[WebSocketFar] = asyncio.Queue()

    async def media(request: web.Request) -> web.WebSocketResponse:
        socket = web.WebSocketResponse(protocols=["media"])
        await socket.prepare(request)
        far = WebSocketFar(socket)
        here.put_nowait(far)
        await far.follow()
        return socket

    app = web.Application()
    app.router.add_get("/media/{call}", media)
    async with (
        TestServer(app) as server,
        connected(str(server.make_url("/media/1"))) as channel,
    ):
        yield channel, await here.get()


WAYS = {"audiosocket": audiosocket, "chan_websocket": websocket}
