"""Streams, tables and leases on a real Valkey, one that dies too."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest

from foundation import bus
from foundation.bus import Bus, Message
from foundation.reach import BusRefused, BusUnreachable, reach_bus
from tests.integration.bus.valkey import OwnValkey


@pytest.fixture(scope="module")
async def server() -> AsyncIterator[OwnValkey]:
    with TemporaryDirectory(
        prefix="acordo-"
    ) as folder:  # short: a socket's path is limited
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


async def take(messages: AsyncIterator[Message], count: int) -> list[Message]:
    async with asyncio.timeout(15):
        return [await anext(messages) for _ in range(count)]


async def test_values_come_as_they_were_published(wire: Bus) -> None:
    fields = {"do": "pause", "n": 3, "share": 0.5, "why": None, "tags": ["é", {"a": True}]}
    ident = await wire.publish("s", fields)

    (message,) = await take(wire.consume("s", bus.BEGINNING), 1)

    assert message == Message(ident, fields)


async def test_a_tail_begins_with_what_comes_after_it(wire: Bus) -> None:
    await wire.publish("s", {"n": 0})
    place = await wire.last_id("s")
    for n in (1, 2, 3):
        await wire.publish("s", {"n": n})

    messages = await take(wire.consume("s", place), 3)

    assert [message.fields["n"] for message in messages] == [1, 2, 3]


async def test_a_consumer_waits_for_a_stream_that_does_not_exist_yet(wire: Bus) -> None:
    tail = wire.consume("later", await wire.last_id("later"))
    waiting = asyncio.create_task(take(tail, 1))
    await asyncio.sleep(0)
    await wire.publish("later", {"n": 1})

    assert (await waiting)[0].fields == {"n": 1}


async def test_old_entries_are_trimmed(wire: Bus) -> None:
    for n in range(400):
        await wire.publish("s", {"n": n}, keep=100)

    assert 100 <= await wire.client.xlen("s") < 400


async def test_entries_of_long_ago_are_trimmed_however_few(wire: Bus) -> None:
    for n in range(300):
        await wire.client.xadd("s", {"n": str(n)}, id=f"{n + 1}-0")  # of 1970
    for n in range(3):
        await wire.publish("s", {"n": 1000 + n}, kept_s=60)

    assert 3 <= await wire.client.xlen("s") < 150
    assert 0 < await wire.client.pttl("s") <= 60_000


async def test_the_newest_come_first_and_page_by_page(wire: Bus) -> None:
    for n in range(5):
        await wire.publish("s", {"n": n})

    first = await wire.newest("s", count=2)
    older = await wire.newest("s", count=9, before=first[-1].id)

    assert [message.fields["n"] for message in first + older] == [4, 3, 2, 1, 0]


async def test_foreign_entries_are_left_out(wire: Bus) -> None:
    await wire.client.xadd("s", {"do": "no json"})
    await wire.publish("s", {"n": 1})

    (message,) = await take(wire.consume("s", bus.BEGINNING), 1)

    assert message.fields == {"n": 1}


async def test_a_consumer_survives_a_server_that_comes_back_empty(
    server: OwnValkey, wire: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bus, "BLOCK_MS", 100)
    await wire.publish("s", {"n": 1})
    tail = wire.consume("s", bus.BEGINNING)
    await take(tail, 1)
    after = asyncio.create_task(take(tail, 2))

    await server.kill()
    await server.start()
    await wire.client.xadd("s", {"n": "2"}, id="5-1")  # its clock may have gone back
    await asyncio.sleep(0)
    await wire.client.xadd("s", {"n": "3"}, id="5-2")

    assert [message.fields["n"] for message in await after] == [2, 3]


async def test_a_table_holds_json(wire: Bus) -> None:
    await wire.put(
        "board", {"agent001": {"state": "idle", "since": "2026-03-10T13:00:00Z"}}
    )

    table = await wire.table("board")

    assert table == {"agent001": {"state": "idle", "since": "2026-03-10T13:00:00Z"}}
    assert await wire.table("none") == {}


async def test_a_lease_is_held_by_one_and_renewed_by_its_holder_alone(wire: Bus) -> None:
    lease = await wire.take("seat", lease_s=60)
    assert lease is not None
    stranger = bus.Lease("seat", "x")

    assert await wire.take("seat", lease_s=60) is None
    assert not await wire.renew(stranger, lease_s=60)
    assert not await wire.release(stranger)
    assert await wire.renew(lease, lease_s=120)
    assert 60_000 < await wire.client.pttl("seat") <= 120_000
    assert await wire.release(lease)
    assert not await wire.release(lease)
    assert await wire.take("seat", lease_s=60) is not None


async def test_a_lease_runs_out(wire: Bus) -> None:
    lease = await wire.take("seat", lease_s=0.02)
    assert lease is not None
    async with asyncio.timeout(60):
        while await wire.client.exists("seat"):
            await asyncio.sleep(0.005)

    assert not await wire.renew(lease, lease_s=60)


async def test_two_at_once_never_hold_one_key(wire: Bus) -> None:
    taken = await asyncio.gather(*(wire.take("seat", lease_s=60) for _ in range(50)))

    assert sum(lease is not None for lease in taken) == 1


async def test_reaching_a_server_or_saying_why_not(
    server: OwnValkey, wire: Bus, tmp_path: Path
) -> None:
    await reach_bus(wire.client)
    await wire.client.config_set("requirepass", "x")
    try:
        async with bus.connect(f"{server.url}?password=wrong") as other:
            with pytest.raises(BusRefused, match="ACORDO_REDIS_URL"):
                await reach_bus(other)
    finally:
        await wire.client.config_set("requirepass", "")
    async with bus.connect(f"unix://{tmp_path}/nobody.sock") as other:
        with pytest.raises(BusUnreachable, match="não respondeu em 0 s"):
            await reach_bus(other, deadline_s=0.3)


@pytest.mark.parametrize("steps", range(2, 20))
async def test_a_reader_can_be_cancelled_while_it_connects(
    server: OwnValkey, steps: int
) -> None:
    client = bus.connect(server.url)
    reading = asyncio.create_task(take(Bus(client).consume("nothing"), 1))
    for _ in range(steps):
        await asyncio.sleep(0)
    reading.cancel()
    await asyncio.wait({reading}, timeout=10)
    assert reading.cancelled()
    await client.aclose()
