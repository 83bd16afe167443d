"""What the leader's pacers decide is on the bus: the hour's rows, and the live picture."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest_asyncio
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.adapters.board import Board
from dialer.adapters.scripted import Party
from foundation import bus
from foundation.bus import EVENTS, Bus, decisions_of
from foundation.settings import ProcessSettings
from tests.integration.dialer.office import a_running_campaign, office, placed, seat_or
from tests.real_switch import eventually


@pytest_asyncio.fixture
async def wire(valkey_url: str) -> AsyncIterator[Bus]:
    client = bus.connect(valkey_url)
    yield Bus(client)
    await client.aclose()


async def test_each_decision_and_the_picture_are_told(
    engine: AsyncEngine, settings: ProcessSettings, wire: Bus
) -> None:
    await a_running_campaign(engine, 8, policy={"mode": "progressive"})
    board = Board(wire)
    telling = asyncio.create_task(board.run())
    async with office(engine, settings, seat_or(Party(answers_s=None))) as floor:
        since = await wire.last_id(EVENTS)
        floor.seat("agent001", "agent002")
        await eventually(placed(floor, 2))
        pacing = floor.leader.pacing
        campaign = str(pacing.campaigns[0].id)

        async def told() -> bool:
            board.pace(pacing.log, pacing.campaigns)
            rows = await wire.newest(decisions_of(campaign), count=50)
            return sum(int(row.fields["calls"]) for row in rows) == 2

        await eventually(told)
        kinds = set()
        async with asyncio.timeout(20):
            async for message in wire.consume(EVENTS, since):
                if message.fields.get("campaign") == campaign:
                    kinds.add(message.fields["kind"])
                if kinds >= {"pacing", "decision"}:
                    break
    telling.cancel()
    (newest, *_) = [
        row
        for row in await wire.newest(decisions_of(campaign), count=50)
        if row.fields["calls"]
    ]
    assert newest.fields["reasons"][0][0] == "one_to_one"
    older = await wire.newest(decisions_of(campaign), count=50, before=newest.id)
    assert newest.id not in [row.id for row in older]
    assert 0 < await wire.client.pttl(decisions_of(campaign)) <= 3_600_000
