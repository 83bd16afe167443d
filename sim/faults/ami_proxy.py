"""A TCP proxy in front of AMI that passes everything on, and misbehaves on purpose."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from enum import StrEnum

_END = b"\r\n\r\n"
_LISTENS = b"Channel: Local/"
_ACTION_ID = re.compile(rb"^ActionID: *(\S+)", re.MULTILINE)
_BORN = re.compile(rb"^ChannelId: *(\S+)", re.MULTILINE)  # a new channel's unique id
_CHANNEL = re.compile(rb"^Channel: *(\S+)", re.MULTILINE)


class When(StrEnum):
    """At which moment of an action the connection is cut."""

    BEFORE = "before"  # the switch never hears of it
    UNANSWERED = "unanswered"  # it does; its response is lost
    BETWEEN = "between"  # the response comes, no event after it
    AFTER = "after"  # the first event of the action's channel comes, and no other


@dataclass(slots=True)
class Cut:
    """Cut once, at the next action of that name. `done` is set when it happened."""

    action: str  # e.g. Originate
    when: When
    done: asyncio.Event = field(default_factory=asyncio.Event)
    _answer: bytes = b""  # the id that its response carries
    _channel: bytes = b""
    _rest: bytes = b""

    def up(self, data: bytes) -> tuple[bytes, bool]:
        """What of a client's bytes is passed on, and whether to cut then."""
        at = self._place(data)
        if at < 0 or self._answer or self.done.is_set():
            return data, False
        if self.when is When.BEFORE:
            return data[:at], True
        if self.when is When.UNANSWERED:
            return data, True
        named = _ACTION_ID.search(data, at)
        channel = _BORN.search(data, at) or _CHANNEL.search(data, at)
        if named is not None and channel is not None:
            self._answer, self._channel = named[1], channel[1]
        return data, False

    def _place(self, data: bytes) -> int:
        """Where the action begins; of what only listens (Local) a client hears nothing."""
        at = data.find(b"Action: " + self.action.encode())
        while at >= 0:
            end = data.find(_END, at)
            if _LISTENS not in data[at : end if end >= 0 else len(data)]:
                return at
            at = data.find(b"Action: " + self.action.encode(), at + 1)
        return -1

    def down(self, data: bytes) -> tuple[bytes, bool]:
        """The same for the switch's bytes: whole messages, up to the one that cuts."""
        if not self._answer:
            return data, False
        *whole, self._rest = (self._rest + data).split(_END)
        passed = b""
        for message in whole:
            passed += message + _END
            if self._cuts(message):
                return passed, True
        return passed, False

    def _cuts(self, message: bytes) -> bool:
        if self.when is When.BETWEEN:
            return message.startswith(b"Response:") and self._answer in message
        return message.startswith(b"Event:") and self._channel in message


class AmiProxy:
    """Passes bytes both ways, counts what passes, and breaks when told to."""

    def __init__(self, target: int, *, remembers: bool = True) -> None:
        self._target = target
        self._remembers = remembers
        self.connections = 0
        self.sent = b""  # everything that clients said, if it remembers
        self.cut_on = b""  # once these bytes went to the switch, cut both sides
        self.plan: Cut | None = None
        self.mute = False  # swallow what the switch says
        self.in_pieces = False  # hand on one byte at a time
        self.port = 0
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    @asynccontextmanager
    async def serving(self) -> AsyncIterator[AmiProxy]:
        server = await asyncio.start_server(self._serve, "127.0.0.1", self.port)
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
        try:
            far_reader, far_writer = await asyncio.open_connection(
                "127.0.0.1", self._target
            )
        except OSError:  # the switch is down: so are we
            writer.transport.abort()
            return
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
            cuts = False
            if self.plan is not None:
                data, cuts = self.plan.up(data)
            if self._remembers:
                self.sent += data
            writer.write(data)
            await writer.drain()
            if cuts:
                self._carry_out()
            elif self.cut_on and self.cut_on in self.sent:
                self.cut_on = b""
                self.cut()

        return send

    def _to_client(
        self, writer: asyncio.StreamWriter
    ) -> Callable[[bytes], Awaitable[None]]:
        async def send(data: bytes) -> None:
            if self.mute:
                return
            cuts = False
            if self.plan is not None:
                data, cuts = self.plan.down(data)
            step = 1 if self.in_pieces else max(1, len(data))
            for at in range(0, len(data), step):
                writer.write(data[at : at + step])
                await writer.drain()
                await asyncio.sleep(0)
            if cuts:
                self._carry_out()

        return send

    def _carry_out(self) -> None:
        plan, self.plan = self.plan, None
        if plan is not None:
            plan.done.set()
        self.cut()
