"""The contract with the switch: nothing a client does harms another call."""

from __future__ import annotations

import asyncio
import random
import socket
import struct
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime

import psutil
import pytest
import pytest_asyncio

from cobranca.inbound.opening_hours import OpeningHours
from foundation.health import PortBusy
from tests.integration.ura.scripted_switch import ScriptedSwitch
from ura.adapters import fastagi
from ura.adapters.fastagi import AgiChannel, AgiServer
from ura.scripts.inbound import inbound

TUESDAY = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)  # ten o'clock in São Paulo
SUNDAY = datetime(2026, 3, 15, 13, 0, tzinfo=UTC)
PROMPTS = b"200 result=1 (/srv/prompts)"
CHOSEN = (b"200 result=0 Gosub complete", b"200 result=1 (/srv/prompts/inbound_welcome)")
LEASH = b"200 result=1"
PLAYED = b"200 result=0 endpos=48960"
DONE = b"200 result=1"
NO_SUCH_SOUND = b"200 result=-1 endpos=0"


async def on_tuesday(channel: AgiChannel) -> None:
    await inbound(channel, TUESDAY, OpeningHours())


async def on_sunday(channel: AgiChannel) -> None:
    await inbound(channel, SUNDAY, OpeningHours())


async def broken(channel: AgiChannel) -> None:
    raise ZeroDivisionError


async def endless(channel: AgiChannel) -> None:
    await asyncio.Event().wait()


async def twice(channel: AgiChannel) -> None:
    await channel.play("inbound_welcome")
    await channel.play("inbound_wait")


@pytest_asyncio.fixture
async def port(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[int]:
    monkeypatch.setattr(fastagi, "HELLO_S", 0.3)
    monkeypatch.setattr(fastagi, "ANSWER_S", 0.3)
    scripts = {"inbound": on_tuesday, "closed": on_sunday, "broken": broken, "twice": twice}
    scripts["endless"] = endless
    async with AgiServer(scripts, most_calls=5).serving("127.0.0.1", 0) as port:
        yield port


GREETED = [
    'SET VARIABLE ACORDO_NEXT "agent"',
    "GET VARIABLE PROMPTS",
    'GOSUB "" voice 1 "inbound_welcome"',
    "GET VARIABLE GOSUB_RETVAL",
    "SET VARIABLE TIMEOUT(absolute) 13.4",  # 5.4 s of words, 8 of silence
    'STREAM FILE "/srv/prompts/inbound_welcome" ""',
]


async def a_good_call(port: int) -> list[str]:
    """What the switch hears of it; `GREETED` when nothing disturbs it."""
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    await switch.dialogue(DONE, PROMPTS, *CHOSEN, LEASH, PLAYED)
    assert await switch.ended()
    await switch.close()
    return switch.heard[:6]


async def test_open_the_caller_is_greeted_and_sent_to_an_agent(port: int) -> None:
    assert await a_good_call(port) == GREETED


async def test_closed_the_dialplan_is_told_and_nothing_is_played(port: int) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.begin(b"closed")
    await switch.dialogue(DONE)

    assert await switch.ended()
    assert switch.heard[0] == 'SET VARIABLE ACORDO_NEXT "closed"'
    await switch.close()


async def test_connect_and_close_is_nothing(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    for _ in range(50):
        await (await ScriptedSwitch.connect(port)).close()

    assert await a_good_call(port) == GREETED
    assert "failed" not in caplog.text
    assert caplog.text.count("went before it said which call it is") == 50


async def test_a_flood_of_bad_connections_leaves_no_task_and_no_socket(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    """Seeded: garbage, endless lines, answers that nobody asked for, resets."""
    chance = random.Random(13)
    tasks, files = len(asyncio.all_tasks()), psutil.Process().num_fds()
    for _ in range(500):
        client = socket.create_connection(("127.0.0.1", port))
        hello = chance.choice([b"", b"agi_request: agi://x/twice\n\n", b"agi_network: y\n"])
        client.sendall(hello + chance.randbytes(chance.randrange(0, 9000)))
        if chance.random() < 0.5:
            linger = struct.pack("ii", 1, 0)
            client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.close()
        await asyncio.sleep(0)
    async with asyncio.timeout(20):
        while len(asyncio.all_tasks()) > tasks or psutil.Process().num_fds() > files:
            await asyncio.sleep(0.01)
    assert await a_good_call(port) == GREETED
    assert "call_failed" not in caplog.text


async def test_a_reset_connection_is_nothing(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    for said in (b"", b"agi_network: yes\n"):
        client = socket.create_connection(("127.0.0.1", port))
        client.sendall(said)
        linger = struct.pack("ii", 1, 0)
        client.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        client.close()  # sends RST

    assert await a_good_call(port) == GREETED
    assert "failed" not in caplog.text


@pytest.mark.parametrize(
    "garbage",
    [
        b"GET / HTTP/1.1\r\nHost: x\r\n\r\n",
        b"\xff\xfe\x00\n\n",
        b"\n",
        b"x" * 100_000,  # a line without end
        b"agi_x: y\n" * 1000,  # an environment without end
        b"agi_network: yes\nagi_request: agi://x/unheard_of\n\n",
    ],
)
async def test_garbage_ends_that_connection_alone(port: int, garbage: bytes) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.say(garbage)

    with suppress(ConnectionResetError):  # closed with our bytes unread
        assert await switch.ended()
    await switch.close()
    assert await a_good_call(port) == GREETED


async def test_random_bytes_harm_no_call(port: int) -> None:
    chance = random.Random(7)
    for _ in range(100):
        switch = await ScriptedSwitch.connect(port)
        if chance.random() < 0.5:
            switch.begin(b"twice")  # and then answers nobody understands
        switch.say(chance.randbytes(chance.randrange(0, 400)) + b"\n" * chance.randrange(3))
        await switch.close()
    assert await a_good_call(port) == GREETED


async def test_a_silent_client_is_left_after_its_deadline(port: int) -> None:
    silent = await ScriptedSwitch.connect(port)
    half = await ScriptedSwitch.connect(port)
    half.say(b"agi_network: yes\n")
    mute = await ScriptedSwitch.connect(port)
    mute.begin()
    await mute.hear()  # and never answer

    assert await a_good_call(port) == GREETED
    for switch in (silent, half, mute):
        assert await switch.ended()
        await switch.close()


async def test_a_hangup_line_shifts_no_answer(port: int) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    await switch.dialogue(b"HANGUP\n" + DONE)

    assert await switch.ended()  # no command goes to a dead channel
    await switch.close()
    assert await a_good_call(port) == GREETED


@pytest.mark.parametrize(
    "answers",
    [
        [b"200 result=-1 endpos=11520"],  # he hung up while it played; HANGUP follows later
        [b"200 result=-1 endpos=0", b"HANGUP\n200 result=0"],  # before the first sample
        [b"HANGUP\n511 Command Not Permitted on a dead channel or intercept routine"],
    ],
)
async def test_the_caller_hangs_up_during_the_greeting(
    port: int, answers: list[bytes], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    switch = await ScriptedSwitch.connect(port)
    switch.begin(b"twice")
    await switch.dialogue(PROMPTS, *CHOSEN, LEASH, *answers)

    assert await switch.ended()
    assert "caller_hung_up" in caplog.text
    assert "call_failed" not in caplog.text
    await switch.close()


async def test_a_missing_prompt_is_loud_and_the_conversation_goes_on(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.begin(b"twice")
    waits = (PROMPTS, CHOSEN[0], b"200 result=1 (/srv/prompts/inbound_wait)", LEASH)
    answers = (NO_SUCH_SOUND, b"200 result=0", *waits, b"100 Trying\n" + PLAYED)
    await switch.dialogue(PROMPTS, *CHOSEN, LEASH, *answers)

    assert await switch.ended()
    assert "prompt_not_played" in caplog.text
    await switch.close()


async def test_what_the_creditor_recorded_and_cannot_be_played_is_said_by_us(
    port: int,
) -> None:
    own = b"200 result=1 (/srv/own/551130000100/inbound_welcome)"
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    played = (LEASH, NO_SUCH_SOUND, b"200 result=0", LEASH, PLAYED)
    await switch.dialogue(DONE, PROMPTS, CHOSEN[0], own, *played)
    assert await switch.ended()
    told = [line for line in switch.heard if line.startswith(("STREAM", "SET VARIABLE T"))]
    assert (
        told
        == [
            "SET VARIABLE TIMEOUT(absolute) 68.0",  # it may be as long as any
            'STREAM FILE "/srv/own/551130000100/inbound_welcome" ""',
            *GREETED[-2:],
        ]
    )
    await switch.close()


async def test_a_dialplan_that_cannot_choose_leaves_it_to_us(port: int) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    await switch.dialogue(DONE, PROMPTS, b"200 result=-1 Gosub failed", LEASH, PLAYED)
    assert await switch.ended()
    assert switch.heard[-3:-1] == GREETED[-2:]
    await switch.close()


async def test_a_refused_command_ends_the_call_and_is_said(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.begin()
    await switch.dialogue(
        b"520-Invalid command syntax.  Proper usage follows:\nUsage: SET VARIABLE <a> <b>\n"
        b"520 End of proper usage."
    )

    assert await switch.ended()
    assert "refused: SET" in caplog.text
    await switch.close()


async def test_a_broken_conversation_is_loud_and_alone(
    port: int, caplog: pytest.LogCaptureFixture
) -> None:
    switch = await ScriptedSwitch.connect(port)
    switch.begin(b"broken")

    assert await switch.ended()
    assert "call_failed" in caplog.text
    assert "ZeroDivisionError" in caplog.text
    assert "Maria" not in caplog.text
    await switch.close()
    assert await a_good_call(port) == GREETED


async def test_an_endless_conversation_is_ended(
    port: int, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(fastagi, "CONVERSATION_S", 0.2)
    switch = await ScriptedSwitch.connect(port)
    switch.begin(b"endless")

    assert await switch.ended()
    assert "conversation_endless" in caplog.text
    await switch.close()


def test_a_prompt_that_we_lack_may_be_as_long_as_any() -> None:
    assert fastagi.seconds_of("nonsense") == fastagi.PLAY_S


async def test_calls_beyond_the_most_are_refused_at_once(port: int) -> None:
    held = [await ScriptedSwitch.connect(port) for _ in range(5)]
    for switch in held:
        switch.begin()
        await switch.hear()
    sixth = await ScriptedSwitch.connect(port)

    assert await sixth.ended()
    for switch in (*held, sixth):
        await switch.close()


async def test_many_calls_at_once() -> None:
    async with AgiServer({"inbound": on_tuesday}, 300).serving("127.0.0.1", 0) as port:
        heard = await asyncio.gather(*(a_good_call(port) for _ in range(200)))
    assert heard == [GREETED] * 200


async def test_a_call_in_hand_is_finished_when_the_server_stops() -> None:
    async with AgiServer({"inbound": on_tuesday}, 5).serving("127.0.0.1", 0) as port:
        switch = await ScriptedSwitch.connect(port)
        switch.begin()
        await switch.hear()
        rest = asyncio.create_task(switch.dialogue(PROMPTS, *CHOSEN, LEASH, PLAYED))
        switch.say(DONE + b"\n")
    await rest

    assert await switch.ended()
    await switch.close()


async def test_a_busy_port_is_named() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(PortBusy, match=rf"a porta {port} em 127.0.0.1 \(FastAGI\)"):
            async with AgiServer({}, 1).serving("127.0.0.1", port):
                pytest.fail("it must not serve")
