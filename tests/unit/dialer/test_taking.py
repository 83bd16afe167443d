"""A person takes a call from the automatic conversation: by events alone."""

from __future__ import annotations

from datetime import UTC, datetime

from dialer.calls.events import Said
from dialer.shell.commands import Command, apply_command
from dialer.shell.facts import Take
from dialer.shell.floor import Floor
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
    assert step.actions == [Take(call=call, channel="17.1")]
    arrived = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent002")]


def test_who_is_not_idle_any_more_leaves_it_to_the_next(floor: Floor) -> None:
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    apply_command(floor, take(call), NOW)
    arrived = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent001")]


def test_a_call_that_is_not_with_the_robot_is_left_alone(floor: Floor) -> None:
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    floor.on_switch(Said(channel="17.1", at=at(5), what="inbound", fields={}))
    for number in (call, "nobody's"):
        assert apply_command(floor, take(number), NOW).actions == []
