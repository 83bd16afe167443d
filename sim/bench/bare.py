"""The least that can join calls and agents: raw AMI, no state kept, nothing stored.

What our dialer is compared with: same switch, same dialplan, same bridge and recording.
"""

from __future__ import annotations

import asyncio
import itertools
from collections import deque
from dataclasses import dataclass, field
from uuid import uuid4


@dataclass(slots=True)
class Bare:
    """One connection; `ended` counts answered calls that are over."""

    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    idle: deque[str] = field(default_factory=deque)
    legs: set[str] = field(default_factory=set)
    agent_of: dict[str, str] = field(default_factory=dict)
    ended: int = 0
    numbers: itertools.count[int] = field(default_factory=itertools.count)

    def send(self, **headers: str) -> None:
        lines = "".join(f"{name}: {value}\r\n" for name, value in headers.items())
        self.writer.write((lines + "\r\n").encode())

    def originate(
        self, channel: str, dial: str, context: str, exten: str, *more: str
    ) -> None:
        variables = "".join(f"Variable: {one}\r\n" for one in more)
        self.writer.write(
            f"Action: Originate\r\nAsync: true\r\nChannelId: {channel}\r\n"
            f"Channel: {dial}\r\n"
            f"Context: {context}\r\nExten: {exten}\r\nPriority: 1\r\nTimeout: 20000\r\n"
            f"{variables}\r\n".encode()
        )

    def call(self) -> None:
        attempt = str(uuid4())
        number = f"55119000{next(self.numbers) % 100_000:05d}"
        self.originate(
            attempt, f"PJSIP/{number}@trunk", "debtor", "s",
            f"ACORDO_ATTEMPT={attempt}", "ACORDO_THRESHOLD_S=2", "ACORDO_RECORD=1",
        )  # fmt: skip

    def hear(self, event: dict[str, str]) -> None:
        channel = event.get("Uniqueid", "")
        match event.get("Event"):
            case "BridgeEnter" if (
                event.get("BridgeTechnology") == "holding_bridge" and channel in self.legs
            ):
                self.idle.append(channel)  # parked: it may be joined
                self.call()
            case "UserEvent" if event.get("UserEvent") == "DialplanReady" and self.idle:
                leg = self.agent_of[channel] = self.idle.popleft()
                self.send(
                    Action="Redirect",
                    Channel=channel,
                    Context="join",
                    Exten=leg,
                    Priority="1",
                )
            case "Hangup" if channel in self.agent_of:
                del self.agent_of[channel]
                self.ended += 1


async def connect(port: int, secret: str) -> Bare:
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    bare = Bare(reader, writer)
    await reader.readline()
    bare.send(Action="Login", Username="dialer", Secret=secret)
    return bare


async def follow(bare: Bare) -> None:
    """Hear events for ever."""
    while True:
        block = await bare.reader.readuntil(b"\r\n\r\n")
        pairs = (
            line.split(": ", 1) for line in block.decode("utf-8", "replace").splitlines()
        )
        bare.hear({pair[0]: pair[1] for pair in pairs if len(pair) == 2})
