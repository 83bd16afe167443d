"""Plans of an hour: agents, lines, the occupancy to expect, and the command that asks."""

from __future__ import annotations

import json

import pytest
from click.testing import CliRunner

from dialer.pacing.erlang import BadQueue, erlang_b
from dialer.pacing.staffing import (
    Demand,
    NotAttainable,
    agents_for,
    best_occupancy,
    lines_for,
    open_loop_occupancy,
    plan,
)
from dialer.staffing_cli import staffing


@pytest.mark.parametrize("calls", [0, 1, 30, 100, 1_000, 20_000])
@pytest.mark.parametrize("patience_s", [None, 45.0])
def test_one_agent_less_would_not_do(calls: int, patience_s: float | None) -> None:
    demand = Demand(calls_per_hour=calls, service_s=180, patience_s=patience_s)
    agents = agents_for(demand, 0.8)
    assert plan(agents, demand).answered_within >= 0.8
    if agents:
        assert plan(agents - 1, demand).answered_within < 0.8


def test_patience_spares_agents_and_costs_callers() -> None:
    patient = Demand(calls_per_hour=600, service_s=180)
    hasty = Demand(calls_per_hour=600, service_s=180, patience_s=60)
    assert agents_for(hasty, 0.8) <= agents_for(patient, 0.8)
    assert plan(28, hasty).abandons == pytest.approx(
        1 - 28 * plan(28, hasty).occupancy / 30
    )


def test_no_number_of_agents_serves_before_callers_hang_up() -> None:
    crowd = Demand(calls_per_hour=1e6, service_s=3600)
    with pytest.raises(NotAttainable):
        agents_for(crowd, 0.8)


def test_lines_are_the_fewest() -> None:
    for load in (0.0, 0.4, 12.0, 300.0, 2_500.0):
        lines = lines_for(load, 0.005)
        assert float(erlang_b(lines, load)) <= 0.005
        if lines:
            assert float(erlang_b(lines - 1, load)) > 0.005


# Solved optima of the memoryless floor, ring 11 s, service 140 s (occupancy in %).
SOLVED = [(10, 0.03, 84.1), (20, 0.03, 89.5), (20, 0.01, 87.6), (50, 0.03, 94.0),
          (100, 0.03, 96.0), (100, 0.01, 95.0)]  # fmt: skip


@pytest.mark.parametrize(("agents", "target", "percent"), SOLVED)
def test_the_square_root_law_is_near_the_optimum(
    agents: int, target: float, percent: float
) -> None:
    assert 100 * best_occupancy(agents, 11, 140, target) == pytest.approx(percent, abs=1.0)


@pytest.mark.parametrize(
    ("agents", "target", "percent"),
    [(5, 0.03, 36.4), (20, 0.03, 67.9), (20, 0.01, 59.6), (100, 0.03, 88.1)],
)
def test_blind_dialing_carries_what_loss_allows(
    agents: int, target: float, percent: float
) -> None:
    assert 100 * open_loop_occupancy(agents, target) == pytest.approx(percent, abs=0.1)


def test_plans_that_cannot_be_are_refused() -> None:
    with pytest.raises(BadQueue):
        Demand(calls_per_hour=-1, service_s=60)
    with pytest.raises(BadQueue):
        Demand(calls_per_hour=10, service_s=0)
    with pytest.raises(BadQueue):
        agents_for(Demand(calls_per_hour=10, service_s=60), 1.0)
    with pytest.raises(BadQueue):
        lines_for(3.0, 0.0)
    with pytest.raises(BadQueue):
        best_occupancy(0, 11, 140, 0.03)


def ask(*arguments: str) -> tuple[int, str]:
    done = CliRunner().invoke(staffing, arguments)
    return done.exit_code, done.output


def test_the_command_answers_people_and_programs() -> None:
    status, said = ask("inbound", "--calls", "100", "--talk", "150", "--wrap-up", "30")
    assert (status, "8 atendentes" in said) == (0, True)
    arguments = ("inbound", "--calls", "100", "--talk", "180", "--agents", "5", "--json")
    status, said = ask(*arguments)
    answer = json.loads(said)
    assert (status, answer["agents"], len(answer["plans"])) == (0, 8, 1)
    assert answer["plans"][0]["mean_wait_s"] is None  # five agents never catch up
    assert json.loads(ask("lines", "--erlangs", "10", "--json")[1])["lines"] == 18
    occupancy = json.loads(ask("outbound", "--agents", "20", "--json")[1])["occupancy"]
    assert 0.88 < occupancy < 0.91


@pytest.mark.parametrize(
    "arguments",
    [
        ("inbound", "--calls", "-3", "--talk", "180"),
        ("inbound", "--calls", "10", "--talk", "0"),
        ("inbound", "--calls", "10", "--talk", "60", "--share", "100"),
        ("lines", "--erlangs", "muitos"),
        ("outbound", "--agents", "0"),
        ("outbound", "--agents", "5", "--target", "0"),
    ],
)
def test_wrong_usage_is_said(arguments: tuple[str, ...]) -> None:
    status, said = ask(*arguments)
    assert status == 2
    assert "Invalid value" in said or "inválid" in said


def test_a_goal_out_of_reach_is_one_clear_line() -> None:
    status, said = ask("inbound", "--calls", "9e9", "--talk", "180")
    assert status == 1
    assert said.startswith("acordo: Essa meta não se atinge")
