"""The floor in virtual time against what is known exactly."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from dialer.pacing import Pacer, Policy
from dialer.pacing.erlang import erlang_a, erlang_b, erlang_c, erlang_c_wait_s
from sim.world.baselines.ratio import Ratio
from sim.world.floor.durations import Duration
from sim.world.floor.engine import Floor
from sim.world.floor.result import ShiftResult
from sim.world.floor.scenario import (
    FloorScenario,
    Group,
    ListPart,
    Others,
    Shifts,
    memoryless,
)
from sim.world.limit import Analogue, solve
from tests.unit.sim.floor.theory import Curve, Poisson, holds, over_seeds

SERVICE_S, PERIOD_S = 100.0, 2.0


def queue_of(agents: int, *, patience_s: float | None, threshold_s: float) -> FloorScenario:
    """A floor where everybody answers: only agents and the queue are left of it."""
    floor = memoryless(
        agents=agents, p=0.9999, target=0.5, hours=20, ring_s=10.0, service_s=SERVICE_S
    )
    floor = replace(floor, threshold_s=threshold_s)
    if patience_s is None:
        return floor
    patience = Duration(shape="exponential", mean_s=patience_s, most_s=1e9)
    return replace(floor, patience=patience)


def played(floor: FloorScenario, load_erl: float, seed: int) -> ShiftResult:
    blind = Poisson(load_erl / SERVICE_S / 0.98, PERIOD_S, seed)  # 0.98: the highest p
    return Floor(floor, blind, seed, period_s=PERIOD_S, keep_waits=True).run()


@pytest.mark.parametrize(("agents", "load_erl"), [(5, 4.0), (20, 20.0)])
def test_poisson_launches_lose_what_erlang_b_says(agents: int, load_erl: float) -> None:
    floor = queue_of(agents, patience_s=None, threshold_s=1e-9)
    lost = over_seeds(lambda seed: played(floor, load_erl, seed).abandoned_share, 12)
    assert holds(lost, float(erlang_b(agents, load_erl)), widest=0.03)


@pytest.mark.parametrize(("agents", "load_erl"), [(5, 3.5)])
def test_a_queue_without_end_waits_as_erlang_c_says(agents: int, load_erl: float) -> None:
    floor = queue_of(agents, patience_s=None, threshold_s=1e9)
    runs = [played(floor, load_erl, seed) for seed in range(12)]
    assert {run.abandoned for run in runs} == {0}
    waits = [float(np.mean(np.array(run.waits_s) > 0)) for run in runs]
    assert holds(waits, float(erlang_c(agents, load_erl)), widest=0.10)
    means = [float(np.mean(run.waits_s)) for run in runs]
    assert holds(means, float(erlang_c_wait_s(agents, load_erl, SERVICE_S)), widest=15.0)


@pytest.mark.parametrize(("agents", "load_erl"), [(12, 12.0)])
def test_impatience_leaves_as_erlang_a_says(agents: int, load_erl: float) -> None:
    floor = queue_of(agents, patience_s=40.0, threshold_s=1e9)
    runs = [played(floor, load_erl, seed) for seed in range(12)]
    exact = erlang_a(agents, load_erl, SERVICE_S, 40.0)
    left = [run.hung_up / run.humans for run in runs]
    assert holds(left, float(exact.abandons), widest=0.03)
    assert holds([run.occupancy for run in runs], float(exact.occupancy), widest=0.03)


@pytest.mark.parametrize(("agents", "p"), [(5, 0.30), (10, 0.15)])
def test_the_optimal_curve_reaches_the_solved_optimum(agents: int, p: float) -> None:
    optimum = solve(Analogue(agents=agents, answer_share=p, target=0.03))
    floor = memoryless(
        agents=agents, p=p, target=0.03, hours=25, ring_s=11.0, service_s=140.0
    )
    runs = [
        Floor(floor, Curve(optimum), seed, period_s=30.0, on_event=True).run()
        for seed in range(10)
    ]
    occupancies = [run.occupancy for run in runs]
    assert holds(occupancies, optimum.curve_occupancy, widest=0.015)
    shares = [run.abandoned_share for run in runs]
    assert holds(shares, optimum.curve_abandoned, widest=0.008)


@pytest.mark.parametrize("seed", range(4))
@pytest.mark.parametrize("pacer", ["baseline", "product"])
def test_one_to_one_never_abandons(seed: int, pacer: str) -> None:
    floor = FloorScenario(
        name="one to one", about="", hours=4, target=0.03,
        shifts=Shifts(groups=(Group(agents=12, spread_s=600.0),)),
        parts=(ListPart(share=1.0, p=0.4),), others=Others(machine=0.3),
    )  # fmt: skip
    progressive = Policy(limits=((0.03, 4 * 3600.0),), mode="progressive")
    one = Ratio(1.0) if pacer == "baseline" else Pacer(progressive)
    run = Floor(floor, one, seed).run()
    assert run.talks > 500
    assert (run.abandoned, run.hung_up) == (0, 0)
    assert run.humans == run.talks
