"""An agent as a fold: wishes of the person, facts of the switch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls import agent as agents
from dialer.calls.agent import Agent, AgentState

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def offline() -> Agent:
    return Agent(endpoint="agent001", since=NOW)


def idle() -> Agent:
    seated = agents.leg_up(agents.logged_in(offline(), NOW), "leg", NOW)
    return agents.available(seated, NOW)


def talking() -> Agent:
    return agents.joined(agents.reserved(idle(), "c1", NOW), "c1", NOW)


def test_logging_in_needs_a_leg_and_then_rests_until_the_agent_is_available() -> None:
    connecting = agents.logged_in(offline(), NOW)
    assert connecting.state is AgentState.CONNECTING
    seated = agents.leg_up(connecting, "leg", NOW)
    assert (seated.state, seated.pause_code) == (AgentState.PAUSED, "login")
    assert agents.available(seated, NOW).state is AgentState.IDLE


def test_only_an_idle_agent_can_be_reserved() -> None:
    with pytest.raises(agents.NotIdle):
        agents.reserved(talking(), "c2", NOW)


def test_a_pause_asked_in_a_conversation_begins_after_its_wrap_up() -> None:
    agent = agents.paused(talking(), "lunch", NOW)
    assert agent.state is AgentState.TALKING
    agent = agents.parted(agent, "c1", NOW)
    assert agent.state is AgentState.WRAP_UP
    agent = agents.wrapped_up(agent, NOW)
    assert (agent.state, agent.pause_code) == (AgentState.PAUSED, "lunch")


def test_an_agent_whose_leg_is_lost_returns_to_where_he_was() -> None:
    lost = agents.leg_lost(idle(), "leg", NOW)
    assert (lost.state, lost.call) == (AgentState.CONNECTING, None)
    assert agents.leg_up(lost, "leg2", NOW).state is AgentState.IDLE


def test_a_call_is_remembered_when_its_leg_is_lost() -> None:
    lost = agents.leg_lost(talking(), "leg", NOW)
    assert (lost.state, lost.call) == (AgentState.CONNECTING, "c1")
    back = agents.reclaimed(lost, "leg2", NOW)
    assert (back.state, back.call, back.leg) == (AgentState.RESERVED, "c1", "leg2")
    assert agents.joined(back, "c1", NOW).state is AgentState.TALKING
    # nobody there any more: what was said is still to be recorded
    assert agents.leg_up(lost, "leg2", NOW).state is AgentState.WRAP_UP
    # somebody else has the debtor now
    other = agents.given_up(lost, "c1", NOW)
    assert agents.leg_up(other, "leg2", NOW).state is AgentState.IDLE


def test_a_wrap_up_goes_on_without_a_leg() -> None:
    lost = agents.leg_lost(agents.parted(talking(), "c1", NOW), "leg", NOW)
    assert (lost.state, lost.call, lost.leg) == (AgentState.WRAP_UP, "c1", None)
    assert agents.leg_up(lost, "leg2", NOW).leg == "leg2"
    assert agents.wrapped_up(lost, NOW).state is AgentState.CONNECTING


def test_hold_is_part_of_the_conversation() -> None:
    held = agents.on_hold(talking(), "c1")
    assert (held.state, held.held) == (AgentState.TALKING, True)
    assert agents.off_hold(held, "c1").held is False
    assert agents.parted(held, "c1", NOW).held is False
    assert agents.leg_lost(held, "leg", NOW).held is False
    assert agents.on_hold(idle(), "c1") == idle()


def test_the_loss_of_an_older_leg_does_not_touch_the_agent() -> None:
    agent = talking()
    assert agents.leg_lost(agent, "another", NOW) is agent


def test_logging_out_in_a_conversation_waits_for_its_end() -> None:
    agent = agents.logged_out(talking(), NOW)
    assert agent.state is AgentState.TALKING
    agent = agents.wrapped_up(agents.parted(agent, "c1", NOW), NOW)
    assert agent.state is AgentState.OFFLINE


Change = Callable[[Agent], Agent]
CHANGES: list[Change] = [
    lambda a: agents.logged_in(a, NOW),
    lambda a: agents.logged_out(a, NOW),
    lambda a: agents.available(a, NOW),
    lambda a: agents.paused(a, "lunch", NOW),
    lambda a: agents.leg_up(a, "leg", NOW),
    lambda a: agents.leg_lost(a, "leg", NOW),
    lambda a: agents.reserved(a, "c1", NOW) if a.state is AgentState.IDLE else a,
    lambda a: agents.released(a, "c1", NOW),
    lambda a: agents.joined(a, "c1", NOW),
    lambda a: agents.parted(a, "c1", NOW),
    lambda a: agents.wrapped_up(a, NOW),
]


@given(st.lists(st.sampled_from(CHANGES), max_size=30))
def test_no_sequence_leaves_an_agent_in_an_impossible_state(changes: list[Change]) -> None:
    agent = offline()
    for change in changes:
        agent = change(agent)
        on_call = agent.state in (AgentState.RESERVED, AgentState.TALKING)
        assert (agent.call is not None) == (on_call or agent.state is AgentState.WRAP_UP)
        if agent.state in (AgentState.IDLE, AgentState.RESERVED, AgentState.TALKING):
            assert agent.leg is not None
