"""The core on floors where something happens: starts, ends, walk-outs, outages, steps."""

from __future__ import annotations

import pytest

from dialer.pacing import Abandoned
from sim.world.baselines.ratio import Ratio
from sim.world.floor.durations import Duration
from sim.world.floor.engine import Floor
from sim.world.floor.scenario import Amd, Group, Inbound, Others, Shifts, Walkout
from tests.unit.sim.floor.recorded import Recorded, a_floor, played

TARGET = 0.03
pytestmark = pytest.mark.timeout(600)  # a few seconds each on an idle machine


def share_told(core: Recorded, at_s: float) -> float:
    """The answer share that the core believed in at that time."""
    return next(m for m in core.moments if m.at_s >= at_s).figure("answer_share")


@pytest.mark.parametrize("p", [0.06, 0.5])
def test_a_start_without_data_is_slow_and_ends_in_pacing_ahead(p: float) -> None:
    floor = a_floor(p=p, hours=0.75)
    run, core = played(floor)
    first = [m for m in core.moments if m.at_s < 20.0]
    assert max(len(m.ages_s) + m.decision.calls for m in first) <= 1.6 * 20
    assert share_told(core, 2400.0) == pytest.approx(p, rel=0.4)
    assert run.abandoned_share <= TARGET
    alone = Floor(floor, Ratio(1.0), 1).run()
    assert run.occupancy > alone.occupancy + 0.03


@pytest.mark.parametrize("agents", [3, 6])
def test_small_teams_pace_ahead_within_the_target(agents: int) -> None:
    floor = a_floor(agents=agents, hours=1.5)
    runs = [played(floor, seed, period_s=1.0)[0] for seed in range(3)]
    alone = [Floor(floor, Ratio(1.0), seed, period_s=1.0).run() for seed in range(3)]
    humans = sum(run.humans for run in runs)
    assert sum(run.abandoned for run in runs) <= TARGET * humans
    gained = sum(
        run.occupancy - one.occupancy for run, one in zip(runs, alone, strict=True)
    )
    assert gained / 3 > 0.03


def test_the_end_of_a_list_is_dialled_out_within_the_target() -> None:
    run, core = played(a_floor(leads=1200))
    assert run.placed == 1200
    assert run.logged_in_s < 20 * 3600
    assert run.abandoned_share <= TARGET
    assert core.moments[-1].decision.calls == 0


@pytest.mark.parametrize("mode", ["predictive", "progressive"])
def test_after_a_mass_log_out_young_calls_ring_on_and_old_ones_are_given_up(
    mode: str,
) -> None:
    left_s = 1200.2
    shifts = Shifts(groups=(Group(agents=40),), walkouts=(Walkout(at_s=left_s, share=1.0),))
    run, core = played(a_floor(shifts=shifts, p=0.1, hours=0.5), mode=mode)
    after = [m for m in core.moments if m.at_s > left_s]
    assert len(after[0].ages_s) >= (20 if mode == "predictive" else 3)
    assert sum(m.decision.calls for m in after) == 0
    cancelled = [(m, call) for m in after for call in m.decision.cancels]
    assert cancelled
    for moment, call in cancelled:
        age_s, since_s = moment.ages_s[call], moment.at_s - left_s
        assert age_s >= 15.0
        assert since_s < 1.0 or age_s < 15.0 + 2 * 0.5  # old already, or grown old since
    assert not [m for m in after if m.at_s > left_s + 16.0 and m.ages_s]
    # who answers before finds nobody: a person answered, and abandoned
    lost = {e.call for e in core.events if isinstance(e, Abandoned) and e.at_s > left_s}
    answered = {e.call for e in core.ends("human") if e.at_s > left_s}
    assert lost <= answered
    assert core.pacer.budgets[0].abandoned == run.abandoned >= len(lost)


def test_a_minute_in_which_every_call_fails_is_probed_and_forgotten() -> None:
    begin_s, end_s = 1200.0, 1260.0
    run, core = played(a_floor(p=0.25, outages=((begin_s, end_s),)))
    before = core.placed_between(begin_s - 60.0, begin_s)
    probes = core.placed_between(begin_s + 10.0, end_s)
    assert 30 <= probes <= 60  # one a second
    reasons = {m.decision.reasons[0].code for m in core.moments
               if begin_s + 10 < m.at_s < end_s}  # fmt: skip
    assert reasons == {"carrier_outage"}
    assert core.placed_between(end_s + 15.0, end_s + 75.0) > 0.7 * before
    known = share_told(core, begin_s)
    assert share_told(core, end_s + 5.0) == pytest.approx(known, rel=0.2)
    assert len(core.ends("failed")) > 30
    assert run.abandoned_share <= TARGET


@pytest.mark.parametrize(("p", "factor"), [(0.15, 2.0), (0.3, 0.5)])
def test_an_answer_rate_that_doubles_or_halves_in_a_minute_is_followed(
    p: float, factor: float
) -> None:
    at_s = 2700.0
    level = ((0.0, 1.0), (at_s, 1.0), (at_s + 60.0, factor))
    run, core = played(a_floor(agents=30, p=p, hours=1.5, level=level), period_s=1.0)
    assert share_told(core, at_s) == pytest.approx(p, rel=0.35)
    assert share_told(core, at_s + 300.0) == pytest.approx(p * factor, rel=0.35)
    assert run.abandoned_share <= 1.1 * TARGET
    assert run.occupancy > 0.80


def test_blended_work_keeps_agents_for_the_peak() -> None:
    inbound = Inbound(
        calls_per_hour=((0.0, 60.0),),
        talk=Duration(shape="lognormal", mean_s=150.0, cv=0.9),
        wrap=Duration(shape="lognormal", mean_s=25.0, cv=0.6),
        patience=Duration(shape="exponential", mean_s=90.0),
        target=(0.98, 2.0),
    )
    floor = a_floor(p=0.25, inbound=inbound, target=0.1)  # else careful work keeps some
    kept, core = played(floor, period_s=1.0)
    bare, _ = played(floor, period_s=1.0, inbound_target=None)
    assert kept.inbound is not None
    assert bare.inbound is not None
    assert kept.inbound.in_time > max(0.9, bare.inbound.in_time + 0.05)
    held = [m for m in core.moments if m.decision.held]
    assert len(held) > 100
    for moment in held:
        told = {r.code: r.figures for r in moment.decision.reasons}["held_for_inbound"]
        assert told["agents"] == moment.decision.held <= moment.idle


def test_a_verdict_that_takes_time_does_not_bias_the_answer_level() -> None:
    slow = Amd(delay=Duration(shape="constant", mean_s=2.0), person_as_machine=0.0,
               machine_as_person=0.0, reviewed=0.0)  # fmt: skip
    others = Others(machine=0.5, busy=0.1, invalid=0.0)
    floor = a_floor(p=0.2, amd=slow, others=others, clock_start="greeting_end")
    run, core = played(floor)
    told = [share_told(core, at_s) for at_s in (1800.0, 2400.0, 3000.0, 3500.0)]
    assert sum(told) / 4 == pytest.approx(0.2, rel=0.2)
    assert run.abandoned_share <= TARGET


def test_the_steady_state_mode_works_less_than_the_predictive_one() -> None:
    floor = a_floor(p=0.25)
    steady, core = played(floor, mode="erlang", period_s=1.0)
    ahead, _ = played(floor, period_s=1.0)
    assert steady.occupancy < ahead.occupancy - 0.03
    codes = {reason.code for m in core.moments for reason in m.decision.reasons}
    assert "steady_state" in codes
    assert "risk" not in codes
