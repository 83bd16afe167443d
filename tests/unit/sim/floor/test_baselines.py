"""The baselines do what is published of their originals, by hand-made snapshots."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dialer.pacing import (
    Abandoned,
    AgentChanged,
    Answered,
    Connected,
    Decision,
    Placed,
    Resolved,
    Snapshot,
    TalkEnded,
    WrapEnded,
)
from dialer.pacing.erlang import erlang_a
from sim.scenarios import pacing_book
from sim.world.baselines.busy_factor import BusyFactor
from sim.world.baselines.issabel import Issabel
from sim.world.baselines.minutes_ahead import MinutesAhead
from sim.world.baselines.ratio import Ratio
from sim.world.baselines.steady_state import SteadyState, highest_load
from sim.world.baselines.vicidial import Method, Vicidial
from sim.world.floor.engine import AnyPacer, Floor

ROOM = 10_000


def floor(
    idle: int, *, ringing: int = 0, talking: int = 0, waiting: int = 0, since_s: float = 0.0
) -> Snapshot:
    return Snapshot(
        idle=idle, room=ROOM,
        ringing={f"r{i}": since_s for i in range(ringing)},
        talking={f"t{i}": since_s for i in range(talking)},
        waiting={f"w{i}": since_s for i in range(waiting)},
    )  # fmt: skip


def a_day(pacer: AnyPacer, *, humans: int, abandoned: int, calls_each: int = 4) -> None:
    """Twenty agents log in; some calls were answered, some of those abandoned."""
    for agent in range(20):
        pacer.observe(AgentChanged(at_s=0.0, agent=f"a{agent}", state="idle"))
    for call in range(humans * calls_each):
        pacer.observe(Placed(at_s=0.0, call=str(call)))
        if call % calls_each:
            pacer.observe(Resolved(at_s=0.0, call=str(call), outcome="busy"))
            continue
        pacer.observe(Answered(at_s=0.0, call=str(call)))
        pacer.observe(Resolved(at_s=0.0, call=str(call), outcome="human"))
        if call < abandoned * calls_each:
            pacer.observe(Abandoned(at_s=0.0, call=str(call)))


def talks(pacer: AnyPacer, number: int, talk_s: float, wrap_s: float) -> None:
    for i in range(number):
        pacer.observe(Connected(at_s=0.0, call=f"c{i}", agent=f"b{i}"))
    for i in range(number):
        pacer.observe(TalkEnded(at_s=talk_s, agent=f"b{i}"))
    for i in range(number):
        pacer.observe(WrapEnded(at_s=talk_s + wrap_s, agent=f"b{i}"))


def test_a_ratio_tops_up_what_rings() -> None:
    assert Ratio(1.0).decide(0.0, floor(5, ringing=2, waiting=1)).calls == 2
    assert Ratio(2.5).decide(0.0, floor(4, ringing=3)).calls == 7
    assert Ratio(2.5).decide(0.0, floor(1, ringing=9)).calls == 0


def steps(pacer: Vicidial, seen: Snapshot, until_s: int) -> list[Decision]:
    return [pacer.decide(float(second), seen) for second in range(until_s + 1)]


def test_vicidial_grows_its_level_by_the_share_that_waits() -> None:
    pacer = Vicidial(0.03)
    a_day(pacer, humans=10, abandoned=0)
    three_of_twenty = floor(3, talking=17)
    decided = steps(pacer, three_of_twenty, 15)
    assert decided[0].calls == 3  # level 1: one line each, the talks are lines too
    assert decided[15].calls == round(1.15 * 20) - 17


@pytest.mark.parametrize(
    ("method", "lines"), [("hard", 20), ("average", 20), ("tapered", 26)]
)
def test_vicidial_brakes_after_the_limit_is_passed(method: Method, lines: int) -> None:
    pacer = Vicidial(0.03, method=method, hours=8.0)
    a_day(pacer, humans=100, abandoned=10)
    decided = steps(pacer, floor(3, talking=17), 76)
    # 1.15 ** 4 after a minute; there and at 75 s the brake: 1, the half (below 1), or
    # 0.799 of it, the digits from 13:01 to 21:00, twice: 1.15 ** 5 * 0.799 ** 2 * 20 = 25.7
    assert decided[75].calls == lines - 17


def test_issabel_counts_an_agent_only_after_three_and_a_half_talks() -> None:
    pacer = Issabel()
    a_day(pacer, humans=1, abandoned=0)
    talks(pacer, 20, 100.0, 0.0)
    # 1 - exp(-(t + ring) / 100) reaches 0.97 at t + ring = 350.7 s
    assert pacer.decide(340.0, floor(0, talking=4)).calls == 0
    assert pacer.decide(360.0, floor(0, talking=4)).calls == 4


def test_issabel_divides_by_the_answer_rate_but_not_below_a_fifth() -> None:
    pacer = Issabel()
    a_day(pacer, humans=10, abandoned=0, calls_each=4)
    assert pacer.decide(10.0, floor(5)).calls == 20
    low = Issabel()
    a_day(low, humans=10, abandoned=0, calls_each=20)
    assert low.decide(10.0, floor(5)).calls == 25


def test_the_busy_factor_widens_its_window_while_nobody_is_abandoned() -> None:
    pacer = BusyFactor(0.03)
    a_day(pacer, humans=50, abandoned=0, calls_each=2)
    for i in range(40):
        talks(pacer, 1, 5.0 * i, 0.0)
    seen = floor(0, talking=20, since_s=0.0)
    first = pacer.decide(1.0, seen).calls
    for second in range(2, 300):
        last = pacer.decide(float(second), floor(0)).calls
    assert last == 0
    later = pacer.decide(301.0, floor(0, talking=20, since_s=300.0)).calls
    assert later > first > 0


def test_the_play_of_the_next_minutes_needs_a_few_agents_and_calls() -> None:
    def chosen(talking: int) -> int:
        pacer = MinutesAhead(0.03, np.random.default_rng(1))
        a_day(pacer, humans=30, abandoned=0, calls_each=4)
        talks(pacer, 20, 100.0, 10.0)
        return pacer.decide(120.0, floor(4, talking=talking)).calls

    assert chosen(4) == 4
    assert chosen(16) > 4
    assert chosen(16) == chosen(16)


def test_the_steady_load_abandons_just_the_target() -> None:
    load = highest_load(20, 140.0, 2.0, 0.03)
    assert float(erlang_a(20, load, 140.0, 2.0).abandons) == pytest.approx(0.03, abs=1e-6)
    pacer = SteadyState(0.03, 2.0)
    a_day(pacer, humans=100, abandoned=0, calls_each=4)
    placed = sum(pacer.decide(t / 4, floor(20)).calls for t in range(1, 4_001))
    assert placed == pytest.approx(1000 * load / 140.0 / 0.25, rel=0.02)


@pytest.mark.parametrize("name", ["hundred", "forty-blended", "sixty-cps", "thirty-end"])
def test_every_baseline_keeps_its_bounds_on_hard_floors(name: str) -> None:
    scenario = replace(pacing_book()[name], hours=0.5)
    for pacer in (
        Ratio(6.0),
        Vicidial(0.03),
        Vicidial(0.03, method="tapered", available_only=True, max_level=9.0),
        Issabel(),
        BusyFactor(0.03),
        MinutesAhead(0.03, np.random.default_rng(2)),
        SteadyState(0.03, 2.0),
    ):
        run = Floor(scenario, pacer, 3).run()  # raises when a bound is broken
        assert run.talks > 10, type(pacer).__name__
