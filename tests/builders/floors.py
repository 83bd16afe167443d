"""A small floor that works, and ways to plant a fault in it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from dialer.calls.agent import Agent, AgentState
from dialer.calls.events import CallState
from dialer.state.picture import Line, OpenCall, Picture

T0 = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


def a_call(name: str, state: CallState, placed_s: float, **changed: Any) -> OpenCall:
    call = OpenCall(
        attempt=name,
        channel=name,
        debtor=f"debtor of {name}",
        state=state,
        placed_at=at(placed_s),
        due_at=at(placed_s + 3630),
    )
    return replace(call, **changed)


def an_agent(endpoint: str, state: AgentState, **changed: Any) -> Agent:
    agent = Agent(endpoint=endpoint, state=state, since=at(60), leg=f"leg of {endpoint}")
    return replace(agent, **changed)


def a_leg(endpoint: str, bridge: str | None = None, channel: str = "") -> Line:
    name = channel or f"leg of {endpoint}"
    return Line(channel=name, endpoint=endpoint, up=True, bridge=bridge or f"park {name}")


def a_line(attempt: str, *, up: bool = True, bridge: str | None = None) -> Line:
    return Line(channel=attempt, attempt=attempt, up=up, bridge=bridge)


def a_floor() -> Picture:
    """At second 100: one talks, one is free, one call rings, one waits; all agree."""
    agents = [
        an_agent("agent001", AgentState.TALKING, call="talks"),
        an_agent("agent002", AgentState.IDLE),
    ]
    calls = [
        a_call("talks", CallState.TALKING, 50),
        a_call("rings", CallState.RINGING, 90),
        a_call("waits", CallState.WAITING, 80),
    ]
    return Picture(
        at=at(100),
        calls={call.attempt: call for call in calls},
        agents={agent.endpoint: agent for agent in agents},
        lines=(
            a_leg("agent001", "b1"),
            a_line("talks", bridge="b1"),
            a_leg("agent002"),
            a_line("rings", up=False),
            a_line("waits"),
        ),
        told={"floor": {"agent001": "talking", "agent002": "idle"}},
    )


def with_call(floor: Picture, call: OpenCall, *lines: Line) -> Picture:
    calls = {**floor.calls, call.attempt: call}
    return replace(floor, calls=calls, lines=floor.lines + lines)


def with_agent(floor: Picture, agent: Agent, *lines: Line) -> Picture:
    """The agent in the place of who was known by that seat; all are told the truth."""
    told = {who: {**s, agent.endpoint: agent.state.value} for who, s in floor.told.items()}
    agents = {**floor.agents, agent.endpoint: agent}
    return replace(floor, agents=agents, lines=floor.lines + lines, told=told)


def without_line(floor: Picture, channel: str) -> Picture:
    lines = tuple(line for line in floor.lines if line.channel != channel)
    return replace(floor, lines=lines)
