"""What agents ask: of which call, in which order, and not before it can be done."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime

import pytest

from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import Call, CallState
from dialer.shell.asking import Asking
from dialer.shell.commands import Command, apply_command
from dialer.shell.floor import Floor, Ongoing

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def a_floor(state: AgentState) -> Floor:
    floor = Floor(lambda: "leg")
    floor.agents["agent001"] = Agent(
        endpoint="agent001", state=state, since=NOW, leg="leg", call="this",
        wants=AgentState.IDLE,
    )  # fmt: skip
    call = Call(id="this", state=CallState.TALKING)
    floor.add_call(Ongoing(call=call, agent="agent001"))
    return floor


def asked(do: str, call: str | None) -> Command:
    return Command.parse({"do": do, "agent": "agent001", "call": call})


@pytest.mark.parametrize("call", ["this", None])
def test_a_wish_is_about_the_call_that_it_names_or_the_one_in_hand(
    call: str | None,
) -> None:
    assert apply_command(a_floor(AgentState.TALKING), asked("hang_up", call), NOW).actions
    floor = a_floor(AgentState.WRAP_UP)
    apply_command(floor, asked("wrap_up_done", call), NOW)
    assert floor.agents["agent001"].state is AgentState.IDLE


@pytest.mark.parametrize("do", ["hang_up", "hold", "wrap_up_done"])
def test_a_wish_that_comes_late_does_nothing_to_the_next_call(do: str) -> None:
    for state in (AgentState.TALKING, AgentState.WRAP_UP):
        floor = a_floor(state)
        step = apply_command(floor, asked(do, "the last"), NOW)
        assert (step.actions, step.facts) == ([], [])
        assert floor.agents["agent001"].state is state


def test_what_is_asked_waits_in_order_until_the_floor_is_known() -> None:
    floor = a_floor(AgentState.TALKING)
    asking, done = Asking(floor), list[str]()
    asking.ask(lambda: done.append("pause"), acts=False)
    asking.ask(lambda: done.append("hang up"), acts=True)
    assert done == []
    asking.go_on()
    assert done == ["pause", "hang up"]


def test_without_the_switch_what_needs_it_waits_and_all_that_follows() -> None:
    floor = a_floor(AgentState.TALKING)
    asking, done = Asking(floor), list[str]()
    asking.go_on()
    floor.blind = True
    asking.ask(lambda: done.append("available"), acts=False)
    asking.ask(lambda: done.append("hang up"), acts=True)
    asking.ask(lambda: done.append("pause"), acts=False)
    assert done == ["available"]
    floor.blind = False
    asking.go_on()
    assert done == ["available", "hang up", "pause"]


async def test_all_is_done_only_when_nothing_waits() -> None:
    floor = a_floor(AgentState.TALKING)
    asking = Asking(floor)
    asking.go_on()
    async with asyncio.timeout(5):
        await asking.done()
    floor.blind = True
    asking.ask(lambda: None, acts=True)
    waiting = asyncio.ensure_future(asking.done())
    for _ in range(3):
        await asyncio.sleep(0)
    assert not waiting.done()
    asking.go_on()
    async with asyncio.timeout(5):
        await waiting
    assert waiting.done()
