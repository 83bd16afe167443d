"""Who is no switch, or a sick one, costs a connection and one line in the log, no more."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from uuid import UUID, uuid4

import psutil
import pytest
import pytest_asyncio

from tests.contract.voice.far_switches import WAYS, AudioSocketFar, Far
from ura.adapters import audiosocket, audiosocket_channel, incoming
from ura.adapters.audiosocket_channel import AudioSocketChannel, TalkServer
from ura.ports import FRAME_BYTES, CallOver, Pressed, Sound, VoiceChannel

FRAME = bytes(range(160)) * 2
HELLO = b"\x01\x00\x10"
REFUSED = "audiosocket_client_refused"
LARGEST = 65_535
Call = tuple[VoiceChannel, Far]


@pytest_asyncio.fixture(params=WAYS)
async def call(request: pytest.FixtureRequest) -> AsyncIterator[Call]:
    async with WAYS[request.param]() as both:
        yield both


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(audiosocket, "HELLO_S", 0.3)
    monkeypatch.setattr(audiosocket_channel, "TAKEN_S", 0.3)
    monkeypatch.setattr(incoming, "CLOSE_S", 0.3)


async def heard_all(channel: VoiceChannel) -> list[Sound | Pressed]:
    async with asyncio.timeout(20):
        return [event async for event in channel.heard()]


class Server:
    """A server that hears each call to its end, and how it was before the test."""

    def __init__(self) -> None:
        self.held: list[int] = []
        self.port = 0
        self._tasks = len(asyncio.all_tasks())
        self._files = psutil.Process().num_fds()

    async def talks(self, _call: UUID, channel: AudioSocketChannel) -> None:
        self.held.append(len([event async for event in channel.heard()]))

    async def left(self) -> bool:
        """Whether all tasks and sockets of the connections are gone."""
        async with asyncio.timeout(20):
            while (
                len(asyncio.all_tasks()) > self._tasks
                or psutil.Process().num_fds() > self._files
            ):
                await asyncio.sleep(0.01)
        return True

    async def a_good_call(self) -> bool:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        far = AudioSocketFar(reader, writer)
        far.say(0x01, uuid4().bytes)
        for _ in range(10):
            await far.sound(FRAME)
        await far.hang_up()
        async with asyncio.timeout(20):
            while 10 not in self.held:
                await asyncio.sleep(0.01)
        writer.close()
        await writer.wait_closed()
        return True


@pytest_asyncio.fixture
async def server() -> AsyncIterator[Server]:
    found = Server()
    async with TalkServer(found.talks, 500).serving("127.0.0.1", 0) as port:
        found.port = port
        found._tasks, found._files = len(asyncio.all_tasks()), psutil.Process().num_fds()
        yield found


async def test_the_largest_piece_comes_in_whole_frames(call: Call) -> None:
    channel, far = call
    await far.sound(bytes(LARGEST))
    await far.hang_up()
    heard = await heard_all(channel)
    assert [len(e.pcm) for e in heard if isinstance(e, Sound)] == [FRAME_BYTES] * 204


async def test_minutes_of_sound_in_a_moment_end_the_call_with_one_line(
    call: Call, caplog: pytest.LogCaptureFixture
) -> None:
    channel, far = call
    with suppress(ConnectionError):  # nobody reads any more
        for _ in range(30):  # two minutes
            await far.sound(bytes(LARGEST - 1))
    heard = await heard_all(channel)
    assert len(heard) <= 400  # eight seconds
    assert caplog.text.count("more sound than time") == 1
    with pytest.raises(CallOver):
        await channel.send(FRAME)


async def test_one_byte_at_a_time_is_slow_and_right() -> None:
    async with WAYS["audiosocket"]() as (channel, far):
        assert isinstance(far, AudioSocketFar)
        sound = b"\x10" + len(FRAME).to_bytes(2, "big") + FRAME
        for byte in sound + b"\x03\x00\x015" + b"\x00\x00\x00":
            far._writer.write(bytes([byte]))
            await far._writer.drain()
        assert await heard_all(channel) == [Sound(FRAME), Pressed("5")]


async def test_who_does_not_take_sound_is_left() -> None:
    async with WAYS["audiosocket"]() as (channel, _far):

        async def for_ever() -> None:
            while True:  # as fast as it goes: buffers are full at last
                await channel.send(FRAME)

        with pytest.raises(CallOver):
            async with asyncio.timeout(20):
                await for_ever()


@pytest.mark.parametrize(
    ("said", "why"),
    [
        (b"", "went before it said which call it is"),
        (HELLO + b"half of an id", "went before it said which call it is"),
        (b"GET / HTTP/1.1\r\n\r\n", "something else than the id"),
        (b"\x10\x01\x40" + FRAME, "something else than the id"),
        (b"\x01\xff\xff", "something else than the id"),
    ],
)
async def test_who_is_no_switch_is_told_in_one_line(
    server: Server, said: bytes, why: str, caplog: pytest.LogCaptureFixture
) -> None:
    _, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(said)
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    assert await server.left()
    assert caplog.text.count(REFUSED) == 1
    assert why in caplog.text


@pytest.mark.parametrize("said", [b"", HELLO, HELLO + b"half"])
async def test_who_says_nothing_more_is_left_after_the_deadline(
    server: Server, said: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    reader, writer = await asyncio.open_connection("127.0.0.1", server.port)
    writer.write(said)
    async with asyncio.timeout(20):
        assert await reader.read() == b"\x00\x00\x00"
    writer.close()
    with suppress(ConnectionError):
        await writer.wait_closed()
    assert await server.left()
    assert "said nothing" in caplog.text


async def test_a_thousand_bad_connections_leave_nothing_behind(
    server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    """Seeded: garbage, half a hello, wrong lengths, resets; then a call as it should be."""
    chance = random.Random(11)
    for _ in range(1000):
        client = socket.create_connection(("127.0.0.1", server.port))
        hello = HELLO + uuid4().bytes if chance.random() < 0.5 else b""
        client.sendall(hello + chance.randbytes(chance.randrange(0, 1200)))
        if chance.random() < 0.5:
            linger = struct.pack("ii", 1, 0)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.close()
        if chance.random() < 0.2:
            await asyncio.sleep(0)
    assert await server.a_good_call()
    assert await server.left()
    assert "Traceback" not in caplog.text
    assert "listening_failed" not in caplog.text
