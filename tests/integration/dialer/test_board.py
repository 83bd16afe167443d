"""What the board tells of a seat."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import pytest_asyncio

from dialer.adapters.board import Board
from dialer.calls import agent as agents
from dialer.calls.agent import Agent
from dialer.shell.facts import Step
from dialer.shell.floor import Floor
from dialer.shell.guarding import Looked
from foundation import bus
from foundation.bus import BOARD, EVENTS, Bus
from tests.real_switch import eventually

AT = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)
SEAT = "agent001"


@pytest_asyncio.fixture
async def wire(valkey_url: str) -> AsyncIterator[Bus]:
    client = bus.connect(valkey_url)
    yield Bus(client)
    await client.aclose()


async def test_a_pause_is_named_from_when_it_is_asked_for(wire: Bus) -> None:
    floor, board = Floor(lambda: "leg-1"), Board(wire)
    seated = agents.leg_up(agents.logged_in(Agent(endpoint=SEAT, since=AT), AT), "l", AT)
    idle = agents.available(seated, AT)
    talking = agents.joined(agents.reserved(idle, "c1", AT), "c1", AT)
    asked = agents.paused(talking, "lunch", AT)
    begun = agents.wrapped_up(agents.parted(asked, "c1", AT), AT)
    telling = asyncio.create_task(board.run())
    for agent, pause in (
        (seated, "login"),
        (talking, None),
        (asked, "lunch"),
        (begun, "lunch"),
        (agents.available(begun, AT), None),
        (agents.logged_out(begun, AT), None),
    ):
        step = Step()
        floor.put(agent, AT, step)
        board.show(step, floor)

        async def told(agent: Agent = agent, pause: str | None = pause) -> bool:
            seat = (await wire.table(BOARD)).get(SEAT, {})
            shown = tuple(seat.get(key) for key in ("state", "wants", "pause_code"))
            return shown == (agent.state, agent.wants, pause)

        await eventually(told)
    telling.cancel()
    assert (await wire.table(BOARD))[SEAT]["state"] == agents.AgentState.OFFLINE


class Flickering(Bus):
    """A bus whose server dies at the next write, and comes back empty."""

    dies = False

    async def put(self, key: str, values: Mapping[str, Any]) -> None:
        if self.dies:
            self.dies = False
            await self.client.flushall()
            raise ConnectionError
        await super().put(key, values)


async def test_an_emptied_server_is_told_the_whole_board_when_it_is_back(
    wire: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dialer.adapters.board.REDRAW_S", 3600.0)
    floor, bus_ = Floor(lambda: "leg-1"), Flickering(wire.client)
    board = Board(bus_)
    telling = asyncio.create_task(board.run())

    async def shown(*seats: str) -> None:
        async def there() -> bool:
            return set(await wire.table(BOARD)) == set(seats)

        await eventually(there)

    def sits_down(seat: str) -> None:
        step = Step()
        floor.put(agents.logged_in(Agent(endpoint=seat, since=AT), AT), AT, step)
        board.show(step, floor)

    sits_down(SEAT)
    await shown(SEAT)
    bus_.dies = True
    sits_down("agent002")
    await shown(SEAT, "agent002")
    telling.cancel()
    assert not bus_.dies  # the server was gone in between


async def test_when_the_guard_last_looked_is_told_to_everybody(wire: Bus) -> None:
    floor, board = Floor(lambda: "leg-1"), Board(wire)
    first = Looked(AT)
    telling = asyncio.create_task(board.run())
    for looked in (first, replace(first, violations=0)):

        async def told(looked: Looked = looked) -> bool:
            board.look(floor, [], (), looked.as_event())
            entries: Any = await wire.client.xrevrange(EVENTS, count=1)
            return bool(entries) and json.loads(entries[0][1]["checked"]) == {
                "at": AT.isoformat(),
                "violations": looked.violations,
            }

        await eventually(told)
    telling.cancel()
    assert await wire.client.xlen(EVENTS) == 2  # told when it changes, not at each look
