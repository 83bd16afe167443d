"""The floor decides who is joined with whom; here by events alone, without a switch."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count

import pytest

from dialer.calls import agent as agents
from dialer.calls.agent import AgentState
from dialer.calls.call import Call
from dialer.calls.events import Answered, HungUp, Joined, Parted, Said
from dialer.shell.facts import HangUp, Join, Nail, Step
from dialer.shell.floor import Floor, Ongoing

T0 = datetime(2026, 3, 10, 13, 0, tzinfo=UTC)


def at(seconds: float) -> datetime:
    return T0 + timedelta(seconds=seconds)


@pytest.fixture
def floor() -> Floor:
    numbers = count(1)
    floor = Floor(lambda: f"leg-{next(numbers)}")
    floor.seating.reachable |= {"agent001", "agent002", "agent003"}
    return floor


def seat(floor: Floor, endpoint: str, s: float = 0) -> str:
    """Log in, nail the leg, be available; returns the leg."""
    step = floor.on_agent(endpoint, lambda a: agents.logged_in(a, at(s)), at(s))
    (nail,) = step.actions
    assert isinstance(nail, Nail)
    floor.on_switch(Answered(channel=nail.leg, at=at(s)))
    floor.on_agent(endpoint, lambda a: agents.available(a, at(s)), at(s))
    return nail.leg


def answer(floor: Floor, call: str, s: float) -> Step:
    if call not in floor.calls:
        floor.add_call(Ongoing(call=Call(id=call)))
    return floor.on_switch(Answered(channel=call, at=at(s)))


def hung_up(floor: Floor, channel: str, s: float, cause: int = 16) -> Step:
    return floor.on_switch(HungUp(channel=channel, at=at(s), cause=cause, sip_code=None))


def state(floor: Floor) -> AgentState:
    return floor.agents["agent001"].state


def joins(step: Step) -> list[tuple[str, str]]:
    return [(a.call, a.agent) for a in step.actions if isinstance(a, Join)]


def test_an_answer_takes_the_agent_who_has_been_idle_longest(floor: Floor) -> None:
    seat(floor, "agent001", s=5)
    seat(floor, "agent002", s=1)
    assert joins(answer(floor, "c1", 10)) == [("c1", "agent002")]
    assert joins(answer(floor, "c2", 10)) == [("c2", "agent001")]
    assert joins(answer(floor, "c3", 10)) == []


def test_in_a_gap_nobody_is_joined_and_after_it_whoever_waits(floor: Floor) -> None:
    seat(floor, "agent001")
    floor.blind = True
    assert joins(answer(floor, "c1", 10)) == []
    assert state(floor) is AgentState.IDLE
    floor.blind = False
    assert joins(floor.sweep(at(11))) == [("c1", "agent001")]


def test_leaving_an_earlier_bridge_ends_no_conversation(floor: Floor) -> None:
    seat(floor, "agent001")
    answer(floor, "c1", 10)
    floor.on_switch(Joined(channel="c1", at=at(11), peer="leg-1", bridge="b2"))
    floor.on_switch(Parted(channel="c1", at=at(10.9), bridge="b1"))
    assert state(floor) is AgentState.TALKING
    floor.on_switch(Parted(channel="c1", at=at(20), bridge="b2"))
    assert state(floor) is AgentState.WRAP_UP


def test_a_conversation_ends_in_wrap_up_and_frees_the_agent_for_who_waits(
    floor: Floor,
) -> None:
    seat(floor, "agent001")
    answer(floor, "c1", 10)
    floor.on_switch(Joined(channel="c1", at=at(10.01), peer=None))
    answer(floor, "c2", 11)
    floor.on_switch(Parted(channel="c1", at=at(40)))
    ended = hung_up(floor, "c1", 40).ended
    assert [(e.call.outcome, e.agent, e.abandoned) for e in ended] == [
        ("answered", "agent001", False)
    ]
    assert state(floor) is AgentState.WRAP_UP
    step = floor.on_agent("agent001", lambda a: agents.wrapped_up(a, at(50)), at(50))
    assert joins(step) == [("c2", "agent001")]


def test_returned_calls_come_first_then_inbound_then_the_oldest(floor: Floor) -> None:
    answer(floor, "old", 1)
    floor.on_switch(Said(channel="17.1", at=at(2), what="inbound", fields={"Number": "1"}))
    answer(floor, "returned", 3)
    floor.calls["returned"].returned = True
    waiting = {o.call.id for o in floor.calls.values()} - {"old", "returned"}
    (inbound,) = waiting
    order = [joins(step) for step in _seat_three(floor)]
    assert [pairs[0][0] for pairs in order] == ["returned", inbound, "old"]


def test_a_caller_with_the_robot_gets_an_agent_once_he_asks(floor: Floor) -> None:
    seat(floor, "agent001")
    said = {"channel": "17.1", "fields": {"Number": "5511900100199"}}
    first = floor.on_switch(Said(at=at(2), what="robot", **said))  # type: ignore[arg-type]
    (call,) = floor.calls
    assert (joins(first), [one.call for one in first.began]) == ([], [call])
    again = floor.on_switch(Said(at=at(3), what="robot", **said))  # type: ignore[arg-type]
    assert (joins(again), again.began, again.facts) == ([], [], [])
    asked = floor.on_switch(Said(at=at(60), what="inbound", **said))  # type: ignore[arg-type]
    assert joins(asked) == [(call, "agent001")]
    assert floor.calls[call].call.answered_at == at(2)  # where his recording begins
    assert floor.on_switch(Said(at=at(61), what="inbound", **said)).facts == []  # type: ignore[arg-type]


def test_who_hangs_up_on_the_robot_is_no_abandoned_call(floor: Floor) -> None:
    floor.on_switch(Said(channel="17.1", at=at(2), what="robot", fields={}))
    (ended,) = hung_up(floor, "17.1", 40).ended
    assert (ended.call.outcome, ended.abandoned, ended.agent) == ("answered", False, None)
    assert ended.channel == "17.1"  # names the recording


def _seat_three(floor: Floor) -> list[Step]:
    steps = []
    for n in range(1, 4):
        endpoint = f"agent{n:03d}"
        step = floor.on_agent(endpoint, lambda a: agents.logged_in(a, at(5)), at(5))
        nail = step.actions[0]
        assert isinstance(nail, Nail)
        floor.on_switch(Answered(channel=nail.leg, at=at(5)))
        steps.append(floor.on_agent(endpoint, lambda a: agents.available(a, at(5)), at(5)))
    return steps


def test_a_debtor_gone_before_the_bridge_gives_the_agent_back(floor: Floor) -> None:
    seat(floor, "agent001")
    answer(floor, "c1", 10)
    step = hung_up(floor, "c1", 10.01)
    assert state(floor) is AgentState.IDLE
    assert step.ended[0].abandoned is False


def test_a_refused_bridge_is_tried_again_but_not_for_ever(floor: Floor) -> None:
    seat(floor, "agent001")
    step = answer(floor, "c1", 10)
    tries = 0
    while joins(step):
        tries += 1
        floor.on_join_failed("c1", "agent001", at(10 + tries))
        step = floor.sweep(at(10 + tries))
    assert tries == 3
    assert state(floor) is AgentState.IDLE


def test_a_reservation_nobody_resolves_expires(floor: Floor) -> None:
    seat(floor, "agent001")
    answer(floor, "c1", 10)
    assert state(floor) is AgentState.RESERVED
    step = floor.sweep(at(16))
    assert "reservation_expired" in [fact.kind for fact in step.facts]


def test_wrap_up_ends_by_its_limit(floor: Floor) -> None:
    seat(floor, "agent001")
    floor.add_call(Ongoing(call=Call(id="c1"), wrap_up_s=20))
    answer(floor, "c1", 10)
    floor.on_switch(Joined(channel="c1", at=at(10.1), peer=None))
    hung_up(floor, "c1", 30)
    floor.sweep(at(49))
    assert state(floor) is AgentState.WRAP_UP
    floor.sweep(at(51))
    assert state(floor) is AgentState.IDLE


def test_a_lost_leg_is_made_again_and_its_debtor_goes_to_somebody_else(
    floor: Floor,
) -> None:
    leg = seat(floor, "agent001")
    answer(floor, "c1", 10)
    floor.on_switch(Joined(channel="c1", at=at(10.1), peer=None))
    seat(floor, "agent002", s=11)
    step = hung_up(floor, leg, 20)
    assert [type(a) for a in step.actions] == [Nail]
    floor.on_switch(Parted(channel="c1", at=at(20)))
    step = floor.on_switch(Said(channel="c1", at=at(20.1), what="back_to_floor", fields={}))
    assert joins(step) == []  # agent001 may come back
    assert joins(floor.sweep(at(35.2))) == [("c1", "agent002")]


def test_an_agent_ends_only_his_own_conversation(floor: Floor) -> None:
    seat(floor, "agent001")
    assert floor.hang_up_for("agent001") == []
    answer(floor, "c1", 10)
    floor.on_switch(Joined(channel="c1", at=at(10.1), peer=None))
    assert floor.hang_up_for("agent001") == [HangUp(channel="c1")]
    assert floor.hang_up_for("agent009") == []


def test_a_call_in_the_overflow_is_not_taken_from_its_message(floor: Floor) -> None:
    answer(floor, "c1", 10)
    floor.on_switch(Said(channel="c1", at=at(12), what="overflow", fields={}))
    leg = seat(floor, "agent001", s=13)
    assert leg
    assert state(floor) is AgentState.IDLE
    assert hung_up(floor, "c1", 20).ended[0].abandoned is True


def test_logging_out_ends_the_leg(floor: Floor) -> None:
    leg = seat(floor, "agent001")
    step = floor.on_agent("agent001", lambda a: agents.logged_out(a, at(9)), at(9))
    assert step.actions == [HangUp(channel=leg)]


def test_events_of_unknown_channels_are_nobodys(floor: Floor) -> None:
    step = hung_up(floor, "stranger", 1)
    assert (step.actions, step.facts, step.ended) == ([], [], [])


def test_an_agent_without_a_registered_phone_gets_a_leg_when_it_registers(
    floor: Floor,
) -> None:
    floor.on_endpoint("agent001", at(0), reachable=False)
    step = floor.on_agent("agent001", lambda a: agents.logged_in(a, at(1)), at(1))
    assert step.actions == []
    assert floor.sweep(at(2)).actions == []
    step = floor.on_endpoint("agent001", at(3), reachable=True)
    assert [type(action) for action in step.actions] == [Nail]


def test_a_call_back_goes_to_who_booked_it_if_idle(floor: Floor) -> None:
    seat(floor, "agent001", s=1)
    seat(floor, "agent002", s=5)
    floor.add_call(Ongoing(call=Call(id="c1"), prefers="agent002"))
    assert joins(answer(floor, "c1", 10)) == [("c1", "agent002")]
    floor.add_call(Ongoing(call=Call(id="c2"), prefers="agent002"))
    assert joins(answer(floor, "c2", 11)) == [("c2", "agent001")]


def test_who_lost_his_leg_in_a_gap_gets_one_made_and_nobody_else(floor: Floor) -> None:
    seat(floor, "agent001")
    other = seat(floor, "agent002")
    step = floor.legs_now({other: True}, at(10))
    assert [(a.agent, type(a)) for a in step.actions if isinstance(a, Nail)] == [
        ("agent001", Nail)
    ]
    assert state(floor) is AgentState.CONNECTING
    assert floor.agents["agent002"].leg == other


def test_a_leg_that_came_to_stand_in_a_gap_is_sat_on_and_no_second_one_made(
    floor: Floor,
) -> None:
    seat(floor, "agent001")
    floor.seating.known("newer", "agent001", at(9), up=True)
    step = floor.legs_now({"newer": True}, at(10))
    assert [a for a in step.actions if isinstance(a, Nail)] == []
    assert (state(floor), floor.agents["agent001"].leg) == (AgentState.IDLE, "newer")
