"""Which agents a pacer may reckon with."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from dialer.calls.agent import Agent, AgentState
from dialer.calls.call import Call
from dialer.campaigns.leads import Leads
from dialer.campaigns.running import Running
from dialer.pacing import Policy
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.snapshots import shared_out

NOON = datetime(2026, 3, 10, 15, 0, tzinfo=UTC)
CAMPAIGN = UUID(int=1)
SEAT = "agent001"
AGENT = Agent(endpoint=SEAT, since=NOON, state=AgentState.CONNECTING, call="c1")


def busy(agent: Agent, *, call: bool = False, reachable: bool = False) -> list[str]:
    """Whom the campaign may expect back soon."""
    floor = Floor(lambda: "leg")
    floor.agents[SEAT] = agent
    if reachable:
        floor.seating.seen(SEAT)
    if call:
        kept = Ongoing(call=Call(id="c1"), campaign=CAMPAIGN, route="trunk", placed_at=NOON)
        floor.add_call(kept)
    campaign = Running(
        id=CAMPAIGN,
        name="c",
        caller_id="+551140040001",
        ring_timeout_s=30.0,
        threshold_s=2.0,
        wrap_up_s=30.0,
        priority=1,
        policy=Policy(limits=((0.03, 3600.0),)),
    )
    dealt = shared_out(floor, [campaign], {CAMPAIGN: Leads(count=9)}, {})
    return dealt[CAMPAIGN].busy


def test_who_waits_for_his_call_to_come_back_is_busy() -> None:
    assert busy(AGENT, call=True) == [SEAT]


def test_who_lost_phone_and_call_is_not_expected() -> None:
    assert busy(AGENT) == []


@pytest.mark.parametrize("reachable", [True, False])
def test_a_wrap_up_without_a_phone_is_not_expected_to_end(*, reachable: bool) -> None:
    wraps = replace(AGENT, state=AgentState.WRAP_UP, leg=None)
    assert busy(wraps, reachable=reachable) == ([SEAT] if reachable else [])
    assert busy(replace(wraps, leg="leg")) == [SEAT]


def test_a_supervisor_in_a_call_is_nobodys_agent() -> None:
    talks = replace(AGENT, state=AgentState.TALKING, leg="leg")
    assert busy(talks) == [SEAT]
    assert busy(replace(talks, supervises=True)) == []
