"""One call per free agent, with every bound kept."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.pacing import (
    Abandoned,
    BadPolicy,
    ClockWentBack,
    Event,
    ImpossibleSnapshot,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
)

LIMITS = ((0.025, 86_400.0),)


def pacer(**settings: float) -> Pacer:
    return Pacer(Policy(limits=LIMITS, **settings))  # type: ignore[arg-type]


def ids(prefix: str, count: int) -> dict[str, float]:
    return {f"{prefix}{n}": 0.0 for n in range(count)}


@given(
    idle=st.integers(0, 500),
    ringing=st.integers(0, 300),
    waiting=st.integers(0, 20),
    undecided=st.integers(0, 20),
    inbound=st.integers(0, 20),
    room=st.integers(0, 1000),
)
def test_calls_on_their_way_never_outnumber_free_agents_by_our_doing(
    idle: int, ringing: int, waiting: int, undecided: int, inbound: int, room: int
) -> None:
    floor = Snapshot(
        idle=idle,
        room=room,
        ringing=ids("r", ringing),
        waiting=ids("w", waiting),
        undecided=ids("u", undecided),
        inbound_waiting=ids("i", inbound),
    )
    decision = pacer().decide(10.0, floor)
    spoken_for = ringing + waiting + undecided + min(inbound, idle)
    assert 0 <= decision.calls <= room
    assert decision.calls == min(room, max(0, idle - spoken_for))
    assert decision.reasons


def test_calls_per_second_are_kept_over_a_rolling_second() -> None:
    mind = pacer(max_cps=10)
    floor = Snapshot(idle=100, room=1000)
    assert mind.decide(0.0, floor).calls == 10
    for n in range(10):
        mind.observe(Placed(at_s=0.0, call=str(n)))
    assert mind.decide(0.9, floor).calls == 0
    assert mind.decide(1.0, floor).calls == 10


def test_less_than_one_call_a_second_is_kept_too() -> None:
    mind = pacer(max_cps=0.5)
    floor = Snapshot(idle=100, room=1000)
    assert mind.decide(0.0, floor).calls == 1
    mind.observe(Placed(at_s=0.0, call="a"))
    assert mind.decide(1.9, floor).calls == 0
    assert mind.decide(2.0, floor).calls == 1


def test_lines_in_talk_count_against_the_line_limit() -> None:
    mind = pacer(max_lines=5)
    floor = Snapshot(idle=10, room=1000, talking=ids("t", 3), ringing=ids("r", 1))
    assert mind.decide(0.0, floor).calls == 1


def test_the_budget_counts_exactly_and_forgets_what_left_the_window() -> None:
    mind = Pacer(Policy(limits=((0.03, 100.0),)))
    for n in range(40):
        mind.observe(Resolved(at_s=float(n), call=str(n), outcome="human"))
    mind.observe(Abandoned(at_s=40.0, call="7"))
    assert mind.budgets[0].rate == 1 / 40
    mind.decide(119.5, Snapshot(idle=0, room=0))
    assert len(mind.budgets[0].humans) == 20  # answered at 20..39 s
    assert mind.budgets[0].rate == 1 / 20


def test_history_refills_the_budget() -> None:
    history: list[Event] = [
        Resolved(at_s=1.0, call="a", outcome="human"),
        Abandoned(at_s=3.0, call="a"),
    ]
    assert Pacer(Policy(limits=LIMITS), history).budgets[0].rate == 1.0


def test_a_clock_that_goes_back_is_refused() -> None:
    mind = pacer()
    mind.decide(5.0, Snapshot(idle=0, room=0))
    with pytest.raises(ClockWentBack):
        mind.observe(Placed(at_s=4.0, call="a"))


@pytest.mark.parametrize(
    "floor",
    [
        Snapshot(idle=-1, room=0),
        Snapshot(idle=0, room=-1),
        Snapshot(idle=0, room=0, ringing={"a": 11.0}),
    ],
)
def test_impossible_snapshots_are_refused(floor: Snapshot) -> None:
    with pytest.raises(ImpossibleSnapshot):
        pacer().decide(10.0, floor)


@pytest.mark.parametrize(
    "settings",
    [
        {"limits": ((1.5, 60.0),)},
        {"limits": ((0.03, 0.0),)},
        {"limits": LIMITS, "max_cps": 0.0},
        {"limits": LIMITS, "threshold_s": 0.0},
        {"limits": LIMITS, "max_lines": -1},
    ],
)
def test_policies_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(BadPolicy):
        Policy(**settings)  # type: ignore[arg-type]
