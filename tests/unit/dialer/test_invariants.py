"""Each invariant is found violated on a planted fault, and on nothing else."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from dialer.calls.agent import AgentState
from dialer.calls.events import CallState
from dialer.state.invariants import Broken, Violation, confirmed, violations
from dialer.state.picture import Held, Picture
from dialer.state.repairs import EndChannel, Repair, Reread, Retell, repairs
from dialer.state.words import words
from tests.builders.floors import (
    a_call,
    a_floor,
    a_leg,
    a_line,
    an_agent,
    at,
    with_agent,
    with_call,
    without_line,
)

TALKS, RINGS, WAITS = "talks", "rings", "waits"


def told_wrongly() -> Picture:
    return replace(a_floor(), told={"board": {"agent001": "talking"}})


def twice_called() -> Picture:
    second = a_call("second", CallState.RINGING, 95, debtor=f"debtor of {TALKS}")
    return with_call(a_floor(), second, a_line("second", up=False))


def twice_ringing() -> Picture:
    second = a_call("second", CallState.RINGING, 95, debtor=f"debtor of {RINGS}")
    return with_call(a_floor(), second, a_line("second", up=False))


def two_talks() -> Picture:
    other = a_call("other", CallState.TALKING, 60)
    leg = a_leg("agent001", "b2", "second leg")
    return with_call(a_floor(), other, a_line("other", bridge="b2"), leg)


def two_debtors_in_one() -> Picture:
    other = a_call("other", CallState.TALKING, 60)
    return with_call(a_floor(), other, a_line("other", bridge="b1"))


def reserved_for_ever() -> Picture:
    agent = an_agent("agent002", AgentState.RESERVED, call=WAITS, since=at(80))
    return with_agent(a_floor(), agent)


def held_for_ever() -> Picture:
    held = Held(campaign="k", debtor="d", until=at(100) - timedelta(seconds=16))
    return replace(a_floor(), held=(held,))


def overdue(*, talks: bool) -> Picture:
    floor, name = a_floor(), TALKS if talks else WAITS
    call = replace(floor.calls[name], due_at=at(84))
    return replace(floor, calls={**floor.calls, name: call})


def stray(*, talks: bool) -> Picture:
    return replace(
        a_floor(), lines=(*a_floor().lines, a_line("x", bridge="b1" if talks else None))
    )


def leg_of_nobody() -> Picture:
    return replace(a_floor(), lines=(*a_floor().lines, a_leg("agent009")))


def gone() -> Picture:
    return without_line(a_floor(), WAITS)


def answered_unseen() -> Picture:
    floor = without_line(a_floor(), RINGS)
    return replace(floor, lines=(*floor.lines, a_line(RINGS)))


def parted_unseen() -> Picture:
    floor = without_line(a_floor(), TALKS)
    return replace(floor, lines=(*floor.lines, a_line(TALKS)))


def leg_lost_unseen() -> Picture:
    return without_line(a_floor(), "leg of agent002")


def second_leg() -> Picture:
    return replace(a_floor(), lines=(*a_floor().lines, a_leg("agent002", channel="l2")))


REREAD: list[Repair] = [Reread()]
CASES: list[tuple[Picture, list[tuple[Broken, str]], list[Repair]]] = [
    (a_floor(), [], []),
    (
        twice_called(),
        [(Broken.DEBTOR_IN_TWO_CALLS, f"debtor of {TALKS}")],
        [EndChannel("second", 26)],
    ),
    (
        twice_ringing(),  # the older one goes on ringing
        [(Broken.DEBTOR_IN_TWO_CALLS, f"debtor of {RINGS}")],
        [EndChannel("second", 26)],
    ),
    (
        two_talks(),
        [
            (Broken.AGENT_IN_TWO_BRIDGES, "agent001"),
            (Broken.STATE_DIFFERS, "agent001"),  # two legs
        ],
        [EndChannel("second leg", 16), Reread()],
    ),
    (
        two_debtors_in_one(),  # to part them would end somebody's conversation
        [(Broken.AGENT_IN_TWO_BRIDGES, "agent001")],
        [],
    ),
    (reserved_for_ever(), [(Broken.RESERVATION_EXPIRED, "agent002")], REREAD),
    (held_for_ever(), [(Broken.RESERVATION_EXPIRED, "d")], []),
    (overdue(talks=False), [(Broken.ATTEMPT_OVERDUE, WAITS)], [EndChannel(WAITS, 16)]),
    (overdue(talks=True), [(Broken.ATTEMPT_OVERDUE, TALKS)], REREAD),
    (stray(talks=False), [(Broken.CHANNEL_WITHOUT_ATTEMPT, "x")], [EndChannel("x", 16)]),
    (
        leg_of_nobody(),
        [(Broken.CHANNEL_WITHOUT_ATTEMPT, "leg of agent009")],
        [EndChannel("leg of agent009", 16)],
    ),
    (gone(), [(Broken.STATE_DIFFERS, WAITS)], REREAD),
    (answered_unseen(), [(Broken.STATE_DIFFERS, RINGS)], REREAD),
    (
        parted_unseen(),
        [(Broken.STATE_DIFFERS, "agent001"), (Broken.STATE_DIFFERS, TALKS)],
        REREAD * 2,
    ),
    (leg_lost_unseen(), [(Broken.STATE_DIFFERS, "agent002")], REREAD),
    (second_leg(), [(Broken.STATE_DIFFERS, "agent002")], REREAD),
    (told_wrongly(), [(Broken.STATE_DIFFERS, "agent002")], [Retell("agent002")]),
]


@pytest.mark.parametrize(("floor", "expected", "done"), CASES)
def test_each_planted_fault_is_found_alone_and_mended_safely(
    floor: Picture, expected: list[tuple[Broken, str]], done: list[Repair]
) -> None:
    found = violations(floor)
    assert [(one.code, one.subject) for one in found] == expected
    assert [repair for one in found for repair in repairs(one, floor)] == done


def test_no_repair_ends_a_conversation() -> None:
    for floor, _, _ in CASES:
        talks = {
            line.channel
            for lines in floor.talks().values()
            for line in lines
            if line.channel != "second leg"  # its debtor goes back to the floor
        }
        for one in violations(floor):
            ends = [r.channel for r in repairs(one, floor) if isinstance(r, EndChannel)]
            assert not talks & set(ends)


def test_every_invariant_is_violated_once_in_these_tests() -> None:
    found = {one.code for floor, _, _ in CASES for one in violations(floor)}
    assert found == set(Broken)


def test_a_stray_channel_in_which_an_agent_talks_is_left_alone() -> None:
    floor = stray(talks=True)
    (stray_one,) = [one for one in violations(floor) if one.subject == "x"]
    assert repairs(stray_one, floor) == []


def test_what_one_look_alone_finds_is_no_violation() -> None:
    fleeting = violations(gone())
    assert confirmed(fleeting, violations(a_floor())) == []
    assert confirmed(violations(a_floor()), fleeting) == []
    assert confirmed(fleeting, violations(gone())) == fleeting


def test_what_differs_otherwise_the_second_time_goes_on_and_is_no_violation() -> None:
    first = Violation(
        code=Broken.STATE_DIFFERS, kind="attempt", subject="c", detail={"switch": "up"}
    )
    second = replace(first, detail={"switch": "joined"})
    assert confirmed([first], [second]) == []


@pytest.mark.parametrize("seconds", [10, 0])
def test_who_is_just_being_reserved_or_called_is_left_in_peace(seconds: float) -> None:
    agent = an_agent("agent002", AgentState.RESERVED, call=WAITS, since=at(100 - seconds))
    young = a_call("young", CallState.COMMITTED, 100 - seconds)
    assert violations(with_call(with_agent(a_floor(), agent), young)) == []


def test_a_debtor_on_hold_is_alone_and_that_is_right() -> None:
    floor = without_line(a_floor(), TALKS)
    held = an_agent("agent001", AgentState.TALKING, call=TALKS, held=True)
    call = replace(floor.calls[TALKS], state=CallState.IN_DIALPLAN)
    lines = tuple(
        replace(line, bridge="park") if line.endpoint == "agent001" else line
        for line in floor.lines
    )
    floor = with_call(replace(floor, lines=lines), call, a_line(TALKS))
    assert violations(with_agent(floor, held)) == []


def test_a_caller_whom_nobody_has_announced_yet_has_no_attempt_and_that_is_right() -> None:
    with_robot = replace(a_line("caller"), ours=False)
    floor = replace(a_floor(), lines=(*a_floor().lines, with_robot))
    assert violations(floor) == []


def test_everything_that_can_be_broken_has_its_words() -> None:
    assert set(words()["broken"]) == {broken.value for broken in Broken}
