"""Recorded states of an agent become a shift that can be played again."""

from __future__ import annotations

from uuid import UUID

from sim.world.floor.shifts import Step
from sim.world.replay.agents import AgentWork, Change, Doing, within, work_of

ONE, TWO = UUID(int=1), UUID(int=2)
FREE, AWAY, LENT, OFF = Doing.FREE, Doing.AWAY, Doing.LENT, Doing.OFF
TALKS, WRAPS = Doing.TALKS, Doing.WRAPS


def work(*changes: Change, end_s: float = 1000.0) -> AgentWork:
    return work_of("a1", changes, end_s)


def test_talk_and_wrap_up_belong_to_their_call() -> None:
    found = work(
        Change(0, FREE), Change(10, TALKS, call=ONE), Change(70, WRAPS, call=ONE),
        Change(90, FREE), Change(100, TALKS, call=TWO), Change(130, WRAPS, call=TWO),
        Change(150, OFF),
    )  # fmt: skip
    assert found.talk_s == {ONE: 60, TWO: 30}
    assert found.wrap_s == {ONE: 20, TWO: 20}
    assert found.steps == [Step(0, "a1", "in"), Step(150, "a1", "out")]
    assert found.present_s == 150
    assert found.free == [(0, 10), (90, 100)]


def test_a_conversation_that_has_not_ended_tells_no_length() -> None:
    found = work(Change(0, FREE), Change(900, TALKS, call=ONE))
    assert found.talk_s == {}
    assert found.wrap_s == {}
    assert found.lasted[TALKS] == 100


def test_a_talk_without_wrap_up_has_one_of_no_length() -> None:
    found = work(Change(0, TALKS, call=ONE), Change(60, FREE))
    assert (found.talk_s, found.wrap_s) == ({ONE: 60}, {ONE: 0})


def test_a_break_begins_when_it_was_asked_for() -> None:
    found = work(
        Change(0, FREE), Change(10, TALKS, call=ONE), Change(40, TALKS, True, ONE),
        Change(70, WRAPS, True, ONE), Change(90, AWAY), Change(390, FREE),
    )  # fmt: skip
    assert found.steps == [Step(0, "a1", "in"), Step(40, "a1", "leave", 300)]


def test_a_wish_that_was_taken_back_is_none() -> None:
    found = work(
        Change(0, TALKS, True, ONE), Change(30, WRAPS, call=ONE), Change(50, FREE),
        Change(80, AWAY), Change(100, FREE),
    )  # fmt: skip
    assert found.steps[1:] == [Step(80, "a1", "leave", 20)]


def test_who_asks_to_go_home_while_talking_goes_after_it() -> None:
    found = work(
        Change(0, TALKS, call=ONE), Change(20, TALKS, True, ONE),
        Change(60, WRAPS, True, ONE), Change(80, OFF),
    )  # fmt: skip
    assert found.steps == [Step(0, "a1", "in"), Step(20, "a1", "out")]


def test_conversations_of_others_take_the_agent_away_and_count_nowhere() -> None:
    found = work(Change(0, FREE), Change(100, LENT), Change(180, FREE), Change(200, OFF))
    assert found.steps[1] == Step(100, "a1", "leave", 0, 80)
    assert found.present_s == 120


def test_who_logs_in_with_a_break_begins_with_it() -> None:
    found = work(Change(5, AWAY), Change(65, FREE), Change(100, AWAY), Change(110, OFF))
    assert found.steps == [
        Step(5, "a1", "in", 60), Step(100, "a1", "leave", 10), Step(110, "a1", "out"),
    ]  # fmt: skip


def test_what_was_before_the_window_is_only_a_state() -> None:
    found = work(
        Change(-900, FREE), Change(-800, OFF), Change(-500, FREE), Change(-20, LENT),
        Change(30, FREE),
    )  # fmt: skip
    assert found.steps == [Step(0, "a1", "in", 0, 30)]
    assert found.present_s == 970


def test_who_comes_back_after_going_home_is_somebody_new() -> None:
    found = work(Change(0, FREE), Change(100, OFF), Change(500, FREE), Change(600, OFF))
    assert [(step.agent, step.what) for step in found.steps] == [
        ("a1", "in"), ("a1", "out"), ("a1/2", "in"), ("a1/2", "out"),
    ]  # fmt: skip


def test_a_clock_that_goes_back_stands_still() -> None:
    found = work(Change(0, FREE), Change(50, TALKS, call=ONE), Change(40, FREE))
    assert found.talk_s == {ONE: 0}


def test_seconds_within_spans() -> None:
    assert within([(0, 10), (20, 30)], ((5, 22), (29, 99))) == 5 + 2 + 1
