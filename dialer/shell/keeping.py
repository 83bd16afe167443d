"""A lost leg is not a lost call: the debtor is kept for the same agent for a while.

Rules over the floor's own state, called by it alone. The dialplan's [back-to-floor] plays
music for as long as a call is kept.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from dialer.calls import agent as agents
from dialer.calls.agent import Agent, AgentState
from dialer.calls.events import HungUp
from dialer.shell.facts import EndHold, Join, Step
from dialer.shell.ongoing import Ongoing

if TYPE_CHECKING:
    from dialer.shell.floor import Floor

KEEP = timedelta(seconds=15)  # [back-to-floor] plays music for so long, then says sorry


def returned(
    floor: Floor, ongoing: Ongoing, agent: Agent | None, at: datetime, step: Step
) -> None:
    """The debtor came out of a talk and is still there."""
    was_on_hold = ongoing.on_hold
    ongoing.held = ongoing.on_hold = ongoing.robot = ongoing.frees = False
    ongoing.returned, ongoing.agent = True, None
    if was_on_hold:  # for as long as one may be: for anybody now
        floor.free(agent, ongoing.call.id, at, step)
    elif _may_come_back(floor, ongoing):
        ongoing.keep(str(ongoing.talked_with), at + KEEP)
        _await(floor, str(ongoing.talked_with), at, step)


def robot_leads(floor: Floor, ongoing: Ongoing, at: datetime, step: Step) -> None:
    """The automatic conversation has the debtor; who wanted to be free then is."""
    if ongoing.frees:
        leave(floor, ongoing, at, step)


def leave(floor: Floor, ongoing: Ongoing, at: datetime, step: Step) -> None:
    """The agent is free of a debtor whom the automatic conversation has.

    Should the debtor want a person after all, it is this one if he is idle.
    """
    agent = floor.agents.get(ongoing.agent or "")
    ongoing.prefers = ongoing.agent or ongoing.prefers
    ongoing.agent, ongoing.frees, ongoing.taken_by = None, False, None
    floor.free(agent, ongoing.call.id, at, step)


def robot_over(floor: Floor, ongoing: Ongoing, at: datetime, step: Step) -> None:
    """The automatic conversation is over and the debtor is there: back to who stayed.

    Who stayed and lost his leg has him on hold then; nobody's is sent to the floor. The
    agent may have taken him back just now: he is joined once.
    """
    ongoing.robot = ongoing.frees = False
    ongoing.on_hold = ongoing.held
    agent = floor.agents.get(ongoing.agent or "")
    if agent is None or agent.call != ongoing.call.id or agent.leg is None:
        end_hold_of_nobody(floor, ongoing, at, step)
    elif ongoing.held and not ongoing.is_resumed(at):
        ongoing.resumed_at = at
        step.actions.append(join(ongoing, agent.endpoint, agent.leg))


def found_with_robot(
    floor: Floor, ongoing: Ongoing, endpoint: str | None, at: datetime, step: Step
) -> None:
    """The switch has a debtor in the automatic conversation: he is his who stayed.

    `endpoint`: whom he talked with last; he stayed if the facts say that he has the call.
    """
    agent = floor.agents.get(endpoint or "")
    ongoing.held = ongoing.robot = True
    if agent is None or agent.call != ongoing.call.id or not in_hand(agent):
        return
    ongoing.agent = agent.endpoint
    floor.put(agents.found_holding(agent, ongoing.call.id, at), at, step)


def in_hand(agent: Agent) -> bool:
    """Whether an agent who has a call has not begun to wrap it up."""
    return agent.state in (AgentState.TALKING, AgentState.CONNECTING)


def holds(floor: Floor, agent: Agent) -> bool:
    ongoing = floor.calls.get(agent.call or "")
    return ongoing is not None and ongoing.held


def may_end(ongoing: Ongoing, agent: Agent) -> bool:
    """Whether an agent may hang up: they talk, or did before his leg was lost.

    The wish may have been on its way for as long as the agent's network was gone.
    """
    if agent.state is AgentState.TALKING:
        return True
    if agent.state is AgentState.PREVIEW:  # it rings for him, and he gives up
        return ongoing.only_for == agent.endpoint
    comes_back = agent.state in (AgentState.CONNECTING, AgentState.RESERVED)
    return comes_back and ongoing.talked_with == agent.endpoint


def end_hold_of_nobody(floor: Floor, ongoing: Ongoing, at: datetime, step: Step) -> None:
    """A debtor on hold whose agent does not come back goes to anybody, not on waiting."""
    if not ongoing.held or not ongoing.on_hold:
        return
    agent = floor.agents.get(ongoing.agent or "")
    if agent is not None and agent.call == ongoing.call.id:
        if agent.state is not AgentState.CONNECTING or at - agent.since <= KEEP:
            return
        floor.put(agents.given_up(agent, ongoing.call.id, at), at, step)
    ongoing.held, ongoing.agent = False, None  # asked for once
    step.actions.append(EndHold(channel=ongoing.channel))


def found_on_hold(
    floor: Floor, ongoing: Ongoing, endpoint: str | None, at: datetime, step: Step
) -> None:
    """The switch has a debtor on hold that this floor knows nothing of: give him back.

    `endpoint`: whom he talked with last; nobody's hold is ended by the sweep.
    """
    ongoing.held = ongoing.on_hold = True
    ongoing.let_go()
    agent = floor.agents.get(endpoint or "")
    if agent is not None:
        ongoing.agent = ongoing.talked_with = agent.endpoint
        floor.put(agents.found_holding(agent, ongoing.call.id, at), at, step)


def _may_come_back(floor: Floor, ongoing: Ongoing) -> bool:
    """Whether the last agent lost the leg, or is about to hear of it."""
    agent = floor.agents.get(ongoing.talked_with or "")
    return agent is not None and agent.call == ongoing.call.id


def _await(floor: Floor, endpoint: str, at: datetime, step: Step) -> None:
    """Show an agent whose leg is lost that his call is kept for him."""
    for ongoing in floor.calls.values():
        if ongoing.kept_for == endpoint:
            agent = agents.awaiting(floor.agents[endpoint], ongoing.call.id, at)
            floor.put(agent, at, step)


def give_up(floor: Floor, ongoing: Ongoing, at: datetime, step: Step) -> None:
    agent = floor.agents.get(ongoing.kept_for or "")
    if agent is not None:
        floor.put(agents.given_up(agent, ongoing.call.id, at), at, step)
    ongoing.let_go()


def leg_lost(floor: Floor, agent: Agent, event: HungUp, step: Step) -> None:
    ongoing = floor.calls.get(agent.call or "")
    kept = ongoing is not None and ongoing.kept_for == agent.endpoint
    if ongoing is not None and agent.state is AgentState.RESERVED:
        ongoing.agent = None
    after = agents.leg_lost(agent, event.channel, event.at, kept=kept)
    floor.put(after, event.at, step)
    _await(floor, agent.endpoint, event.at, step)


def leg_up(floor: Floor, agent: Agent, leg: str, at: datetime, step: Step) -> None:
    """The agent goes on where he was: with the same call if it is still his."""
    ongoing = floor.calls.get(agent.call or "")
    if agent.state is not AgentState.CONNECTING or ongoing is None:
        floor.put(agents.leg_up(agent, leg, at), at, step)
    elif ongoing.held and ongoing.agent == agent.endpoint:
        floor.put(agents.back_on_hold(agent, leg, at), at, step)
    elif ongoing.kept_for == agent.endpoint:
        ongoing.agent = agent.endpoint
        floor.put(agents.reclaimed(agent, leg, at), at, step)
        step.actions.append(join(ongoing, agent.endpoint, leg))
    else:
        if ongoing.agent == agent.endpoint:
            ongoing.agent = None
        others = agents.given_up(agent, ongoing.call.id, at)
        floor.put(agents.leg_up(others, leg, at), at, step)


def join(ongoing: Ongoing, endpoint: str, leg: str) -> Join:
    """Bring a call and an agent's leg together."""
    return Join(call=ongoing.call.id, channel=ongoing.channel, agent=endpoint, leg=leg)
