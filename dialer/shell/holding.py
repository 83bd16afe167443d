"""Hold and resume: the debtor hears music, the agent keeps the call.

Instead of music it may be the automatic conversation, for payment; then the agent may also
leave the call to it, and is free.

The floor is told first and the switch acts then, so that the debtor's leaving of the
bridge is not taken for the end of the talk.
"""

from __future__ import annotations

from datetime import datetime

from dialer.calls import agent as agents
from dialer.calls.agent import AgentState
from dialer.calls.call import CallState
from dialer.shell import keeping
from dialer.shell.facts import Fact, Hold, Join, Step
from dialer.shell.floor import Floor


def hold(floor: Floor, endpoint: str, at: datetime, *, robot: bool = False) -> Step:
    """The agent puts the debtor on hold; nothing when they do not talk.

    `robot`: the debtor is sent to the automatic conversation.
    """
    step = Step()
    agent = floor.agents.get(endpoint)
    if agent is None or agent.state is not AgentState.TALKING or agent.call is None:
        return step
    ongoing = floor.calls.get(agent.call)
    if ongoing is None or ongoing.held or ongoing.call.state is not CallState.TALKING:
        return step
    ongoing.held, ongoing.robot = True, robot
    ongoing.frees, ongoing.resumed_at = False, None
    floor.put(agents.on_hold(agent, agent.call), at, step)
    step.actions.append(
        Hold(call=agent.call, channel=ongoing.channel, agent=endpoint, robot=robot)
    )
    return step


def leave_to_robot(floor: Floor, endpoint: str, at: datetime) -> Step:
    """The agent leaves the debtor to the automatic conversation, once it leads.

    Nothing when it does not have his debtor, nor is asked to.
    """
    step = Step()
    agent = floor.agents.get(endpoint)
    ongoing = floor.calls.get((agent and agent.call) or "")
    if ongoing is None or not ongoing.robot or ongoing.agent != endpoint:
        return step
    if ongoing.is_resumed(at):
        return step
    ongoing.frees = True
    if ongoing.call.state is CallState.WITH_ROBOT:
        keeping.leave(floor, ongoing, at, step)
    return step


def resume(floor: Floor, endpoint: str, at: datetime) -> Step:
    """The agent comes back to the debtor on hold; nothing when there is none."""
    step = Step()
    agent = floor.agents.get(endpoint)
    if agent is None or agent.state is not AgentState.TALKING or agent.call is None:
        return step
    ongoing = floor.calls.get(agent.call)
    if ongoing is None or not ongoing.held or agent.leg is None:
        return step
    if ongoing.is_resumed(at):
        return step
    ongoing.resumed_at, ongoing.frees = at, False
    step.actions.append(
        Join(call=agent.call, channel=ongoing.channel, agent=endpoint, leg=agent.leg)
    )
    step.facts.append(Fact(kind="resuming", at=at, call=agent.call, agent=endpoint))
    return step


def on_hold_failed(floor: Floor, call_id: str, endpoint: str, at: datetime) -> Step:
    """The switch did not hold the debtor: they still talk, or the debtor is gone."""
    step = Step()
    ongoing, agent = floor.calls.get(call_id), floor.agents.get(endpoint)
    if ongoing is not None:
        ongoing.held = ongoing.robot = ongoing.frees = False
    if agent is not None:
        floor.put(agents.off_hold(agent, call_id), at, step)
    step.facts.append(Fact(kind="hold_failed", at=at, call=call_id, agent=endpoint))
    return step


def to_robot(floor: Floor, endpoint: str, at: datetime) -> Step:
    """The agent sends the debtor to the automatic conversation; nothing as in `hold`."""
    return hold(floor, endpoint, at, robot=True)


#: what an agent may do with a debtor who waits for him, by its command
PARKING = {
    "hold": hold,
    "resume": resume,
    "to_robot": to_robot,
    "leave_to_robot": leave_to_robot,
}
