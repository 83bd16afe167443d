"""What a live channel and the facts say together of a call: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime, timedelta

from dialer.adapters.open_attempts import OpenAttempt
from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import Call, CallState, advance
from dialer.calls.events import Answered, Ringing
from dialer.ports import (
    BACK_TO_FLOOR,
    CALLED,
    PAYING,
    ROBOT_OVER,
    TAKEN,
    TO_FLOOR,
    WAITS,
    LiveChannel,
)
from dialer.shell.ongoing import Ongoing
from foundation.ids import inbound_attempt


def attempt_of(channel: LiveChannel) -> str:
    """Attempt of a debtor's channel: outbound ones carry it as their unique id."""
    if "-" in channel.channel:
        return channel.channel
    return str(inbound_attempt(channel.channel))


def endpoint_of(channel: LiveChannel) -> str | None:
    """Endpoint of an agent's leg: `PJSIP/agent001-0000002a` in context `agent`."""
    if channel.context != "agent":
        return None
    return channel.name.removeprefix("PJSIP/").rpartition("-")[0]


def sent_back(channel: LiveChannel) -> bool:
    """The debtor waits as one whose agent was lost does: whoever is free first has him."""
    out_of_robot = channel.context == CALLED and channel.extension == WAITS
    return channel.context == BACK_TO_FLOOR or out_of_robot


def call_now(call: Call, attempt: OpenAttempt, channel: LiveChannel, now: datetime) -> Call:
    """What was known of a call, moved to where its channel is; not who it talks with."""
    if channel.up and call.answered_at is None:
        up_since = now - timedelta(seconds=channel.seconds)
        call = advance(call, Answered(channel=channel.channel, at=up_since))
    if channel.ringing:  # it may have begun in the gap
        call = advance(call, Ringing(channel=channel.channel, at=now))
    led = call.state in (CallState.WITH_ROBOT, CallState.TALKING)  # by robot or supervisor
    asked = channel.context == TO_FLOOR and led
    if sent_back(channel) or asked:
        return replace(call, state=CallState.WAITING)
    if channel.context == TAKEN and call.state is CallState.WITH_ROBOT:
        return call
    if channel.context == CALLED:  # he may have come to it in the gap
        return replace(call, state=CallState.WITH_ROBOT)
    if channel.context == PAYING and channel.extension != ROBOT_OVER:
        return replace(call, state=CallState.WITH_ROBOT)
    if call.state is CallState.TALKING or _past_threshold(call, attempt, now):
        return replace(call, state=CallState.IN_DIALPLAN)
    if not channel.up and call.state is CallState.COMMITTED:
        return replace(call, state=CallState.DIALING)
    return call


def _past_threshold(call: Call, attempt: OpenAttempt, now: datetime) -> bool:
    if call.answered_at is None or attempt.inbound:
        return False
    return (now - call.answered_at).total_seconds() > attempt.story.threshold_s


def talking(call: Call, now: datetime) -> Call:
    """The call in a bridge with an agent."""
    return replace(call, state=CallState.TALKING, joined_at=call.joined_at or now)


def ongoing_of(attempt: OpenAttempt, agents: Iterable[Agent]) -> Ongoing:
    """A call of the facts, with whom the facts put into it."""
    own = [agent for agent in agents if agent.call == attempt.id]
    story = attempt.story
    met = (AgentState.RESERVED, AgentState.TALKING, AgentState.CONNECTING)
    return Ongoing(
        call=story.call,
        campaign=attempt.campaign,
        route=attempt.route,
        channel=story.channel,
        placed_at=attempt.placed_at,
        threshold_s=story.threshold_s,
        wrap_up_s=story.wrap_up_s,
        agent=next((a.endpoint for a in own if a.state in met), None),
        talked_with=story.talked_with,
        agentless=story.agentless,
        machine=story.machine,
        taken_by=story.taken_by,
        only_for=next((a.endpoint for a in own if a.state is AgentState.PREVIEW), None),
    )
