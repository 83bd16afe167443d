"""A person takes a call from the automatic conversation: by events alone."""

from __future__ import annotations

from datetime import UTC, datetime

from dialer.calls.call import Call, CallState
from dialer.calls.events import HungUp, Joined, Said
from dialer.shell.commands import Command, apply_command
from dialer.shell.facts import NotTaken, Take
from dialer.shell.floor import Floor
from dialer.shell.ongoing import Ongoing
from tests.unit.dialer.test_floor import at, floor, joins, seat

__all__ = ["floor"]

NOW = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def with_robot(floor: Floor) -> str:
    floor.on_switch(Said(channel="17.1", at=at(2), what="robot", fields={"Number": "1"}))
    (call,) = floor.calls
    return call


def take(call: str, agent: str = "agent002") -> Command:
    return Command(do="take", agent=agent, call=call)


def test_the_agent_who_takes_it_gets_it_before_who_is_idle_longer(floor: Floor) -> None:
    seat(floor, "agent001", s=0)
    seat(floor, "agent002", s=1)
    call = with_robot(floor)
    step = apply_command(floor, take(call), NOW)
    assert (step.actions, step.facts) == ([Take(call=call, channel="17.1")], [])
    told = floor.on_switch(Said(channel="17.1", at=at(4), what="taken", fields={}))
    assert [(fact.kind, fact.call) for fact in told.facts] == [("taken", call)]
    arrived = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent002")]


def test_who_is_not_idle_any_more_leaves_it_to_the_next(floor: Floor) -> None:
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    apply_command(floor, take(call), NOW)
    arrived = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent001")]


def test_who_asked_for_a_person_meanwhile_has_one_or_waits_for_him(floor: Floor) -> None:
    call = with_robot(floor)
    floor.on_switch(Said(channel="17.1", at=at(5), what="inbound", fields={}))
    waits = apply_command(floor, take(call), NOW)
    assert (waits.actions, floor.calls[call].prefers) == ([], "agent002")
    seat(floor, "agent001", s=6)
    floor.on_switch(Joined(channel="17.1", at=at(7), peer="leg"))
    assert floor.calls[call].call.state is CallState.TALKING
    assert apply_command(floor, take(call), NOW).actions == []


def test_who_hung_up_before_the_order_came_was_taken_by_nobody(floor: Floor) -> None:
    call = with_robot(floor)
    floor.on_switch(HungUp(channel="17.1", at=at(4), cause=16, sip_code=None))
    assert apply_command(floor, take(call), NOW).actions == [NotTaken(call=call)]


def test_whom_we_called_is_taken_as_a_caller_is(floor: Floor) -> None:
    floor.add_call(Ongoing(call=Call(id="c1", answered_at=NOW, state=CallState.WAITING)))
    floor.on_switch(Said(channel="c1", at=at(3), what="overflow", fields={}))
    floor.on_switch(Said(channel="c1", at=at(4), what="with_robot", fields={}))
    seat(floor, "agent001", s=0)
    seat(floor, "agent002", s=1)
    assert apply_command(floor, take("c1"), NOW).actions == [Take(call="c1", channel="c1")]
    told = floor.on_switch(Said(channel="c1", at=at(9), what="back_to_floor", fields={}))
    assert joins(told) == [("c1", "agent002")]


def test_a_campaign_without_agents_keeps_its_calls(floor: Floor) -> None:
    robot = Call(id="c1", answered_at=NOW, state=CallState.WITH_ROBOT)
    floor.add_call(Ongoing(call=robot, agentless=True))
    assert apply_command(floor, take("c1"), NOW).actions == [NotTaken(call="c1")]
