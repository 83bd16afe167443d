"""Scenarios and the traces drawn from them."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from sim import scenarios, traces
from sim.world import generation, laws
from sim.world.agents import conversation
from sim.world.people import Catalogue, Sound
from sim.world.scenario import BadScenario, Scenario, scenario
from sim.world.trace import Kind, Party, TraceRow

CATALOGUE = Catalogue(
    openings=(Sound("alo_a", 0.8, "a"), Sound("alo_b", 0.9, "b")),
    turns=(Sound("turn_a", 2.0, "a"), Sound("turn_b", 2.0, "b")),
    machines=(Sound("mailbox", 5.0, "a"),),
    announcements=(Sound("numero_nao_existe", 4.0, "a"), Sound("fora_de_area", 3.0, "a")),
)
UFS = {"11": "SP", "71": "BA"}
NUMBERS = [f"55119000{serial:05d}" for serial in range(2000)]


def a_table(**changes: Any) -> dict[str, Any]:
    mixture = dict.fromkeys(Kind, 0.0) | {Kind.HUMAN: 0.5, Kind.NO_ANSWER: 0.5}
    seconds = {"law": "constant", "value": 1.0}
    names = ("post_dial_s", "ring_s", "refuse_s", "talk_s", "machine_s")
    table = {
        "name": "test",
        "seed": 1,
        "mixture": mixture,
        "durations": dict.fromkeys(names, seconds),
    }
    return table | changes


def draw(chosen: Scenario, numbers: list[str]) -> list[TraceRow]:
    return list(generation.generate(chosen, numbers, CATALOGUE, UFS))


def test_the_same_seed_draws_the_same_trace_and_another_seed_does_not() -> None:
    first, again = scenario(a_table()), scenario(a_table(seed=2))
    assert draw(first, NUMBERS[:50]) == draw(first, NUMBERS[:50])
    assert draw(first, NUMBERS[:50]) != draw(again, NUMBERS[:50])


def test_a_number_behaves_the_same_in_any_list() -> None:
    chosen = scenario(a_table(attempts=2))
    alone = draw(chosen, [NUMBERS[7]])
    among = [row for row in draw(chosen, NUMBERS[:20][::-1]) if row.number == NUMBERS[7]]
    assert alone == among
    assert [row.nth for row in alone] == [1, 2]


def test_shares_come_out_as_the_mixture_says() -> None:
    found = Counter(row.kind for row in draw(scenario(a_table()), NUMBERS))
    # 2000 draws of 0.5: standard deviation sqrt(2000 * 0.25) = 22.4; six of them is 134
    assert abs(found[Kind.HUMAN] - 1000) < 134
    assert set(found) == {Kind.HUMAN, Kind.NO_ANSWER}


def test_the_hour_and_the_region_move_the_answer_rate() -> None:
    rate = {"by_hour": {"8": 0.0}, "by_uf": {"SP": 1.0, "BA": 0.2}}
    chosen = scenario(a_table(answer_rate=rate))
    bahia = [f"55719000{serial:05d}" for serial in range(2000)]
    sp = Counter(row.kind for row in draw(chosen, NUMBERS))
    ba = Counter(row.kind for row in draw(chosen, bahia))
    # the first of twelve hours answers nobody: 2000 * 11/12 * 0.5 = 917, and * 0.1 = 183
    assert abs(sp[Kind.HUMAN] - 917) < 134
    assert abs(ba[Kind.HUMAN] - 183) < 80
    early = draw(chosen, NUMBERS)[: 2000 // 12]
    assert all(row.kind is Kind.NO_ANSWER for row in early)


def test_a_ddd_stands_before_its_state() -> None:
    rate = scenario(
        a_table(answer_rate={"by_uf": {"SP": 0.5}, "by_ddd": {"11": 2.0}})
    ).answer_rate
    assert rate.factor(hour=10, ddd="11", uf="SP") == 2.0
    assert rate.factor(hour=10, ddd="12", uf="SP") == 0.5
    assert rate.factor(hour=10, ddd="71", uf="BA") == 1.0


def test_a_mixture_stays_whole_when_the_answer_rate_moves() -> None:
    mixture = {Kind.HUMAN: 0.4, Kind.MACHINE: 0.1, Kind.BUSY: 0.5}
    moved = generation.mixture_at(mixture, 0.5)
    assert sum(moved.values()) == pytest.approx(1.0)
    assert moved[Kind.HUMAN] == pytest.approx(0.2)  # 0.4 * 0.5
    assert moved[Kind.BUSY] == pytest.approx(0.75)  # all that is not answered
    assert sum(generation.mixture_at(mixture, 9.0).values()) == pytest.approx(1.0)


def test_later_attempts_come_at_another_hour() -> None:
    chosen = scenario(a_table(attempts=2, calling={"first_hour": 8, "last_hour": 20}))
    assert generation.hour_of(chosen, 0.0, 1) == 8
    assert generation.hour_of(chosen, 0.0, 2) == 14  # half a calling day later
    assert generation.hour_of(chosen, 0.99, 1) == 19


def test_people_keep_one_voice_and_speak_within_the_call() -> None:
    chosen = scenario(a_table(durations=a_table()["durations"] | {"talk_s": _constant(20)}))
    humans = [row for row in draw(chosen, NUMBERS[:200]) if row.kind is Kind.HUMAN]
    assert any(len(row.says) > 1 for row in humans)
    for row in humans:
        assert len({item.what[-1] for item in row.says}) == 1
        assert all(item.at_s < 20 for item in row.says)


def test_who_waits_for_the_agent_to_hang_up_is_patient() -> None:
    chosen = scenario(a_table(people={"callee_hangs_up": 0.0, "patience_s": 99}))
    humans = [row for row in draw(chosen, NUMBERS[:50]) if row.kind is Kind.HUMAN]
    assert {(row.hangs_up, row.talk_s) for row in humans} == {(Party.CALLER, 99.0)}


def test_an_announcement_is_heard_to_its_end() -> None:
    mixture = {Kind.EARLY_MEDIA: 1.0}
    chosen = scenario(
        a_table(mixture=mixture, codes={"early_media": {"404": 0.5, "480": 0.5}})
    )
    heard = {(row.code, row.says[0].what, row.ring_s) for row in draw(chosen, NUMBERS[:50])}
    assert heard == {(404, "numero_nao_existe", 4.0), (480, "fora_de_area", 3.0)}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"mixture": {"human": 0.5}}, "a soma é 0.5000"),
        ({"mixture": {"alien": 1.0}}, "'alien' não é um desfecho"),
        ({"codes": {"busy": {"404": 1.0}}}, r"codes.busy: SIP \[404\]"),
        ({"codes": {"busy": {"486": 0.5}}}, "a soma não é 1"),
        ({"durations": {}}, "post_dial_s"),
        ({"people": {"silent": 2}}, "esperado de 0 a 1"),
        ({"answer_rate": {"by_hour": {"24": 1}}}, "hora fora"),
    ],
)
def test_a_scenario_that_cannot_be_is_refused(change: dict[str, Any], said: str) -> None:
    with pytest.raises(BadScenario, match=said):
        scenario(a_table(**change))


@pytest.mark.parametrize(
    ("table", "mean"),
    [
        ({"law": "constant", "value": 2.0}, 2.0),
        ({"law": "uniform", "low": 1, "high": 3}, 2.0),
        ({"law": "exponential", "mean": 2.0}, 2.0),
        ({"law": "lognormal", "median": 2.0, "sigma": 0.5}, 2.0 * np.exp(0.125)),
    ],
)
def test_laws_have_the_mean_of_their_formula(table: dict[str, Any], mean: float) -> None:
    rng = np.random.default_rng(5)
    drawn = [laws.law(table).draw(rng) for _ in range(20_000)]
    assert np.mean(drawn) == pytest.approx(mean, rel=0.03)
    assert all(round(value, 3) == value for value in drawn[:100])


def test_laws_are_cut_to_their_range_and_refuse_what_they_do_not_know() -> None:
    cut = laws.law({"law": "exponential", "mean": 50, "at_least": 1, "at_most": 2})
    rng = np.random.default_rng(5)
    assert {cut.draw(rng) for _ in range(200)} >= {1.0, 2.0}
    for table in ({"law": "normal"}, {"law": "uniform", "low": 1}, {"value": 1}):
        with pytest.raises(laws.UnknownLaw):
            laws.law(table)
    with pytest.raises(laws.UnknownLaw, match="sigma não existe"):
        laws.law({"law": "constant", "value": 1, "sigma": 2})


@pytest.mark.parametrize(
    "path",
    sorted(set(scenarios.FOLDER.glob("*.toml")) - {scenarios.FOLDER / "pacing.toml"}),
    ids=lambda path: path.stem,
)
def test_every_scenario_of_ours_draws_a_trace_with_the_real_clips(path: Path) -> None:
    rows = list(traces.trace_of(scenarios.load(path), NUMBERS[:500]))
    assert len({row.kind for row in rows}) == len(Kind)
    assert any(row.says for row in rows)


def test_agents_of_a_scenario_work_within_their_habits() -> None:
    habits = scenarios.load(scenarios.FOLDER / "smoke.toml").agents
    rng = np.random.default_rng(3)
    for _ in range(200):
        plan = conversation(habits, rng)
        assert 2 <= plan.talk_s <= 6
        assert 0.5 <= plan.wrap_up_s <= 1.5
        assert plan.disposition in habits.dispositions
        assert plan.break_s is None


def _constant(value: float) -> dict[str, Any]:
    return {"law": "constant", "value": value}
