"""Larger floors in virtual time against what is known exactly."""

from __future__ import annotations

import pytest

from dialer.pacing.erlang import erlang_a, erlang_b
from tests.unit.sim.floor.theory import (
    SERVICE_S,
    holds,
    is_the_optimum,
    on_the_curve,
    over_seeds,
    played,
    queue_of,
)

pytestmark = pytest.mark.timeout(600)


def test_poisson_launches_lose_what_erlang_b_says() -> None:
    agents, load_erl = 20, 20.0
    floor = queue_of(agents, patience_s=None, threshold_s=1e-9)
    lost = over_seeds(lambda seed: played(floor, load_erl, seed).abandoned_share, 12)
    assert holds(lost, float(erlang_b(agents, load_erl)), widest=0.03)


def test_impatience_leaves_as_erlang_a_says() -> None:
    agents, load_erl = 12, 12.0
    floor = queue_of(agents, patience_s=40.0, threshold_s=1e9)
    runs = [played(floor, load_erl, seed) for seed in range(12)]
    exact = erlang_a(agents, load_erl, SERVICE_S, 40.0)
    left = [run.hung_up / run.humans for run in runs]
    assert holds(left, float(exact.abandons), widest=0.03)
    assert holds([run.occupancy for run in runs], float(exact.occupancy), widest=0.03)


def test_the_optimal_curve_reaches_the_solved_optimum() -> None:
    assert is_the_optimum(*on_the_curve(agents=10, p=0.15))
