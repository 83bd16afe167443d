"""AudioSocket and chan_websocket keep one contract: sound, keys, hang-ups, garbage."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from uuid import UUID, uuid4

import pytest
import pytest_asyncio

from tests.contract.voice.far_switches import WAYS, AudioSocketFar, Far
from ura.adapters.audiosocket_channel import AudioSocketChannel, TalkServer
from ura.adapters.websocket_channel import connected
from ura.ports import FRAME_BYTES, CallOver, Pressed, Sound, VoiceChannel

FRAME = bytes(range(160)) * 2
Call = tuple[VoiceChannel, Far]


@pytest_asyncio.fixture(params=WAYS)
async def call(request: pytest.FixtureRequest) -> AsyncIterator[Call]:
    async with WAYS[request.param]() as both:
        yield both


async def heard_all(channel: VoiceChannel) -> list[Sound | Pressed]:
    async with asyncio.timeout(20):
        return [event async for event in channel.heard()]


async def test_sound_comes_in_frames_of_20_ms_whatever_it_was_sent_in(call: Call) -> None:
    channel, far = call
    for size in (320, 640, 100, 220, 1, 319):
        await far.sound(FRAME[:1] * size)
    await far.hang_up()
    heard = await heard_all(channel)
    assert [len(e.pcm) for e in heard if isinstance(e, Sound)] == [FRAME_BYTES] * 5


async def test_keys_come_between_the_sound_in_their_place(call: Call) -> None:
    channel, far = call
    await far.sound(FRAME)
    for key in "0*#":
        await far.key(key)
    await far.sound(FRAME)
    await far.hang_up()
    assert await heard_all(channel) == [
        Sound(FRAME), Pressed("0"), Pressed("*"), Pressed("#"), Sound(FRAME),
    ]  # fmt: skip


async def test_what_is_no_sound_and_no_key_is_left(call: Call) -> None:
    channel, far = call
    await far.nonsense()
    await far.key("A")
    await far.sound(FRAME)
    await far.hang_up()
    assert await heard_all(channel) == [Sound(FRAME)]


async def test_what_is_said_arrives_as_it_was(call: Call) -> None:
    channel, far = call
    for _ in range(3):
        await channel.send(FRAME)
    assert [await far.played() for _ in range(3)] == [FRAME] * 3


@pytest.mark.parametrize("size", [0, 319, 321, 640])
async def test_a_frame_of_another_size_is_refused(call: Call, size: int) -> None:
    channel, _ = call
    with pytest.raises(ValueError, match=str(size)):
        await channel.send(bytes(size))


async def test_after_a_hang_up_nothing_can_be_said(call: Call) -> None:
    channel, far = call
    await far.hang_up()
    assert await heard_all(channel) == []
    with pytest.raises(CallOver):
        await channel.send(FRAME)


async def test_a_connection_that_is_cut_is_a_hang_up(call: Call) -> None:
    channel, far = call
    await far.cut()
    assert await heard_all(channel) == []
    with pytest.raises(CallOver):
        await channel.send(FRAME)


async def test_who_leaves_tells_the_switch_and_says_no_more(call: Call) -> None:
    channel, far = call
    await channel.drop()
    await channel.leave()
    assert await far.played() == b""
    with pytest.raises(CallOver):
        await channel.send(FRAME)
    await channel.leave()  # once more is nothing


async def test_a_switch_that_is_not_there_is_a_call_that_is_over() -> None:
    with pytest.raises(CallOver):
        async with connected("http://127.0.0.1:9/media/1"):
            pytest.fail("there is nobody")


async def test_garbage_on_the_port_harms_no_call() -> None:
    """Seeded: connections that send bytes, or half of a hello, or nothing."""
    chance = random.Random(7)
    held: list[int] = []

    async def talks(_call: UUID, channel: AudioSocketChannel) -> None:
        held.append(len([event async for event in channel.heard()]))

    async with TalkServer(talks, 500).serving("127.0.0.1", 0) as port:
        for _ in range(150):
            _, writer = await asyncio.open_connection("127.0.0.1", port)
            hello = b"\x01\x00\x10" + uuid4().bytes if chance.random() < 0.5 else b""
            writer.write(hello + chance.randbytes(chance.randrange(0, 700)))
            if chance.random() < 0.5:
                writer.transport.abort()
            else:
                writer.close()
        held.clear()
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        far = AudioSocketFar(reader, writer)
        far.say(0x01, uuid4().bytes)
        for _ in range(10):
            await far.sound(FRAME)
        await far.hang_up()
        async with asyncio.timeout(20):
            while 10 not in held:
                await asyncio.sleep(0.01)
        writer.close()
    assert held.count(10) == 1


async def test_calls_beyond_the_most_are_refused_at_once() -> None:
    async def talks(_call: UUID, channel: AudioSocketChannel) -> None:
        _ = [event async for event in channel.heard()]

    async with TalkServer(talks, 1).serving("127.0.0.1", 0) as port:
        _, first = await asyncio.open_connection("127.0.0.1", port)
        first.write(b"\x01\x00\x10" + uuid4().bytes)
        await first.drain()
        await asyncio.sleep(0)
        reader, second = await asyncio.open_connection("127.0.0.1", port)
        async with asyncio.timeout(20):
            assert await reader.read() == b""
        for writer in (first, second):
            writer.close()
