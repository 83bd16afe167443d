"""The border of the pacing core: modes, bounds, budgets, and what is refused."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dialer.pacing import (
    Abandoned,
    Answered,
    BadObservation,
    BadPolicy,
    ClockWentBack,
    Connected,
    Event,
    Greeted,
    HungUp,
    ImpossibleSnapshot,
    InboundArrived,
    Judged,
    Pacer,
    Placed,
    Policy,
    Resolved,
    Snapshot,
    UnknownCall,
)

LIMITS = ((0.025, 86_400.0),)


def pacer(**settings: object) -> Pacer:
    return Pacer(Policy(**{"limits": LIMITS, **settings}))  # type: ignore[arg-type]


def ids(prefix: str, count: int) -> dict[str, float]:
    return {f"{prefix}{n}": 0.0 for n in range(count)}


def codes(mind: Pacer, now_s: float, floor: Snapshot) -> list[str]:
    return [reason.code for reason in mind.decide(now_s, floor).reasons]


@given(
    idle=st.integers(0, 500),
    ringing=st.integers(0, 300),
    waiting=st.integers(0, 20),
    undecided=st.integers(0, 20),
    inbound=st.integers(0, 20),
    room=st.integers(0, 1000),
)
def test_progressive_calls_on_their_way_never_outnumber_free_agents_by_our_doing(
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
    decision = pacer(mode="progressive").decide(10.0, floor)
    spoken_for = ringing + waiting + undecided + min(inbound, idle)
    assert 0 <= decision.calls <= room
    assert decision.calls == min(room, max(0, idle - spoken_for))
    assert decision.reasons


@pytest.mark.parametrize("mode", ["progressive", "predictive", "agentless"])
def test_calls_per_second_are_kept_over_a_rolling_second(mode: str) -> None:
    mind = pacer(max_cps=10, mode=mode)
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
    assert codes(mind, 0.0, floor)[0] == "lines"


def test_a_ratio_rings_that_many_lines_per_idle_agent() -> None:
    mind = pacer(mode="ratio", ratio=2.5)
    assert mind.decide(0.0, Snapshot(idle=4, room=99)).calls == 10
    assert mind.decide(0.0, Snapshot(idle=4, room=99, ringing=ids("r", 7))).calls == 3


def test_agentless_calls_need_no_agent_only_room() -> None:
    assert pacer(mode="agentless").decide(0.0, Snapshot(idle=0, room=7)).calls == 7


def test_the_steady_state_mode_rings_lines_before_anybody_is_free() -> None:
    floor = Snapshot(idle=0, room=999, talking=ids("t", 50))
    assert pacer(mode="erlang").decide(1.0, floor).calls > 10
    assert pacer(mode="progressive").decide(1.0, floor).calls == 0


def test_the_budget_counts_exactly_and_forgets_what_left_the_window() -> None:
    mind = pacer(limits=((0.03, 100.0),))
    for n in range(40):
        mind.observe(Placed(at_s=float(n), call=str(n)))
        mind.observe(Resolved(at_s=float(n), call=str(n), outcome="human"))
    mind.observe(Abandoned(at_s=40.0, call="7"))
    assert mind.budgets[0].rate == 1 / 40
    mind.decide(119.5, Snapshot(idle=0, room=0))
    assert mind.budgets[0].humans == 20  # answered at 20..39 s
    assert mind.budgets[0].rate == 1 / 20
    mind.decide(200.0, Snapshot(idle=0, room=0))
    assert (mind.budgets[0].humans, mind.budgets[0].abandoned) == (0, 0)


def test_an_answer_its_verdict_and_its_abandonment_are_one_person() -> None:
    mind = pacer()
    mind.observe(Placed(at_s=0.0, call="a"))
    mind.observe(Answered(at_s=9.0, call="a"))
    mind.observe(Abandoned(at_s=11.0, call="a"))
    mind.observe(Resolved(at_s=11.5, call="a", outcome="human"))
    mind.observe(Abandoned(at_s=12.0, call="a"))
    assert (mind.budgets[0].humans, mind.budgets[0].abandoned) == (1, 1)


def test_who_hangs_up_before_the_threshold_counts_as_answered_not_as_abandoned() -> None:
    mind = pacer()
    mind.observe(Placed(at_s=0.0, call="a"))
    mind.observe(Answered(at_s=9.0, call="a"))
    mind.observe(HungUp(at_s=9.5, call="a"))
    assert (mind.budgets[0].humans, mind.budgets[0].abandoned) == (1, 0)


def test_with_a_detector_an_answer_is_nobody_until_the_verdict() -> None:
    mind = pacer(amd=True)
    for at_s, news in ((0.0, Placed), (9.0, Answered)):
        for call in "ab":
            mind.observe(news(at_s=at_s, call=call))
    assert mind.budgets[0].humans == 0
    mind.observe(Resolved(at_s=11.0, call="a", outcome="human"))
    mind.observe(Resolved(at_s=11.0, call="b", outcome="machine"))
    assert mind.budgets[0].humans == 1


def test_reviewed_errors_of_the_detector_count_when_so_configured() -> None:
    for count, expected in ((True, 1.0), (False, 0.0)):
        mind = pacer(amd=True, amd_errors_count=count)
        mind.observe(Placed(at_s=0.0, call="a"))
        mind.observe(Answered(at_s=9.0, call="a"))
        mind.observe(Resolved(at_s=11.0, call="a", outcome="machine"))
        mind.observe(Judged(at_s=500.0, call="a", person=True))
        assert mind.budgets[0].abandoned == pytest.approx(expected)
        assert mind.budgets[0].humans == pytest.approx(expected)


def test_a_review_that_confirms_a_person_is_no_error_of_the_detector() -> None:
    mind = pacer(amd=True, amd_errors_count=True)
    mind.observe(Placed(at_s=0.0, call="a"))
    mind.observe(Resolved(at_s=11.0, call="a", outcome="human"))
    mind.observe(Connected(at_s=11.1, call="a", agent="ana"))
    mind.observe(Judged(at_s=500.0, call="a", person=True))
    assert (mind.budgets[0].humans, mind.budgets[0].abandoned) == (1, 0)


def test_history_refills_the_budget() -> None:
    history: list[Event] = [
        Resolved(at_s=1.0, call="a", outcome="human"),
        Abandoned(at_s=3.0, call="a"),
    ]
    mind = Pacer(Policy(limits=((0.025, 60.0),)), history)
    assert mind.budgets[0].rate == 1.0
    floor = Snapshot(idle=3, room=9, ringing={"x": 3.0})
    decision = mind.decide(4.0, floor)
    assert decision.calls == 2
    assert decision.reasons[0].code == "budget_spent"


def test_agents_are_held_for_inbound_calls_and_the_reason_says_so() -> None:
    mind = pacer(inbound_target=(0.9, 5.0), mode="progressive")
    for n in range(60):
        mind.observe(InboundArrived(at_s=10.0 * n, call=f"i{n}"))
    decision = mind.decide(600.0, Snapshot(idle=20, room=99))
    assert 0 < decision.held < 20
    assert decision.calls == 20 - decision.held
    assert decision.reasons[-1].code == "held_for_inbound"
    assert decision.reasons[-1].figures["agents"] == decision.held


def test_a_clock_that_goes_back_is_refused() -> None:
    mind = pacer()
    mind.decide(5.0, Snapshot(idle=0, room=0))
    with pytest.raises(ClockWentBack):
        mind.observe(Placed(at_s=4.0, call="a"))
    with pytest.raises(ClockWentBack):
        mind.decide(4.0, Snapshot(idle=0, room=0))
    with pytest.raises(ClockWentBack):
        mind.decide(math.nan, Snapshot(idle=0, room=0))


@pytest.mark.parametrize(
    "floor",
    [
        Snapshot(idle=-1, room=0),
        Snapshot(idle=0, room=-1),
        Snapshot(idle=0, room=0, ringing={"a": 11.0}),
        Snapshot(idle=0, room=0, ringing={"a": math.nan}),
        Snapshot(idle=0, room=0, leaving={"a": math.inf}),
        Snapshot(idle=0, room=0, talking={"a": 1.0}, wrapping={"a": 2.0}),
        Snapshot(idle=0, room=0, ringing={"a": 1.0}, waiting={"a": 2.0}),
        Snapshot(idle=0, room=0, undecided={"a": 1.0}, ringing={"a": 2.0}),
        Snapshot(idle=0, room=0, inbound_waiting={"a": 1.0}, ringing={"a": 2.0}),
        Snapshot(idle=0, room=0, waiting={"a": 1.0}, undecided={"a": 2.0}),
        Snapshot(idle=0, room=0, next_scores=(0.2, 1.2)),
        Snapshot(idle=0, room=0, ringing={"a": 1.0}, scores={"a": -0.1}),
    ],
)
def test_impossible_snapshots_are_refused(floor: Snapshot) -> None:
    with pytest.raises(ImpossibleSnapshot):
        pacer().decide(10.0, floor)


@pytest.mark.parametrize(
    "event",
    [
        Answered(at_s=1.0, call="nobody"),
        Resolved(at_s=1.0, call="nobody", outcome="busy"),
        Connected(at_s=1.0, call="nobody", agent="a"),
        Abandoned(at_s=1.0, call="nobody"),
        Judged(at_s=1.0, call="nobody", person=True),
    ],
)
def test_news_of_a_call_that_nobody_placed_are_refused(event: Event) -> None:
    mind = pacer()
    with pytest.raises(UnknownCall, match="nobody"):
        mind.observe(event)


def test_a_call_that_the_floor_shows_is_no_stranger() -> None:
    mind = pacer()
    mind.decide(5.0, Snapshot(idle=1, room=0, ringing={"a": 1.0}))
    mind.observe(Resolved(at_s=6.0, call="a", outcome="human"))
    assert mind.budgets[0].humans == 1


@pytest.mark.parametrize(
    "event",
    [
        Placed(at_s=1.0, call="a", p=1.5),
        Greeted(at_s=3.0, call="a", start_s=2.0, end_s=1.0),
        Resolved(at_s=1.0, call="a", outcome="lost"),  # type: ignore[arg-type]
    ],
)
def test_figures_out_of_range_are_refused(event: Event) -> None:
    with pytest.raises(BadObservation):
        pacer().observe(event)


@pytest.mark.parametrize(
    "settings",
    [
        {"limits": ((1.5, 60.0),)},
        {"limits": ((-0.1, 60.0),)},
        {"limits": ((math.nan, 60.0),)},
        {"limits": ((0.03, 0.0),)},
        {"max_cps": 0.0},
        {"threshold_s": 0.0},
        {"max_lines": -1},
        {"mode": "manual"},
        {"mode": "ratio"},
        {"mode": "ratio", "ratio": 0.5},
        {"clock_start": "ring"},
        {"inbound_target": (1.2, 20.0)},
        {"inbound_target": (0.8, -1.0)},
    ],
)
def test_policies_out_of_range_are_refused(settings: dict[str, object]) -> None:
    with pytest.raises(BadPolicy):
        pacer(**settings)
