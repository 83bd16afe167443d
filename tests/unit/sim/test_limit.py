"""The exact optimum of the floor without memory, against figures known beforehand."""

from __future__ import annotations

from dataclasses import replace

import pytest

from dialer.pacing.erlang import erlang_b
from dialer.pacing.staffing import open_loop_occupancy
from sim.world.limit import Analogue, BadAnalogue, solve

# ring 11 s, service 140 s; occupancy in percent
KNOWN = [
    (5, 0.15, 0.03, 78.6), (5, 0.30, 0.03, 83.9), (10, 0.15, 0.03, 84.1),
    (20, 0.08, 0.03, 88.5), (20, 0.15, 0.03, 89.0), (20, 0.30, 0.03, 90.0),
    (20, 0.30, 0.01, 87.6), (50, 0.15, 0.03, 93.7), (50, 0.30, 0.03, 94.0),
    (50, 0.50, 0.03, 94.4), (100, 0.15, 0.03, 96.0), (100, 0.30, 0.03, 96.1),
    (100, 0.30, 0.01, 95.0),
]  # fmt: skip


@pytest.mark.parametrize(("agents", "p", "target", "percent"), KNOWN)
def test_the_known_optima_are_found(
    agents: int, p: float, target: float, percent: float
) -> None:
    found = solve(Analogue(agents=agents, answer_share=p, target=target))
    assert 100 * found.occupancy == pytest.approx(percent, abs=0.1)
    assert found.curve_abandoned <= target
    assert found.curve_occupancy <= found.occupancy


def test_the_optimum_is_a_falling_curve_of_calls_over_busy_agents() -> None:
    found = solve(Analogue(agents=5, answer_share=0.15, target=0.03))
    assert found.curve == (17, 13, 8, 4, 1, 0)
    assert [found.ringing(busy) for busy in range(6)] == list(found.curve)


def test_a_looser_target_and_more_agents_help() -> None:
    targets = [0.005, 0.01, 0.03, 0.05, 0.2]
    by_target = [
        solve(Analogue(agents=8, answer_share=0.2, target=target)).occupancy
        for target in targets
    ]
    assert by_target == sorted(by_target)
    teams = [3, 6, 12, 24]
    by_team = [
        solve(Analogue(agents=n, answer_share=0.2, target=0.03)).occupancy for n in teams
    ]
    assert by_team == sorted(by_team)
    assert by_team[0] > open_loop_occupancy(3, 0.03)


def test_a_cap_that_never_binds_takes_nothing_and_one_that_binds_what_it_must() -> None:
    free = Analogue(agents=10, answer_share=0.3, target=0.03)
    wide = solve(replace(free, max_cps=50.0))
    assert wide.occupancy == pytest.approx(solve(free).occupancy, abs=0.002)
    narrow = solve(replace(free, max_cps=0.1))  # 0.1 x 0.3 x 140 s = 4.2 agents' work
    assert narrow.occupancy == pytest.approx(0.42, abs=0.005)
    caps = (0.1, 0.2, 0.3, 0.5, 1.0)
    found = [solve(replace(free, max_cps=cap)).occupancy for cap in caps]
    assert found == sorted(found)


@pytest.mark.parametrize("rate", [0.05, 0.2])
def test_who_always_places_at_the_cap_reproduces_erlang_b(rate: float) -> None:
    """With a target that forgives all, every agent-loss is Erlang's."""
    agents, share, service_s = 6, 0.5, 140.0
    case = Analogue(agents=agents, answer_share=share, target=0.95, max_cps=rate)
    offered = rate * share * service_s
    lost = float(erlang_b(agents, offered))
    assert solve(case).occupancy == pytest.approx(offered * (1 - lost) / agents, rel=1e-3)


@pytest.mark.parametrize(
    "wrong",
    [
        {"agents": 0},
        {"answer_share": 0.0},
        {"target": 1.0},
        {"ring_s": 0.0},
        {"max_cps": 0.0},
    ],
)
def test_impossible_floors_are_refused(wrong: dict[str, float]) -> None:
    good = {"agents": 5, "answer_share": 0.2, "target": 0.03}
    with pytest.raises(BadAnalogue):
        Analogue(**(good | wrong))  # type: ignore[arg-type]
