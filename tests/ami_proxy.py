"""A TCP proxy in front of AMI that misbehaves on purpose, for tests."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager


class AmiProxy:
    """Passes bytes both ways, counts what passes, and breaks when told to."""

    def __init__(self, target: int) -> None:
        self._target = target
        self.connections = 0
        self.sent = b""  # everything that clients said
        self.cut_on = b""  # once these bytes went to the switch, cut both sides
        self.mute = False  # swallow what the switch says
        self.in_pieces = False  # hand on one byte at a time
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[AmiProxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", 0)
        self.port = server.sockets[0].getsockname()[1]
        try:
            yield self
        finally:
            server.close()
            self.cut()
            if self._tasks:
                await asyncio.wait(self._tasks)
            await server.wait_closed()

    def cut(self) -> None:
        """Drop every connection at once, without a farewell."""
        for writer in self._open:
            writer.transport.abort()

    async def _serve(
        self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        self.connections += 1
        far_reader, far_writer = await asyncio.open_connection("127.0.0.1", self._target)
        ours = {writer, far_writer}
        self._open |= ours
        pumps = {
            asyncio.create_task(self._pump(reader, self._to_switch(far_writer))),
            asyncio.create_task(self._pump(far_reader, self._to_client(writer))),
        }
        self._tasks |= pumps
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for end in ours:
            end.transport.abort()
        await asyncio.wait(pumps)
        self._tasks -= pumps
        self._open -= ours

    async def _pump(
        self, reader: asyncio.StreamReader, on: Callable[[bytes], Awaitable[None]]
    ) -> None:
        try:
            while data := await reader.read(65536):
                await on(data)
        except ConnectionError:
            return

    def _to_switch(
        self, writer: asyncio.StreamWriter
    ) -> Callable[[bytes], Awaitable[None]]:
        async def send(data: bytes) -> None:
            self.sent += data
            writer.write(data)
            await writer.drain()
            if self.cut_on and self.cut_on in self.sent:
                self.cut_on = b""
                self.cut()

        return send

    def _to_client(
        self, writer: asyncio.StreamWriter
    ) -> Callable[[bytes], Awaitable[None]]:
        async def send(data: bytes) -> None:
            if self.mute:
                return
            step = 1 if self.in_pieces else len(data)
            for at in range(0, len(data), step):
                writer.write(data[at : at + step])
                await writer.drain()
                await asyncio.sleep(0)

        return send
