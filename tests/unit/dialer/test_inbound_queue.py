"""Callers who wait: whose turn it is, who may have them, and what they are told."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.calls.events import Joined, Parted, Said
from dialer.inbound.queue import Place, head_start_s
from dialer.inbound.waiting import SHARE, Services, positions, told_minutes, wait_s
from dialer.shell import line
from dialer.shell.facts import Step
from dialer.shell.floor import Floor
from tests.unit.dialer.test_floor import at, floor, joins, seat

__all__ = ["floor"]

PLACES = st.builds(
    Place,
    value=st.decimals(0, 10**7, places=2),
    promise=st.booleans(),
    priority=st.integers(0, 5),
)


def arrive(floor: Floor, channel: str, s: float) -> Step:
    fields = {"Number": "5511900100199", "Called": "551130000100"}
    return floor.on_switch(Said(channel=channel, at=at(s), what="inbound", fields=fields))


def call_on(floor: Floor, channel: str) -> str:
    return next(o.call.id for o in floor.calls.values() if o.channel == channel)


@given(PLACES)
def test_no_head_start_is_longer_than_seven_minutes(place: Place) -> None:
    assert 0 <= head_start_s(place) <= 60 + 60 + 5 * 60


@given(st.lists(st.floats(0, 1e6), max_size=8))
def test_positions_are_each_number_once_by_urgency(urgencies: list[float]) -> None:
    found = positions(urgencies)
    assert sorted(found) == list(range(1, len(urgencies) + 1))
    ordered = [urgency for _, urgency in sorted(zip(found, urgencies, strict=True))]
    assert ordered == sorted(urgencies, reverse=True)


@pytest.mark.parametrize(("position", "agents"), [(1, 5), (3, 2), (8, 20)])
def test_the_share_told_waits_no_longer(position: int, agents: int) -> None:
    """Against trials: each agent is busy for an exponential time, again and again."""
    rng, service_s = np.random.default_rng(7), 180.0
    told = wait_s(position, idle=0, agents=agents, service_s=service_s)
    ends = rng.exponential(service_s, (4000, agents, position)).cumsum(axis=2)
    taken = np.sort(ends.reshape(4000, -1), axis=1)[:, position - 1]
    assert (taken <= told).mean() == pytest.approx(SHARE, abs=0.02)


def test_nobody_there_is_told_as_a_long_wait() -> None:
    assert told_minutes(wait_s(1, idle=0, agents=0, service_s=100)) == "long"


def test_services_are_usual_until_there_are_enough() -> None:
    services = Services()
    usual = services.mean_s
    for _ in range(5):
        assert services.mean_s == usual
        services.add(100)
    assert services.mean_s == 100


def test_a_live_promise_goes_before_who_waits_a_little_longer(floor: Floor) -> None:
    for n, channel in enumerate(("1.1", "1.2", "1.3")):
        arrive(floor, channel, 10 * n)
    line.known(floor, call_on(floor, "1.2"), Place(promise=True))
    line.known(floor, call_on(floor, "1.3"), Place(value=Decimal(50)))
    told = floor.line.to_tell(floor, at(30))
    assert {one.channel: one.variables[line.POSITION] for one in told} == {
        "1.1": "2", "1.2": "1", "1.3": "3",
    }  # fmt: skip
    assert floor.line.to_tell(floor, at(31)) == []  # nothing new
    seat(floor, "agent001", s=40)
    assert floor.calls[call_on(floor, "1.2")].agent == "agent001"
    words = {one.channel: one.variables for one in floor.line.to_tell(floor, at(41))}
    assert words["1.1"][line.POSITION] == "1"


def with_skill(floor: Floor) -> list[tuple[str, str]]:
    floor.line.patience = timedelta(seconds=1)
    floor.line.skills = {"agent002": frozenset({"veículos"})}
    arrive(floor, "1.1", 5)
    line.known(floor, call_on(floor, "1.1"), Place(skill="veículos"))
    return joins(floor.sweep(at(5.2)))


def test_who_has_the_skill_comes_before_who_is_idle_longer(floor: Floor) -> None:
    seat(floor, "agent001", s=0)
    seat(floor, "agent002", s=1)
    assert with_skill(floor) == [(call_on(floor, "1.1"), "agent002")]


def test_a_skill_that_nobody_here_has_keeps_nobody_waiting(floor: Floor) -> None:
    seat(floor, "agent001")
    assert with_skill(floor) == [(call_on(floor, "1.1"), "agent001")]


def test_whom_he_talked_with_last_comes_before_who_is_idle_longer(floor: Floor) -> None:
    floor.line.patience = timedelta(seconds=1)
    seat(floor, "agent001", s=0)
    seat(floor, "agent002", s=1)
    assert joins(arrive(floor, "1.1", 10)) == []  # what he brings is looked up
    call = call_on(floor, "1.1")
    line.known(floor, call, Place(agent="agent002"))
    assert joins(floor.sweep(at(10.2))) == [(call, "agent002")]


def test_what_nobody_could_look_up_keeps_no_caller_waiting(floor: Floor) -> None:
    floor.line.patience = timedelta(seconds=1)
    seat(floor, "agent001")
    arrive(floor, "1.1", 10)
    assert joins(floor.sweep(at(10.9))) == []
    assert joins(floor.sweep(at(11.1))) == [(call_on(floor, "1.1"), "agent001")]


def test_talk_and_wrap_up_are_what_a_service_is(floor: Floor) -> None:
    seat(floor, "agent001")
    arrive(floor, "1.1", 10)
    steps = [floor.on_switch(Joined(channel="1.1", at=at(11), peer=None))]
    steps.append(floor.on_switch(Parted(channel="1.1", at=at(71))))
    steps.append(floor.sweep(at(111)))  # its wrap-up is over
    for step in steps:
        floor.line.hear(step.facts)
    for _ in range(4):  # until there are enough
        floor.line.services.add(100)
    assert floor.line.services.mean_s == 100
