"""A bare AMI client for tests: what the switch really answers, word for word."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

Headers = dict[str, str]


class RawAmi:
    """One logged-in session. Reads messages one by one, events and answers alike."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader = reader
        self._writer = writer

    async def ask(self, action: str, **headers: str) -> Headers:
        """The answer to one action; events on the way are skipped."""
        self.send(action, **headers)
        while "Response" not in (message := await self.read()) or "Event" in message:
            pass
        return message

    def send(self, action: str, **headers: str) -> None:
        lines = [f"Action: {action}", *(f"{key}: {text}" for key, text in headers.items())]
        self._writer.write(("\r\n".join(lines) + "\r\n\r\n").encode())

    async def read(self) -> Headers:
        async with asyncio.timeout(60):
            raw = await self._reader.readuntil(b"\r\n\r\n")
        lines = raw.decode().split("\r\n")
        return dict(line.split(": ", 1) for line in lines if ": " in line)


@asynccontextmanager
async def raw_ami(
    port: int, username: str, secret: str, source: str = "127.0.0.1"
) -> AsyncIterator[RawAmi]:
    """Log in from the address `source`; raises PermissionError when refused."""
    reader, writer = await asyncio.open_connection(
        "127.0.0.1", port, local_addr=(source, 0)
    )
    session = RawAmi(reader, writer)
    try:
        answer = await session.ask("Login", Username=username, Secret=secret)
        if answer["Response"] != "Success":
            raise PermissionError(answer["Message"])
        yield session
    finally:
        writer.transport.abort()
