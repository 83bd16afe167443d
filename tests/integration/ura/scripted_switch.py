"""A switch that follows a script, to hold the FastAGI server to its contract."""

from __future__ import annotations

import asyncio
from contextlib import suppress

ENVIRONMENT = (
    b"agi_network: yes\nagi_network_script: inbound\n"
    b"agi_request: agi://127.0.0.1:4573/%s\nagi_channel: PJSIP/trunk-00000001\n"
    b"agi_uniqueid: 1773183000.12\nagi_callerid: 5511900012345\nagi_calleridname: Maria\n\n"
)


class ScriptedSwitch:
    """One connection; `dialogue` plays Asterisk's part and keeps what it was told."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.heard: list[str] = []

    @classmethod
    async def connect(cls, port: int) -> ScriptedSwitch:
        return cls(*await asyncio.open_connection("127.0.0.1", port))

    def say(self, raw: bytes) -> None:
        self.writer.write(raw)

    def begin(self, script: bytes = b"inbound") -> None:
        self.say(ENVIRONMENT % script)

    async def hear(self) -> str:
        """The next command; empty when the server closed the connection."""
        async with asyncio.timeout(60):
            line = (await self.reader.readline()).decode().rstrip("\n")
        self.heard.append(line)
        return line

    async def dialogue(self, *answers: bytes) -> None:
        """Answer the commands in turn; the last must then be followed by the end."""
        for answer in answers:
            assert await self.hear() != ""
            self.say(answer + b"\n")

    async def ended(self) -> bool:
        """True when the server closed without another command."""
        return await self.hear() == ""

    async def close(self) -> None:
        self.writer.close()
        with suppress(ConnectionError):
            await self.writer.wait_closed()
