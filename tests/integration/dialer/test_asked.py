"""Where a leader begins to hear, on a real Valkey."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import pytest

from dialer.adapters import asked
from dialer.adapters.asked import DONE, Asked, place
from foundation.bus import BEGINNING, COMMANDS, Bus


async def publish(wire: Bus, n: int, *, ago_s: float = 0) -> str:
    """An entry that was made so long ago by the server's clock."""
    seconds, micros = await wire.client.time()
    at = seconds * 1000 + micros // 1000 - round(ago_s * 1000)
    return str(await wire.client.xadd(COMMANDS, {"n": str(n)}, id=f"{at}-{n}"))


async def test_nothing_was_ever_asked(wire: Bus) -> None:
    assert await place(wire) == BEGINNING


async def test_what_is_not_done_is_heard_and_what_is_done_or_late_is_not(
    wire: Bus,
) -> None:
    await publish(wire, 1, ago_s=asked.LATE_S + 30)
    await publish(wire, 2, ago_s=20)
    done = await publish(wire, 3, ago_s=10)
    await publish(wire, 4)

    async def heard() -> list[int]:
        entries: Any = await wire.client.xrange(COMMANDS, f"({await place(wire)}")
        return [int(fields["n"]) for _, fields in entries]

    assert await heard() == [2, 3, 4]
    await wire.client.set(DONE, done)
    assert await heard() == [4]


async def test_a_leader_who_hears_nothing_begins_at_the_last_entry(wire: Bus) -> None:
    last = await publish(wire, 1, ago_s=asked.LATE_S + 30)
    assert await place(wire) == last  # beyond it, all would be heard anew
    await wire.client.set(DONE, "99999999999999-0")
    assert await place(wire) == last


@pytest.mark.parametrize("leads", [True, False])
async def test_the_place_is_kept_once_it_is_done_and_never_for_another(
    wire: Bus, leads: bool
) -> None:
    first = await publish(wire, 1, ago_s=5)
    may, asked_for = asyncio.Event(), asyncio.Event()

    async def done() -> bool:
        asked_for.set()
        await may.wait()
        return leads

    ear = Asked(wire, done)
    keeping = asyncio.create_task(ear.run())

    async def hear() -> None:
        async for _ in ear.messages():
            pass

    hearing = asyncio.create_task(hear())
    try:
        async with asyncio.timeout(20):
            await asked_for.wait()
        assert await wire.client.get(DONE) is None
        may.set()
        if leads:
            async with asyncio.timeout(20):
                while await wire.client.get(DONE) is None:
                    await asyncio.sleep(0.01)
            assert await wire.client.get(DONE) == first
        else:
            async with asyncio.timeout(20):
                await keeping
            assert await wire.client.get(DONE) is None
    finally:
        for task in (hearing, keeping):
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
