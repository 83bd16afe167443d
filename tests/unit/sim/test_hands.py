"""A simulated agent's hands, on a clock of the test's own."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from typing import Any

import numpy as np

from sim.phones.hands import REFUSED_S, Hands
from sim.world.agents import AgentHabits, agent_habits

TABLE: dict[str, Any] = {
    "talk_s": {"law": "constant", "value": 30},
    "wrap_up_s": {"law": "constant", "value": 5},
    "dispositions": {"promise": 1},
    "break_s": {"law": "constant", "value": 300},
    "break_code": "lunch",
}


class Floor:
    """Keeps what an agent asked for, and lets the agent's time pass when told to."""

    def __init__(self, habits: AgentHabits) -> None:
        self.orders: list[tuple[float, str, str]] = []
        self.now = 0.0
        self._sleepers: list[tuple[float, asyncio.Event]] = []
        self.hands = Hands(
            "agent001", habits, np.random.default_rng(1), self.send, self.sleep
        )

    async def send(self, command: Mapping[str, Any]) -> None:
        assert command["agent"] == "agent001"
        self.orders.append((self.now, command["do"], command.get("code", "")))

    async def sleep(self, seconds: float) -> None:
        wake = asyncio.Event()
        self._sleepers.append((self.now + seconds, wake))
        await wake.wait()

    async def passes(self, seconds: float) -> None:
        """Let so many seconds pass, waking who sleeps in the order of time."""
        end = self.now + seconds
        await _settle()
        while due := [sleeper for sleeper in self._sleepers if sleeper[0] <= end]:
            at, wake = min(due, key=lambda sleeper: sleeper[0])
            self._sleepers.remove((at, wake))
            self.now = at
            wake.set()
            await _settle()
        self.now = end

    def asked(self) -> list[str]:
        """What was asked since the last look."""
        found = [" ".join(filter(None, order[1:])) for order in self.orders]
        self.orders.clear()
        return found


async def _settle() -> None:
    for _ in range(5):
        await asyncio.sleep(0)


def a_floor(**changes: Any) -> Floor:
    return Floor(agent_habits(TABLE | changes))


async def test_an_agent_sits_down_and_asks_until_it_is_done() -> None:
    floor = a_floor()
    floor.hands.see("offline")
    await floor.passes(0)
    assert floor.asked() == ["log_in", "available"]
    await floor.passes(REFUSED_S)
    assert floor.asked() == ["log_in", "available"]
    floor.hands.see("connecting")
    await floor.passes(60)
    assert floor.asked() == []


async def test_an_agent_ends_the_talk_when_it_is_his_turn_and_records_what_came_of_it() -> (
    None
):
    floor = a_floor()
    floor.hands.see("talking", "call-1")
    await floor.passes(29.9)
    assert floor.asked() == []
    await floor.passes(0.1)
    assert floor.asked() == ["hang_up"]
    floor.hands.see("wrap_up", "call-1")
    await floor.passes(4.9)
    assert floor.asked() == []
    await floor.passes(0.1)
    assert floor.asked() == ["wrap_up_done promise"]
    floor.hands.see("idle")
    await floor.passes(600)
    assert floor.asked() == []


async def test_a_debtor_who_hangs_up_first_is_not_hung_up_on() -> None:
    floor = a_floor()
    floor.hands.see("talking", "call-1")
    await floor.passes(10)
    floor.hands.see("wrap_up", "call-1")
    await floor.passes(5)
    assert floor.asked() == ["wrap_up_done promise"]


async def test_the_same_state_told_twice_is_one_state() -> None:
    floor = a_floor()
    floor.hands.see("talking", "call-1", "2026-03-10T13:00:00.000+00:00")
    await floor.passes(20)
    floor.hands.see("talking", "call-1", "2026-03-10T13:00:00.000+00:00")
    await floor.passes(10)
    assert floor.asked() == ["hang_up"]


async def test_an_old_look_at_the_board_does_not_bring_a_state_back() -> None:
    floor = a_floor()
    floor.hands.see("talking", "call-1", "2026-03-10T13:00:00.000+00:00")
    floor.hands.see("wrap_up", "call-1", "2026-03-10T13:00:30.000+00:00")
    floor.hands.see("talking", "call-1", "2026-03-10T13:00:00.000+00:00")
    await floor.passes(5)
    assert floor.asked() == ["wrap_up_done promise"]


async def test_a_break_follows_the_wrap_up_and_ends() -> None:
    floor = a_floor(break_share=1.0)
    floor.hands.see("talking", "call-1")
    floor.hands.see("wrap_up", "call-1")
    await floor.passes(5)
    assert floor.asked() == ["pause lunch", "wrap_up_done promise"]
    floor.hands.see("paused")
    await floor.passes(299)
    assert floor.asked() == []
    await floor.passes(1)
    assert floor.asked() == ["available"]


async def test_an_agent_who_leaves_asks_for_nothing_else() -> None:
    floor = a_floor()
    floor.hands.see("talking", "call-1")
    await floor.passes(1)
    await floor.hands.leave()
    await floor.passes(600)
    assert floor.asked() == ["log_out"]
