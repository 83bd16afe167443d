"""What follows from a verdict on who answered."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import count
from uuid import UUID

import pytest

from dialer.adapters.verdicts import EVERY, EVERY_ACTED, sampled
from dialer.answering.answer import Answer, BadAnswer, Mode, acts, mode_of, of_the_switch
from dialer.calls import agent as agents
from dialer.calls.agent import AgentState
from dialer.calls.call import Call
from dialer.calls.events import Answered, Created, HungUp, Joined, Said
from dialer.shell.answers import on_answer
from dialer.shell.facts import HangUp, Join, Listen, Step
from dialer.shell.floor import Floor
from dialer.shell.ongoing import Ongoing

AT = datetime(2026, 3, 10, 13, tzinfo=UTC)
CALL, LEG, SEAT = "call-1", "leg-1", "agent001"
MACHINE = Answer(attempt=CALL, detector="words", who="machine", kind="mailbox")
PERSON = Answer(attempt=CALL, detector="words", who="person")


def later(seconds: float) -> datetime:
    return AT + timedelta(seconds=seconds)


def a_floor(mode: Mode, *, seated: bool = True) -> Floor:
    legs = count(1)
    floor = Floor(lambda: f"leg-{next(legs)}")
    if seated:
        floor.on_endpoint(SEAT, AT, reachable=True)
        floor.on_agent(SEAT, lambda a: agents.logged_in(a, AT), AT)
        floor.on_agent(SEAT, lambda a: agents.available(a, AT), AT)
        floor.on_switch(Answered(channel=LEG, at=AT))
        assert floor.agents[SEAT].state is AgentState.IDLE
    floor.add_call(Ongoing(call=Call(id=CALL), machines=mode, wrap_up_s=30.0))
    floor.on_switch(Created(channel=CALL, at=AT))
    return floor


def answered(floor: Floor) -> Step:
    return floor.on_switch(Answered(channel=CALL, at=later(1)))


def joined(floor: Floor) -> Step:
    return floor.on_switch(Joined(channel=CALL, at=later(1.1), peer=LEG))


def test_a_debtor_is_on_his_way_before_anybody_listens() -> None:
    floor = a_floor("hang_up")
    assert [type(a) for a in answered(floor).actions] == [Join]
    assert joined(floor).actions == [Listen(channel=CALL)]


def test_when_nobody_is_free_listening_begins_at_once_and_only_once() -> None:
    floor = a_floor("listen", seated=False)
    assert answered(floor).actions == [Listen(channel=CALL)]
    assert joined(floor).actions == []


def test_where_the_campaign_says_off_nobody_listens() -> None:
    floor = a_floor("off", seated=False)
    assert answered(floor).actions == []


def test_a_machine_is_hung_up_on_and_its_agent_is_free_at_once() -> None:
    floor = a_floor("hang_up")
    answered(floor), joined(floor)
    step = on_answer(floor, MACHINE, later(3))
    assert step.actions == [HangUp(channel=CALL)]
    assert step.judged[0].acted
    gone = floor.on_switch(HungUp(channel=CALL, at=later(3.1), cause=16, sip_code=None))
    (ended,) = gone.ended
    assert ended.machine == "mailbox"
    assert not ended.abandoned
    assert floor.agents[SEAT].state is AgentState.IDLE


def test_a_machine_that_waited_past_the_threshold_is_not_abandoned() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    on_answer(floor, MACHINE, later(4))
    gone = floor.on_switch(HungUp(channel=CALL, at=later(4.1), cause=16, sip_code=None))
    assert not gone.ended[0].abandoned


def test_whoever_is_unsure_is_a_person() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    unsure = Answer(attempt=CALL, detector="words", who="unsure")
    step = on_answer(floor, unsure, later(4))
    assert step.actions == []
    assert [j.acted for j in step.judged] == [False]
    gone = floor.on_switch(HungUp(channel=CALL, at=later(5), cause=16, sip_code=None))
    assert gone.ended[0].abandoned


def test_no_machine_is_given_to_an_agent_any_more() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    on_answer(floor, MACHINE, later(3))
    assert not floor.calls[CALL].waits


def test_a_person_who_was_a_machine_after_all_is_hung_up_on() -> None:
    floor = a_floor("hang_up")
    answered(floor), joined(floor)
    first = on_answer(floor, PERSON, later(2.5))
    assert (first.actions, first.judged[0].acted) == ([], False)
    second = on_answer(floor, MACHINE, later(7))
    assert (second.actions, second.judged[0].acted) == ([HangUp(channel=CALL)], True)
    gone = floor.on_switch(HungUp(channel=CALL, at=later(7.1), cause=16, sip_code=None))
    assert (gone.ended[0].machine, gone.ended[0].abandoned) == ("mailbox", False)
    assert floor.agents[SEAT].state is AgentState.IDLE


def test_a_person_after_a_machine_changes_nothing() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    on_answer(floor, MACHINE, later(3))
    assert on_answer(floor, PERSON, later(3.1)).actions == []
    gone = floor.on_switch(HungUp(channel=CALL, at=later(3.2), cause=16, sip_code=None))
    assert (gone.ended[0].machine, gone.ended[0].abandoned) == ("mailbox", False)


def test_a_machine_told_after_the_call_is_over_leaves_it_as_it_ended() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    on_answer(floor, PERSON, later(2.5))
    gone = floor.on_switch(HungUp(channel=CALL, at=later(6), cause=16, sip_code=None))
    late = on_answer(floor, MACHINE, later(6.1))
    assert (gone.ended[0].machine, gone.ended[0].abandoned) == (None, True)
    assert (late.actions, late.judged[0].acted) == ([], False)


def test_an_agent_who_comes_between_the_two_verdicts_is_freed_again() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    on_answer(floor, PERSON, later(2.5))
    floor.on_endpoint(SEAT, later(3), reachable=True)
    floor.on_agent(SEAT, lambda a: agents.logged_in(a, later(3)), later(3))
    floor.on_agent(SEAT, lambda a: agents.available(a, later(3)), later(3))
    floor.on_switch(Answered(channel=LEG, at=later(3)))
    floor.on_switch(Joined(channel=CALL, at=later(3.1), peer=LEG))
    assert on_answer(floor, MACHINE, later(6)).actions == [HangUp(channel=CALL)]
    gone = floor.on_switch(HungUp(channel=CALL, at=later(6.1), cause=16, sip_code=None))
    assert (gone.ended[0].machine, gone.ended[0].abandoned) == ("mailbox", False)
    assert floor.agents[SEAT].state is AgentState.IDLE


def test_a_verdict_on_an_unknown_call_is_kept_and_nothing_follows() -> None:
    step = on_answer(a_floor("hang_up"), Answer(
        attempt="another", detector="words", who="machine"), later(3))  # fmt: skip
    assert step.actions == []
    assert len(step.judged) == 1


def test_a_verdict_twice_hangs_up_once() -> None:
    floor = a_floor("hang_up", seated=False)
    answered(floor)
    on_answer(floor, MACHINE, later(3))
    assert on_answer(floor, MACHINE, later(3)).actions == []


def test_a_verdict_before_the_answer_ends_nothing() -> None:
    assert on_answer(a_floor("hang_up"), MACHINE, later(0.5)).actions == []


@pytest.mark.parametrize("mode", ["off", "listen"])
def test_only_the_mode_that_says_so_acts(mode: Mode) -> None:
    assert not acts(mode, MACHINE)


def test_the_switchs_own_detector_never_acts() -> None:
    said = Said(channel="x", at=AT, what="amd", fields={
        "Attempt": CALL, "Status": "MACHINE", "Why": "LONGGREETING-1500-1500"})  # fmt: skip
    answer = of_the_switch(said)
    assert (answer.who, answer.detector) == ("machine", "times")
    assert not acts("hang_up", answer)


@pytest.mark.parametrize("status", ["NOTSURE", "HANGUP", ""])
def test_what_the_switch_does_not_know_is_unsure(status: str) -> None:
    said = Said(channel="x", at=AT, what="amd", fields={"Attempt": CALL, "Status": status})
    assert of_the_switch(said).who == "unsure"


@pytest.mark.parametrize(
    "fields",
    [{}, {"attempt": 3, "who": "person"}, {"attempt": "a", "who": "dog"},
     {"attempt": "a", "who": "machine", "evidence": []},
     {"attempt": "a", "who": "machine", "heard_s": "x"}],
)  # fmt: skip
def test_what_is_no_verdict_is_refused(fields: dict[str, object]) -> None:
    with pytest.raises(BadAnswer):
        Answer.parse(fields)


def test_an_unknown_setting_counts_as_off() -> None:
    assert mode_of({"machines": "explode"}) == "off"
    assert mode_of({}) == "off"


def test_the_sample_is_drawn_by_chance_and_thicker_where_a_call_was_ended() -> None:
    ids = [UUID(int=n) for n in range(1000)]
    assert sum(sampled(each, acted=False) for each in ids) == 1000 // EVERY
    assert sum(sampled(each, acted=True) for each in ids) == 1000 // EVERY_ACTED
