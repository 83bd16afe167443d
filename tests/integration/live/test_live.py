"""The floor told to pages: on a real Valkey that dies, over real HTTP."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from aiohttp import ClientSession, ClientTimeout, web
from aiohttp.test_utils import TestServer

from agent_console import live as live_module
from agent_console.live import LIVE, Live, LiveEvent, everything, seat_of, stream
from foundation import bus
from foundation.bus import BOARD, EVENTS, Bus
from tests.integration.bus.valkey import OwnValkey

IDLE = {"state": "idle", "since": "2026-03-10T13:00:00.000+00:00", "call": None}
TALKING = {"state": "talking", "since": "2026-03-10T13:01:00.000+00:00", "call": "c1"}


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[OwnValkey]:
    with TemporaryDirectory(prefix="acordo-") as folder:
        server = OwnValkey(Path(folder))
        await server.start()
        yield server
        await server.kill()


@pytest.fixture
async def wire(server: OwnValkey) -> AsyncIterator[Bus]:
    client = bus.connect(server.url)
    await client.flushall()
    yield Bus(client)
    await client.aclose()


@pytest.fixture
async def live(wire: Bus) -> AsyncIterator[Live]:
    live = Live(wire, beat_s=60)
    reading = asyncio.create_task(live.run())
    yield live
    reading.cancel()
    await asyncio.wait({reading})


async def until(events: AsyncIterator[LiveEvent], kind: str) -> LiveEvent:
    async with asyncio.timeout(60):
        async for event in events:
            if event.kind == kind:
                return event
    raise AssertionError(f"the stream ended without {kind}")


async def seen(live: Live, *agents: str) -> None:
    """Wait until the reader is up and knows these agents."""
    async with asyncio.timeout(60), aclosing(live.follow(everything)) as events:
        while not (live.up and set(agents) <= live.board.keys()):
            await anext(events)


async def published(wire: Bus, agent: str, entry: dict[str, Any]) -> None:
    await wire.put(BOARD, {agent: entry})
    await wire.publish(EVENTS, {"kind": "agent", "agent": agent} | entry)


async def test_a_snapshot_first_and_then_what_changes(live: Live, wire: Bus) -> None:
    await published(wire, "agent001", IDLE)
    await seen(live, "agent001")
    async with aclosing(live.follow(everything)) as events:
        first = await anext(events)
        await published(wire, "agent001", TALKING)
        change = await until(events, "agent")

    assert first == LiveEvent("snapshot", {"bus": True, "agents": {"agent001": IDLE}})
    assert change.data == {"agent": "agent001"} | TALKING


async def test_an_agent_sees_one_seat_alone(live: Live, wire: Bus) -> None:
    await published(wire, "agent001", IDLE)
    await published(wire, "web001", IDLE)
    await seen(live, "agent001", "web001")
    async with aclosing(live.follow(seat_of("web001"))) as events:
        first = await anext(events)
        await published(wire, "agent001", TALKING)
        await wire.publish(EVENTS, {"kind": "call_ended", "agent": "agent001"})
        await published(wire, "web001", TALKING)
        change = await until(events, "agent")

    assert list(first.data["agents"]) == ["web001"]
    assert change.data["agent"] == "web001"


async def test_what_is_kept_comes_after_the_snapshot(live: Live) -> None:
    live.tell(LiveEvent("figures", {"n": 1}), keep=True)
    live.tell(LiveEvent("figures", {"n": 2}), keep=True)
    async with aclosing(live.follow(everything)) as events:
        kinds = [(await anext(events)).kind, (await anext(events)).data]

    assert kinds == ["snapshot", {"n": 2}]


async def test_the_board_heals_what_no_event_told(live: Live, wire: Bus) -> None:
    await published(wire, "agent001", IDLE)
    await seen(live, "agent001")
    async with aclosing(live.follow(everything)) as events:
        await anext(events)
        await wire.put(BOARD, {"agent001": TALKING})
        change = await until(events, "agent")

    assert change.data["state"] == "talking"


async def test_a_lost_bus_is_told_and_heals(
    live: Live, wire: Bus, server: OwnValkey
) -> None:
    await seen(live)
    async with aclosing(live.follow(everything)) as events:
        await anext(events)
        await server.kill()
        lost = await until(events, "bus")
        old = await anext(live.follow(everything))
        await server.start()
        await published(wire, "agent009", IDLE)
        healed = await until(events, "snapshot")
        while "agent009" not in live.board:
            await until(events, "agent")

    assert lost.data == {"up": False}
    assert old.data["bus"] is False
    assert healed.data["bus"] is True


async def test_one_who_does_not_keep_up_is_dropped(
    live: Live, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(live_module, "QUEUE", 3)
    quick, slow = live.follow(everything), live.follow(everything)
    await anext(quick)
    await anext(slow)
    for n in range(5):
        live.tell(LiveEvent("call", {"n": n}))
        assert (await until(quick, "call")).data == {"n": n}

    with pytest.raises(StopAsyncIteration):
        await anext(slow)
    await quick.aclose()


@pytest.fixture
async def address(live: Live) -> AsyncIterator[str]:
    async def follow(request: web.Request) -> web.StreamResponse:
        longest_s = float(request.query.get("longest_s", "300"))
        events: AsyncGenerator[LiveEvent] = request.app[LIVE].follow(everything)
        return await stream(request, events, longest_s=longest_s)

    app = web.Application()
    app[LIVE] = live
    app.router.add_get("/live", follow)
    async with TestServer(app) as server:
        yield str(server.make_url("/live"))


async def test_it_is_a_stream_of_server_sent_events(address: str, live: Live) -> None:
    timeout = ClientTimeout(total=60)
    async with ClientSession(timeout=timeout) as session, session.get(address) as answer:
        assert answer.content_type == "text/event-stream"
        assert answer.headers["Cache-Control"] == "no-store"
        assert await answer.content.readline() == b"event: snapshot\n"
        first = json.loads((await answer.content.readline()).removeprefix(b"data: "))
        assert await answer.content.readline() == b"\n"
        live.tell(LiveEvent("nota", {"texto": "linha\nção"}))
        while await answer.content.readline() != b"event: nota\n":
            pass
        data = (await answer.content.readline()).removeprefix(b"data: ")

    assert first["agents"] == {}
    assert json.loads(data) == {"texto": "linha\nção"}


async def test_a_beat_comes_when_nothing_happens(wire: Bus) -> None:
    live = Live(wire, beat_s=0.05)
    reading = asyncio.create_task(live.run())
    async with aclosing(live.follow(seat_of("nobody"))) as events:
        beat = await until(events, "beat")
    reading.cancel()
    await asyncio.wait({reading})

    assert beat.data == {}


async def test_the_right_to_look_is_asked_again_after_a_while(
    address: str, live: Live
) -> None:
    url, timeout = f"{address}?longest_s=0", ClientTimeout(total=60)
    async with ClientSession(timeout=timeout) as session, session.get(url) as answer:
        body = await answer.content.read()

    assert body.startswith(b"event: snapshot\n")
    assert body.endswith(b"event: again\ndata: {}\n\n")
    assert not live.followed("agent")


async def test_closing_ends_the_streams(live: Live) -> None:
    events = live.follow(everything)
    await anext(events)
    assert live.followed("agent")
    live.close()
    async with asyncio.timeout(60):
        assert [event async for event in events if event.kind != "bus"] == []
    assert not live.followed("agent")
