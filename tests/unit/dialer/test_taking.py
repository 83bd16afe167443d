"""A person takes a call from the automatic conversation: by events alone."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from dialer.calls.agent import AgentState
from dialer.calls.call import Call, CallState
from dialer.calls.events import Answered, HungUp, Joined, Parted, Said
from dialer.calls.story import Stored, begin, fold
from dialer.shell import taking
from dialer.shell.commands import Command, apply_command
from dialer.shell.facts import Nail, NotTaken, PassOn, Take
from dialer.shell.floor import Floor
from dialer.shell.line import Line
from dialer.shell.ongoing import Ongoing
from foundation.ids import uuid7
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


def supervisor(floor: Floor, endpoint: str = "agent003") -> str:
    """A supervisor whose telephone is ready; returns his leg."""
    step = apply_command(floor, Command(do="log_in", agent=endpoint, own=True), at(0))
    (nail,) = step.actions
    assert isinstance(nail, Nail)
    floor.on_switch(Answered(channel=nail.leg, at=at(0)))
    return nail.leg


def take_himself(call: str) -> Command:
    return Command(do="take", agent="agent003", call=call, own=True)


def taken_by_supervisor(floor: Floor) -> str:
    """A call from the robot in which a supervisor talks."""
    supervisor(floor)
    call = with_robot(floor)
    apply_command(floor, take_himself(call), at(3))
    floor.on_switch(Said(channel="17.1", at=at(4), what="taken", fields={}))
    floor.on_switch(Said(channel="17.1", at=at(7), what="inbound", fields={}))
    floor.on_switch(Joined(channel="17.1", at=at(8), peer="leg-1", bridge="b"))
    return call


def test_a_supervisor_gets_the_call_he_took_and_no_other(floor: Floor) -> None:
    supervisor(floor)
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    available = Command(do="available", agent="agent003")
    assert apply_command(floor, available, at(1)).facts == []
    step = apply_command(floor, take_himself(call), at(3))
    assert step.actions == [Take(call=call, channel="17.1")]
    assert [(fact.kind, fact.agent) for fact in step.facts] == [("sent_for", "agent003")]
    arrived = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent003")]


def test_who_waits_for_people_already_is_his_at_once(floor: Floor) -> None:
    supervisor(floor)
    call = with_robot(floor)
    floor.on_switch(Said(channel="17.1", at=at(5), what="inbound", fields={}))
    step = apply_command(floor, take_himself(call), at(6))
    assert joins(step) == [(call, "agent003")]
    assert [fact.kind for fact in step.facts][:2] == ["sent_for", "taken"]


def test_without_his_leg_the_robot_keeps_the_caller(floor: Floor) -> None:
    leg = supervisor(floor)
    call = with_robot(floor)
    floor.on_switch(HungUp(channel=leg, at=at(2), cause=16, sip_code=None))
    step = apply_command(floor, take_himself(call), at(3))
    assert step.actions == [NotTaken(call=call)]


def test_should_his_leg_fall_meanwhile_an_agent_has_the_caller(floor: Floor) -> None:
    leg = supervisor(floor)
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    apply_command(floor, take_himself(call), at(3))
    floor.on_switch(HungUp(channel=leg, at=at(4), cause=16, sip_code=None))
    arrived = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent001")]


def test_who_has_taken_one_does_not_get_the_second(floor: Floor) -> None:
    taken_by_supervisor(floor)
    floor.on_switch(Said(channel="18.1", at=at(9), what="robot", fields={"Number": "2"}))
    second = next(c for c, o in floor.calls.items() if o.channel == "18.1")
    step = apply_command(floor, take_himself(second), at(10))
    assert step.actions == [NotTaken(call=second)]


def test_his_talk_is_wrapped_up_and_told_as_a_supervisors(floor: Floor) -> None:
    call = taken_by_supervisor(floor)
    over = floor.on_switch(HungUp(channel="17.1", at=at(60), cause=16, sip_code=None))
    after = floor.agents["agent003"]
    assert (after.state, after.call) == (AgentState.WRAP_UP, call)
    assert {fact.kind for fact in over.facts if fact.agent == "agent003"} == {
        "hungup", "supervisor",
    }  # fmt: skip
    apply_command(floor, Command(do="wrap_up_done", agent="agent003", call=call), at(70))
    assert floor.agents["agent003"].state is AgentState.PAUSED
    assert (Line.here(floor), floor.idle_agents()) == (0, [])


def loses_the_supervisor(floor: Floor, leg: str, s: float) -> None:
    """The supervisor's page closes in mid-talk."""
    floor.on_switch(Parted(channel="17.1", at=at(s), bridge="b"))
    floor.on_switch(HungUp(channel=leg, at=at(s), cause=16, sip_code=None))
    floor.on_switch(Said(channel="17.1", at=at(s), what="back_to_floor", fields={}))


def test_who_closes_his_page_in_mid_talk_has_him_back_in_time(floor: Floor) -> None:
    call = taken_by_supervisor(floor)
    seat(floor, "agent001", s=9)
    loses_the_supervisor(floor, str(floor.agents["agent003"].leg), 20)
    assert joins(floor.sweep(at(21))) == []
    (newer,) = [leg for leg, who in floor.legs.items() if who == "agent003"]
    back = floor.on_switch(Answered(channel=newer, at=at(22)))
    assert joins(back) == [(call, "agent003")]


def test_who_comes_back_too_late_does_not_get_him_from_the_agent(floor: Floor) -> None:
    call = taken_by_supervisor(floor)
    agents_leg = seat(floor, "agent001", s=9)
    loses_the_supervisor(floor, str(floor.agents["agent003"].leg), 20)
    assert joins(floor.sweep(at(36))) == [(call, "agent001")]
    floor.on_switch(Joined(channel="17.1", at=at(36), peer=agents_leg, bridge="c"))
    (newer,) = [leg for leg, who in floor.legs.items() if who == "agent003"]
    floor.on_switch(Answered(channel=newer, at=at(40)))
    assert floor.agents["agent003"].state is AgentState.PAUSED
    floor.on_switch(Parted(channel="17.1", at=at(50), bridge="c"))
    floor.on_switch(HungUp(channel=agents_leg, at=at(50), cause=16, sip_code=None))
    floor.on_switch(Said(channel="17.1", at=at(50), what="back_to_floor", fields={}))
    assert joins(floor.sweep(at(70))) == []
    seat(floor, "agent002", s=71)
    assert floor.calls[call].agent == "agent002"


def test_he_hands_on_to_an_agent_and_has_nothing_to_wrap_up(floor: Floor) -> None:
    call = taken_by_supervisor(floor)
    seat(floor, "agent001", s=0)
    hand_on = Command(do="hand_on", agent="agent003", call=call)
    assert apply_command(floor, hand_on, at(20)).actions == [
        PassOn(call=call, channel="17.1")
    ]
    floor.on_switch(Parted(channel="17.1", at=at(21), bridge="b"))
    rests = floor.agents["agent003"]
    assert (rests.state, rests.call) == (AgentState.PAUSED, None)
    arrived = floor.on_switch(Said(channel="17.1", at=at(24), what="inbound", fields={}))
    assert joins(arrived) == [(call, "agent001")]


def test_a_refused_hand_over_leaves_him_what_to_wrap_up(floor: Floor) -> None:
    call = taken_by_supervisor(floor)
    apply_command(floor, Command(do="hand_on", agent="agent003", call=call), at(20))
    taking.not_passed_on(floor, call)
    floor.on_switch(Parted(channel="17.1", at=at(30), bridge="b"))
    assert floor.agents["agent003"].state is AgentState.WRAP_UP


def test_an_agent_hands_nobody_on(floor: Floor) -> None:
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    floor.on_switch(Said(channel="17.1", at=at(5), what="inbound", fields={}))
    floor.on_switch(Joined(channel="17.1", at=at(6), peer="leg-1"))
    step = apply_command(floor, Command(do="hand_on", agent="agent001", call=call), at(9))
    assert (step.actions, step.facts) == ([], [])


def test_the_next_leader_reads_who_took_the_call() -> None:
    story = begin("c1", inbound=True)
    sent = Stored(kind="sent_for", at=NOW, data={"endpoint": "web009"})
    passed = Stored(kind="passed_on", at=NOW, data={"endpoint": "web009"})
    assert fold(story, [sent]).taken_by == "web009"
    assert fold(story, [sent, passed]).taken_by is None
    his, other = (
        Stored(kind="joined", at=NOW, data={"endpoint": endpoint})
        for endpoint in ("web009", "agent001")
    )
    assert fold(story, [sent, his]).taken_by == "web009"
    assert fold(story, [sent, his, other]).taken_by is None


def test_whom_the_robot_still_has_is_given_back(floor: Floor) -> None:
    call = UUID(with_robot(floor))
    assert taking.not_sent(floor, [call, uuid7()]).actions == [NotTaken(call=str(call))]
    floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert taking.not_sent(floor, [call]).actions == []


def test_whom_the_robot_keeps_is_given_to_agents_should_he_ask_for_one(
    floor: Floor,
) -> None:
    supervisor(floor)
    seat(floor, "agent001", s=0)
    call = with_robot(floor)
    apply_command(floor, take_himself(call), at(3))
    told = taking.left(floor, call, at(4))
    assert [fact.kind for fact in told.facts] == ["not_taken"]
    assert taking.left(floor, call, at(5)).facts == []
    asks = floor.on_switch(Said(channel="17.1", at=at(9), what="inbound", fields={}))
    assert joins(asks) == [(call, "agent001")]
