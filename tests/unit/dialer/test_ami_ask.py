"""What becomes of who asks the switch, in both orders of two things at once."""

from __future__ import annotations

import asyncio
import re

import pytest
from panoramisk.message import Message

from dialer.adapters.ami.protocol import Wire


class _Line(asyncio.Transport):
    """A line that keeps what was last written on it."""

    written = b""

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self.written = bytes(data)

    def answer(self) -> bytes:
        """The switch's answer to that."""
        found = re.search(rb"ActionID: *(\S+)", self.written)
        assert found is not None, self.written
        return b"Response: Success\r\nActionID: %s\r\nPing: Pong\r\n\r\n" % found[1]


def _asking() -> tuple[Wire, _Line, asyncio.Task[list[Message]]]:
    wire, line = Wire(lambda _: None, lambda _: None), _Line()
    wire.responses = {}
    wire.connection_made(line)
    return wire, line, asyncio.create_task(wire.ask({"Action": "Ping"}, 5.0))


async def test_who_is_ended_as_his_answer_comes_ends() -> None:
    """Else the keeper of a connection would go on for ever with nobody to end it."""
    wire, line, asking = _asking()
    await asyncio.sleep(0)
    wire.data_received(line.answer())
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert wire.responses == {}


async def test_who_is_ended_before_his_answer_comes_ends() -> None:
    wire, line, asking = _asking()
    await asyncio.sleep(0)
    asking.cancel()
    wire.data_received(line.answer())
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert wire.responses == {}


async def test_who_is_answered_has_the_answer() -> None:
    wire, line, asking = _asking()
    await asyncio.sleep(0)
    wire.data_received(line.answer())
    (answer,) = await asking
    assert answer["Ping"] == "Pong"
