"""A lost leg, a hold, a page that comes back: the same agent gets the same debtor."""

from __future__ import annotations

from datetime import timedelta

import pytest

from dialer.calls import agent as agents
from dialer.calls.agent import AgentState
from dialer.calls.call import Call, CallState
from dialer.calls.events import Answered, Joined, Parted, Said
from dialer.shell.facts import EndHold, HangUp, Hold, Join, Nail, Step
from dialer.shell.floor import Floor, Ongoing
from dialer.shell.holding import hold, leave_to_robot, on_hold_failed, resume
from dialer.shell.keeping import KEEP, found_on_hold, found_with_robot
from tests.unit.dialer.test_floor import answer, at, floor, hung_up, joins, seat, state

__all__ = ["floor"]  # a fixture


@pytest.fixture
def leg(floor: Floor) -> str:
    """The leg of agent001, who talks with c1 since second 10."""
    leg = seat(floor, "agent001")
    answer(floor, "c1", 10)
    floor.on_switch(Joined(channel="c1", at=at(10), peer=leg))
    assert state(floor) is AgentState.TALKING
    return leg


def said(floor: Floor, what: str, s: float) -> Step:
    return floor.on_switch(Said(channel="c1", at=at(s), what=what, fields={}))


def parted(floor: Floor, s: float) -> Step:
    return floor.on_switch(Parted(channel="c1", at=at(s)))


def lose(floor: Floor, leg: str, s: float, order: str = "parted leg said") -> Step:
    """The leg dies in mid-call; the switch's threads tell of it in any order."""
    last = Step()
    for what in order.split():
        match what:
            case "parted":
                last = parted(floor, s)
            case "leg":
                last = hung_up(floor, leg, s)
            case "said":
                last = said(floor, "back_to_floor", s)
    return last


def nails(step: Step) -> list[str]:
    return [a.leg for a in step.actions if isinstance(a, Nail)]


def current(floor: Floor) -> tuple[AgentState, str | None]:
    agent = floor.agents["agent001"]
    return agent.state, agent.call


ORDERS = ["parted leg said", "parted said leg", "leg parted said"]


@pytest.mark.parametrize("order", ORDERS)
def test_the_same_agent_gets_the_same_debtor_back(
    floor: Floor, leg: str, order: str
) -> None:
    seat(floor, "agent002")
    lose(floor, leg, 20, order)
    assert current(floor) == (AgentState.CONNECTING, "c1")
    assert joins(floor.sweep(at(20.5))) == []  # agent002 is idle, and leaves it alone
    (newer,) = [leg for leg, who in floor.legs.items() if who == "agent001"]
    back = floor.on_switch(Answered(channel=newer, at=at(22)))
    assert joins(back) == [("c1", "agent001")]
    floor.on_switch(Joined(channel="c1", at=at(22.1), peer=newer))
    assert current(floor) == (AgentState.TALKING, "c1")


@pytest.mark.parametrize("order", ORDERS)
def test_after_the_lease_anybody_gets_it(floor: Floor, leg: str, order: str) -> None:
    seat(floor, "agent002")
    lose(floor, leg, 20, order)
    late = 20 + KEEP.total_seconds() + 0.1
    assert joins(floor.sweep(at(late))) == [("c1", "agent002")]
    assert current(floor) == (AgentState.CONNECTING, None)


@pytest.mark.parametrize("order", ORDERS)
def test_a_debtor_who_does_not_wait_is_still_to_be_wrapped_up(
    floor: Floor, leg: str, order: str
) -> None:
    lose(floor, leg, 20, order)
    ended = hung_up(floor, "c1", 21).ended
    assert [(e.agent, e.abandoned) for e in ended] == [("agent001", False)]
    (newer,) = floor.legs
    floor.on_switch(Answered(channel=newer, at=at(22)))
    assert current(floor) == (AgentState.WRAP_UP, "c1")
    assert floor.wrap_up_until(floor.agents["agent001"]) == at(52)


def test_a_leg_lost_in_wrap_up_is_made_anew_and_the_wrap_up_goes_on(
    floor: Floor, leg: str
) -> None:
    parted(floor, 20)
    hung_up(floor, "c1", 20)
    assert len(nails(hung_up(floor, leg, 25))) == 1
    assert current(floor) == (AgentState.WRAP_UP, "c1")
    assert floor.wrap_up_until(floor.agents["agent001"]) == at(50)


def test_a_page_that_comes_back_ends_the_old_leg_and_gets_a_new_one(
    floor: Floor, leg: str
) -> None:
    step = floor.nail_again("agent001", at(20))
    assert step.actions == [HangUp(channel=leg)]
    parted(floor, 20)
    assert len(nails(hung_up(floor, leg, 20))) == 1


def test_a_page_without_a_leg_gets_one_at_once(floor: Floor) -> None:
    floor.seating.reachable.discard("agent001")
    floor.on_agent("agent001", lambda a: agents.logged_in(a, at(0)), at(0))
    floor.seating.reachable.add("agent001")
    assert len(nails(floor.nail_again("agent001", at(1)))) == 1


def test_a_leg_that_nobody_answers_is_not_made_again_at_once(floor: Floor) -> None:
    step = floor.on_agent("agent001", lambda a: agents.logged_in(a, at(0)), at(0))
    (first,) = nails(step)
    assert nails(hung_up(floor, first, 0.01)) == []
    assert nails(floor.sweep(at(1))) == []
    assert len(nails(floor.sweep(at(3.1)))) == 1


def test_a_fresh_registration_calls_off_the_leg_to_the_old_place(floor: Floor) -> None:
    step = floor.on_agent("agent001", lambda a: agents.logged_in(a, at(0)), at(0))
    (first,) = nails(step)
    # told again that it is there, while the leg is on its way: nothing more to do
    assert floor.on_endpoint("agent001", at(0.1), reachable=True).actions == []
    step = floor.on_endpoint("agent001", at(0.2), reachable=True, fresh=True)
    (second,) = nails(step)
    assert HangUp(channel=first) in step.actions
    floor.on_switch(Answered(channel=second, at=at(0.3)))
    hung_up(floor, first, 0.4)
    assert floor.agents["agent001"].leg == second


def test_a_leg_called_off_before_the_switch_knew_it_is_ended_when_it_stands(
    floor: Floor,
) -> None:
    step = floor.on_agent("agent001", lambda a: agents.logged_in(a, at(0)), at(0))
    (first,) = nails(step)
    (second,) = nails(floor.on_endpoint("agent001", at(0.1), reachable=True, fresh=True))
    floor.on_switch(Answered(channel=second, at=at(0.2)))
    late = floor.on_switch(Answered(channel=first, at=at(0.3)))
    assert late.actions == [HangUp(channel=first)]
    assert hung_up(floor, first, 0.4).actions == []
    assert floor.agents["agent001"].leg == second


def test_a_leg_called_off_that_could_not_be_made_delays_nothing(floor: Floor) -> None:
    step = floor.on_agent("agent001", lambda a: agents.logged_in(a, at(0)), at(0))
    (first,) = nails(step)
    (second,) = nails(floor.on_endpoint("agent001", at(0.1), reachable=True, fresh=True))
    floor.on_nail_failed(first, at(0.2))
    hung_up(floor, second, 0.3)
    assert (
        len(nails(floor.on_endpoint("agent001", at(0.4), reachable=True, fresh=True))) == 1
    )


def test_a_fresh_registration_leaves_a_standing_leg_alone(floor: Floor, leg: str) -> None:
    assert floor.on_endpoint("agent001", at(20), reachable=True, fresh=True).actions == []


def test_hold_keeps_the_call_and_resume_brings_it_back(floor: Floor, leg: str) -> None:
    step = hold(floor, "agent001", at(20))
    assert step.actions == [Hold(call="c1", channel="c1", agent="agent001")]
    parted(floor, 20.01)
    said(floor, "held", 20.01)
    agent = floor.agents["agent001"]
    assert (agent.state, agent.held, agent.call) == (AgentState.TALKING, True, "c1")
    assert hold(floor, "agent001", at(21)).actions == []  # twice is once
    assert resume(floor, "agent001", at(30)).actions == [
        Join(call="c1", channel="c1", agent="agent001", leg=leg)
    ]
    floor.on_switch(Joined(channel="c1", at=at(30), peer=leg))
    assert floor.agents["agent001"].held is False
    assert resume(floor, "agent001", at(31)).actions == []
    parted(floor, 40)
    assert state(floor) is AgentState.WRAP_UP


def test_a_debtor_who_leaves_on_hold_ends_the_talk(floor: Floor, leg: str) -> None:
    hold(floor, "agent001", at(20))
    parted(floor, 20)
    assert len(hung_up(floor, "c1", 25).ended) == 1
    assert (state(floor), floor.agents["agent001"].held) == (AgentState.WRAP_UP, False)


def test_a_hold_that_lasts_too_long_goes_to_anybody(floor: Floor, leg: str) -> None:
    seat(floor, "agent002")
    hold(floor, "agent001", at(20))
    parted(floor, 20)
    said(floor, "held", 20)
    assert joins(said(floor, "back_to_floor", 620)) == [("c1", "agent002")]
    assert state(floor) is AgentState.WRAP_UP


def test_a_hold_that_failed_is_no_hold(floor: Floor, leg: str) -> None:
    hold(floor, "agent001", at(20))
    on_hold_failed(floor, "c1", "agent001", at(20))
    assert floor.agents["agent001"].held is False
    parted(floor, 30)
    assert state(floor) is AgentState.WRAP_UP


def test_a_leg_lost_on_hold_finds_the_debtor_still_on_hold(floor: Floor, leg: str) -> None:
    hold(floor, "agent001", at(20))
    parted(floor, 20)
    (newer,) = nails(hung_up(floor, leg, 25))
    assert current(floor) == (AgentState.CONNECTING, "c1")
    assert floor.on_switch(Answered(channel=newer, at=at(35))).actions == []
    agent = floor.agents["agent001"]
    assert (agent.state, agent.held, agent.leg) == (AgentState.TALKING, True, newer)
    assert len(resume(floor, "agent001", at(36)).actions) == 1


def test_a_hold_whose_agent_does_not_come_back_goes_to_anybody(
    floor: Floor, leg: str
) -> None:
    seat(floor, "agent002")
    hold(floor, "agent001", at(20))
    parted(floor, 20)
    said(floor, "held", 20)
    hung_up(floor, leg, 25)
    late = at(25) + KEEP
    assert EndHold(channel="c1") not in floor.sweep(late).actions
    assert EndHold(channel="c1") in floor.sweep(late + timedelta(seconds=1)).actions
    assert EndHold(channel="c1") not in floor.sweep(late + timedelta(seconds=2)).actions
    assert joins(said(floor, "back_to_floor", 42)) == [("c1", "agent002")]
    assert current(floor) == (AgentState.CONNECTING, None)


def test_a_hold_found_after_a_gap_is_its_agents(floor: Floor) -> None:
    leg = seat(floor, "agent001")
    ongoing = Ongoing(call=Call(id="c1", state=CallState.IN_DIALPLAN), channel="c1")
    found_on_hold(floor, ongoing, "agent001", at(10), Step())
    floor.add_call(ongoing)
    assert floor.sweep(at(100)).actions == []
    assert resume(floor, "agent001", at(101)).actions == [
        Join(call="c1", channel="c1", agent="agent001", leg=leg)
    ]
    floor.on_switch(Joined(channel="c1", at=at(101), peer=leg))
    assert current(floor) == (AgentState.TALKING, "c1")
    assert floor.agents["agent001"].held is False


def test_a_hold_that_is_nobodys_is_ended(floor: Floor) -> None:
    ongoing = Ongoing(call=Call(id="c1", state=CallState.IN_DIALPLAN), channel="c1")
    found_on_hold(floor, ongoing, None, at(10), Step())
    floor.add_call(ongoing)
    assert floor.sweep(at(10)).actions == [EndHold(channel="c1")]


def to_robot(floor: Floor, s: float = 20) -> None:
    """agent001 sends the debtor to the automatic conversation, which leads."""
    step = hold(floor, "agent001", at(s), robot=True)
    assert step.actions == [Hold(call="c1", channel="c1", agent="agent001", robot=True)]
    parted(floor, s)
    said(floor, "paying", s)
    assert floor.calls["c1"].call.state is CallState.WITH_ROBOT


def test_who_stayed_while_the_robot_led_gets_the_debtor_back(
    floor: Floor, leg: str
) -> None:
    to_robot(floor)
    agent = floor.agents["agent001"]
    assert (agent.state, agent.held, agent.call) == (AgentState.TALKING, True, "c1")
    assert joins(said(floor, "robot_over", 60)) == [("c1", "agent001")]
    assert resume(floor, "agent001", at(60)).actions == []  # joined once
    floor.on_switch(Joined(channel="c1", at=at(60), peer=leg))
    assert (state(floor), floor.agents["agent001"].held) == (AgentState.TALKING, False)


def test_the_debtor_is_taken_back_from_the_robot_once(floor: Floor, leg: str) -> None:
    to_robot(floor)
    assert joins(resume(floor, "agent001", at(30))) == [("c1", "agent001")]
    assert said(floor, "robot_over", 30).actions == []
    assert leave_to_robot(floor, "agent001", at(30)).facts == []
    floor.on_switch(Joined(channel="c1", at=at(30), peer=leg))
    assert floor.calls["c1"].call.state is CallState.TALKING


def test_an_agent_leaves_the_debtor_to_the_robot(floor: Floor, leg: str) -> None:
    seat(floor, "agent002")
    to_robot(floor)
    leave_to_robot(floor, "agent001", at(21))
    assert (state(floor), floor.calls["c1"].agent) == (AgentState.WRAP_UP, None)
    assert floor.sweep(at(300)).actions == []  # nobody cuts the conversation
    assert said(floor, "robot_over", 301).actions == [EndHold(channel="c1")]
    assert joins(said(floor, "back_to_floor", 302)) == [("c1", "agent001")]  # idle again


def test_who_wants_to_be_free_is_so_when_the_robot_leads_and_not_before(
    floor: Floor, leg: str
) -> None:
    hold(floor, "agent001", at(20), robot=True)
    leave_to_robot(floor, "agent001", at(20))
    parted(floor, 20)
    assert state(floor) is AgentState.TALKING
    said(floor, "paying", 20.1)
    assert state(floor) is AgentState.WRAP_UP
    assert len(hung_up(floor, "c1", 90).ended) == 1


def test_without_a_robot_the_debtor_is_back_at_once(floor: Floor, leg: str) -> None:
    hold(floor, "agent001", at(20), robot=True)
    leave_to_robot(floor, "agent001", at(20))
    parted(floor, 20)
    assert joins(said(floor, "robot_over", 20)) == [("c1", "agent001")]


def test_a_debtor_found_with_the_robot_is_his_who_stayed(floor: Floor, leg: str) -> None:
    to_robot(floor)
    ongoing = Ongoing(call=Call(id="c1", state=CallState.WITH_ROBOT), channel="c1")
    found_with_robot(floor, ongoing, "agent001", at(30), Step())
    assert (ongoing.agent, floor.agents["agent001"].held) == ("agent001", True)

    leave_to_robot(floor, "agent001", at(31))
    other = Ongoing(call=Call(id="c1", state=CallState.WITH_ROBOT), channel="c1")
    found_with_robot(floor, other, "agent001", at(32), Step())
    assert (other.agent, state(floor)) == (None, AgentState.WRAP_UP)


@pytest.mark.parametrize("order", ORDERS)
def test_a_hang_up_that_was_on_its_way_while_the_line_was_gone_still_counts(
    floor: Floor, leg: str, order: str
) -> None:
    lose(floor, leg, 20, order)
    assert floor.hang_up_for("agent001") == [HangUp(channel="c1")]
    hung_up(floor, "c1", 21)
    (newer,) = floor.legs
    floor.on_switch(Answered(channel=newer, at=at(22)))
    assert current(floor) == (AgentState.WRAP_UP, "c1")


@pytest.mark.parametrize("order", ORDERS)
def test_a_hang_up_on_the_way_back_into_the_call_leaves_a_wrap_up(
    floor: Floor, leg: str, order: str
) -> None:
    lose(floor, leg, 20, order)
    (newer,) = floor.legs
    floor.on_switch(Answered(channel=newer, at=at(22)))
    assert current(floor) == (AgentState.RESERVED, "c1")
    assert floor.hang_up_for("agent001") == [HangUp(channel="c1")]
    hung_up(floor, "c1", 23)
    assert current(floor) == (AgentState.WRAP_UP, "c1")


def test_a_refused_way_back_gives_the_debtor_to_anybody_and_leaves_a_wrap_up(
    floor: Floor, leg: str
) -> None:
    lose(floor, leg, 20)
    (newer,) = floor.legs
    floor.on_switch(Answered(channel=newer, at=at(22)))
    seat(floor, "agent002")
    floor.on_join_failed("c1", "agent001", at(23))
    assert current(floor) == (AgentState.WRAP_UP, "c1")
    assert joins(floor.sweep(at(24))) == [("c1", "agent002")]


def test_who_has_not_talked_with_a_debtor_cannot_hang_up_on_him(floor: Floor) -> None:
    seat(floor, "agent001")
    answer(floor, "c1", 10)
    assert state(floor) is AgentState.RESERVED
    assert floor.hang_up_for("agent001") == []


def test_nobody_holds_what_he_does_not_have(floor: Floor) -> None:
    assert hold(floor, "agent001", at(0)) == Step()
    seat(floor, "agent001")
    assert hold(floor, "agent001", at(1)) == Step()
    assert resume(floor, "agent001", at(1)) == Step()


def test_who_logged_out_in_mid_call_and_closed_the_page_is_gone(
    floor: Floor, leg: str
) -> None:
    floor.on_agent("agent001", lambda a: agents.logged_out(a, at(15)), at(15))
    floor.seating.reachable.discard("agent001")
    lose(floor, leg, 20)
    floor.sweep(at(20) + KEEP + timedelta(seconds=1))
    assert state(floor) is AgentState.OFFLINE
