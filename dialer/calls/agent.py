"""One agent on the floor as a fold over what the agent asked and what the switch told.

Pure. An agent is logged in by wish; a nailed-up leg is a fact of the switch. Only an
agent with a leg can be idle. A pause or a log-out asked in a conversation takes
effect when it is over.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum


class AgentState(StrEnum):
    OFFLINE = "offline"  # not logged in
    CONNECTING = "connecting"  # logged in, no leg yet (or lost)
    IDLE = "idle"
    RESERVED = "reserved"  # chosen for a call, the bridge is being made
    TALKING = "talking"
    WRAP_UP = "wrap_up"
    PAUSED = "paused"


@dataclass(frozen=True, slots=True, kw_only=True)
class Agent:
    """`since` is when the state began. `wants` is where the agent goes when free."""

    endpoint: str
    state: AgentState = AgentState.OFFLINE
    since: datetime
    leg: str | None = None
    call: str | None = None
    wants: AgentState = AgentState.PAUSED  # idle | paused | offline
    pause_code: str = "login"

    @property
    def busy(self) -> bool:
        return self.state in (AgentState.RESERVED, AgentState.TALKING, AgentState.WRAP_UP)


def logged_in(agent: Agent, at: datetime) -> Agent:
    """The agent sat down; the leg is made next. Twice is once."""
    if agent.state is not AgentState.OFFLINE:
        return agent
    return replace(
        agent,
        state=AgentState.CONNECTING,
        since=at,
        wants=AgentState.PAUSED,
        pause_code="login",
    )


def logged_out(agent: Agent, at: datetime) -> Agent:
    """The agent leaves, after the conversation and its wrap-up if there is one."""
    wish = replace(agent, wants=AgentState.OFFLINE)
    return wish if agent.busy else _rest(wish, at)


def available(agent: Agent, at: datetime) -> Agent:
    """The agent takes calls from now on (or from the end of this one)."""
    if agent.state is AgentState.OFFLINE:
        return agent
    wish = replace(agent, wants=AgentState.IDLE)
    return wish if agent.busy or agent.leg is None else _rest(wish, at)


def paused(agent: Agent, code: str, at: datetime) -> Agent:
    """The agent takes a break of that code, after the conversation if there is one."""
    if agent.state is AgentState.OFFLINE:
        return agent
    wish = replace(agent, wants=AgentState.PAUSED, pause_code=code)
    return wish if agent.busy or agent.leg is None else _rest(wish, at)


def leg_up(agent: Agent, leg: str, at: datetime) -> Agent:
    """The nailed-up leg stands."""
    if agent.state is AgentState.OFFLINE:
        return agent
    seated = replace(agent, leg=leg)
    return _rest(seated, at) if agent.state is AgentState.CONNECTING else seated


def leg_lost(agent: Agent, leg: str, at: datetime) -> Agent:
    """The leg is gone; a call in progress is no longer this agent's."""
    if agent.leg != leg:
        return agent
    if agent.wants is AgentState.OFFLINE:
        return _offline(agent, at)
    return replace(agent, state=AgentState.CONNECTING, since=at, leg=None, call=None)


def reserved(agent: Agent, call: str, at: datetime) -> Agent:
    """Hold an idle agent for one call."""
    if agent.state is not AgentState.IDLE:
        raise NotIdle(agent.endpoint, agent.state)
    return replace(agent, state=AgentState.RESERVED, since=at, call=call)


def released(agent: Agent, call: str, at: datetime) -> Agent:
    """The call that the agent was held for is gone before they met."""
    if agent.state is not AgentState.RESERVED or agent.call != call:
        return agent
    return _rest(replace(agent, call=None), at)


def joined(agent: Agent, call: str, at: datetime) -> Agent:
    """Agent and debtor hear each other."""
    if agent.state is not AgentState.RESERVED or agent.call != call:
        return agent
    return replace(agent, state=AgentState.TALKING, since=at)


def parted(agent: Agent, call: str, at: datetime) -> Agent:
    """The conversation is over; wrap-up begins."""
    if agent.state is not AgentState.TALKING or agent.call != call:
        return agent
    return replace(agent, state=AgentState.WRAP_UP, since=at)


def wrapped_up(agent: Agent, at: datetime) -> Agent:
    """The wrap-up is done, by the agent or by its time limit."""
    if agent.state is not AgentState.WRAP_UP:
        return agent
    return _rest(replace(agent, call=None), at)


class NotIdle(RuntimeError):
    """Only an idle agent can be reserved."""


def _rest(agent: Agent, at: datetime) -> Agent:
    """Go where the agent wants to be."""
    if agent.wants is AgentState.OFFLINE:
        return _offline(agent, at)
    if agent.leg is None:
        return replace(agent, state=AgentState.CONNECTING, since=at)
    if agent.state is agent.wants:
        return agent
    return replace(agent, state=agent.wants, since=at)


def _offline(agent: Agent, at: datetime) -> Agent:
    return Agent(endpoint=agent.endpoint, since=at)
