"""When nobody was rung though agents were free."""

from __future__ import annotations

from sim.world.replay.closing import closed
from sim.world.replay.day import DayCall


def rang(at_s: float, after_s: float = 20.0) -> DayCall:
    return DayCall(at_s, "no_answer", after_s)


def test_a_pause_is_found() -> None:
    calls = [rang(0), rang(10), rang(500)]
    assert closed(calls, [(0, 500)], 60) == ((30, 500),)


def test_a_short_rest_is_none() -> None:
    assert closed([rang(0), rang(75)], [(0, 100)], 60) == ()


def test_without_a_free_agent_nobody_had_to_ring() -> None:
    calls = [rang(0), rang(500)]
    assert closed(calls, [(0, 20), (480, 500)], 60) == ()
    assert closed(calls, [(0, 20), (400, 500)], 60) == ((400, 500),)


def test_agents_who_take_turns_are_one_rest() -> None:
    assert closed([rang(0), rang(300)], [(0, 150), (150, 300)], 60) == ((20, 300),)
