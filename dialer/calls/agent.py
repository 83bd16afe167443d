"""One agent on the floor as a fold over what the agent asked and what the switch told.

Pure. An agent is logged in by wish; a nailed-up leg is a fact of the switch. Only an
agent with a leg can be idle. A pause or a log-out asked in a conversation takes
effect when it is over.

A supervisor who takes a call from the robot sits at a seat too, but is never idle: he rests
in a pause and gets the calls that he took himself, and no others.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

# kinds of the facts that tell how a seat is: figures of agents are made of the first alone
AGENT_FACT, SUPERVISOR_FACT = "agent", "supervisor"
SEAT_FACTS = (AGENT_FACT, SUPERVISOR_FACT)


class AgentState(StrEnum):
    OFFLINE = "offline"  # not logged in
    CONNECTING = "connecting"  # logged in, no leg yet (or lost)
    IDLE = "idle"
    PREVIEW = "preview"  # looks at a debtor who is to be called for this agent alone
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
    held: bool = False  # talking, and the debtor hears music
    again: bool = False  # reserved for a debtor with whom the agent has talked already
    supervises: bool = False  # a supervisor's seat: in no figure of agents

    @property
    def fact(self) -> str:
        """Kind of the fact that tells of this seat."""
        return SUPERVISOR_FACT if self.supervises else AGENT_FACT

    @property
    def busy(self) -> bool:
        """A call is in hand, or what is left of one, or one that may come back."""
        return self.call is not None


def logged_in(agent: Agent, at: datetime, *, supervises: bool = False) -> Agent:
    """The agent sat down; the leg is made next. Twice is once."""
    if agent.state is not AgentState.OFFLINE:
        return agent
    return replace(
        agent,
        state=AgentState.CONNECTING,
        since=at,
        wants=AgentState.PAUSED,
        pause_code="login",
        supervises=supervises,
    )


def logged_out(agent: Agent, at: datetime) -> Agent:
    """The agent leaves, after the conversation and its wrap-up if there is one."""
    wish = replace(agent, wants=AgentState.OFFLINE)
    return wish if agent.busy else _rest(wish, at)


def left(agent: Agent, at: datetime) -> Agent:
    """Nobody came back to the leg: who wanted to go is gone."""
    wants_to_go = agent.wants is AgentState.OFFLINE
    leaves = wants_to_go and agent.state is AgentState.CONNECTING
    return _offline(agent, at) if leaves else agent


def available(agent: Agent, at: datetime) -> Agent:
    """The agent takes calls from now on (or from the end of this one).

    A supervisor does not.
    """
    if agent.state is AgentState.OFFLINE or agent.supervises:
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
    """The nailed-up leg stands. A conversation that ended meanwhile is wrapped up."""
    if agent.state is AgentState.OFFLINE:
        return agent
    seated = replace(agent, leg=leg)
    if agent.state is not AgentState.CONNECTING:
        return seated
    if agent.call is not None:
        return replace(seated, state=AgentState.WRAP_UP, since=at)
    return _rest(seated, at)


def leg_lost(agent: Agent, leg: str, at: datetime, *, kept: bool = False) -> Agent:
    """The leg is gone. A call in hand is remembered: the agent may get it back.

    `kept`: the call that the agent is reserved for is one that is kept for him.
    """
    if agent.leg != leg:
        return agent
    without = replace(agent, leg=None, held=False)
    if agent.state is AgentState.WRAP_UP:
        return without  # what is left to do needs no sound
    in_hand = kept or agent.state is AgentState.TALKING
    if agent.wants is AgentState.OFFLINE and not in_hand:
        return _offline(agent, at)
    call = agent.call if in_hand else None
    return replace(without, state=AgentState.CONNECTING, since=at, call=call)


def awaiting(agent: Agent, call: str, at: datetime) -> Agent:
    """The leg was lost and the debtor is kept for this agent: no wrap-up yet."""
    if agent.leg is not None or agent.call != call or agent.state is not AgentState.WRAP_UP:
        return agent
    return replace(agent, state=AgentState.CONNECTING, since=at)


def given_up(agent: Agent, call: str, at: datetime) -> Agent:
    """The call that the agent was to get back is somebody else's now."""
    if agent.state is not AgentState.CONNECTING or agent.call != call:
        return agent
    return _rest(replace(agent, call=None), at)


def reclaimed(agent: Agent, leg: str, at: datetime) -> Agent:
    """The leg is back and the debtor still there: hold the agent for the same call."""
    if agent.state is not AgentState.CONNECTING or agent.call is None:
        return agent
    return replace(agent, leg=leg, state=AgentState.RESERVED, since=at, again=True)


def on_hold(agent: Agent, call: str) -> Agent:
    """The debtor hears music; the conversation goes on."""
    if agent.state is not AgentState.TALKING or agent.call != call:
        return agent
    return replace(agent, held=True)


def off_hold(agent: Agent, call: str) -> Agent:
    """Agent and debtor hear each other again."""
    return replace(agent, held=False) if agent.call == call else agent


def back_on_hold(agent: Agent, leg: str, at: datetime) -> Agent:
    """The leg is back while the debtor is still on hold."""
    if agent.state is not AgentState.CONNECTING or agent.call is None:
        return agent
    return replace(agent, leg=leg, state=AgentState.TALKING, since=at, held=True)


def found_holding(agent: Agent, call: str, at: datetime) -> Agent:
    """After a gap: the switch still has the agent's debtor on hold."""
    if agent.call == call:
        return on_hold(agent, call)
    state = AgentState.CONNECTING if agent.leg is None else AgentState.TALKING
    return replace(agent, state=state, since=at, call=call, held=agent.leg is not None)


def offered(agent: Agent, call: str, at: datetime) -> Agent:
    """Show an idle agent whom to call next; `call` is what that call will be named."""
    if agent.state is not AgentState.IDLE:
        return agent
    return replace(agent, state=AgentState.PREVIEW, since=at, call=call, again=False)


def may_take_himself(agent: Agent) -> bool:
    """Whether a supervisor can be given the call that he took: nothing else in hand."""
    return agent.supervises and agent.state is AgentState.PAUSED and agent.leg is not None


def reserved(agent: Agent, call: str, at: datetime) -> Agent:
    """Hold an idle agent for one call, or who previews it, or who took it himself."""
    own = agent.state is AgentState.PREVIEW and agent.call == call
    own = own or may_take_himself(agent)
    if agent.state is not AgentState.IDLE and not own:
        raise NotIdle(agent.endpoint, agent.state)
    return replace(agent, state=AgentState.RESERVED, since=at, call=call, again=False)


def released(agent: Agent, call: str, at: datetime) -> Agent:
    """The call in view is gone before they met; a talk before that is wrapped up."""
    held = agent.state in (AgentState.RESERVED, AgentState.PREVIEW)
    if not held or agent.call != call:
        return agent
    if agent.again:
        return replace(agent, state=AgentState.WRAP_UP, since=at)
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
    return replace(agent, state=AgentState.WRAP_UP, since=at, held=False)


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
    rest = AgentState.CONNECTING if agent.leg is None else agent.wants
    if agent.state is rest:
        return agent
    return replace(agent, state=rest, since=at)


def _offline(agent: Agent, at: datetime) -> Agent:
    return Agent(endpoint=agent.endpoint, since=at, supervises=agent.supervises)
