"""The floor in virtual time against what is known exactly; more of it: tests/long."""

from __future__ import annotations

import numpy as np
import pytest

from dialer.pacing import Pacer, Policy
from dialer.pacing.erlang import erlang_b, erlang_c, erlang_c_wait_s
from sim.world.baselines.ratio import Ratio
from sim.world.floor.engine import Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Others, Shifts
from tests.unit.sim.floor.theory import (
    SERVICE_S,
    holds,
    is_the_optimum,
    on_the_curve,
    over_seeds,
    played,
    queue_of,
)


def test_poisson_launches_lose_what_erlang_b_says() -> None:
    agents, load_erl = 5, 4.0
    floor = queue_of(agents, patience_s=None, threshold_s=1e-9)
    lost = over_seeds(lambda seed: played(floor, load_erl, seed).abandoned_share, 12)
    assert holds(lost, float(erlang_b(agents, load_erl)), widest=0.03)


def test_a_queue_without_end_waits_as_erlang_c_says() -> None:
    agents, load_erl = 5, 3.5
    floor = queue_of(agents, patience_s=None, threshold_s=1e9)
    runs = [played(floor, load_erl, seed) for seed in range(12)]
    assert {run.abandoned for run in runs} == {0}
    waits = [float(np.mean(np.array(run.waits_s) > 0)) for run in runs]
    assert holds(waits, float(erlang_c(agents, load_erl)), widest=0.10)
    means = [float(np.mean(run.waits_s)) for run in runs]
    assert holds(means, float(erlang_c_wait_s(agents, load_erl, SERVICE_S)), widest=15.0)


def test_the_optimal_curve_reaches_the_solved_optimum() -> None:
    assert is_the_optimum(*on_the_curve(agents=5, p=0.30))


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
