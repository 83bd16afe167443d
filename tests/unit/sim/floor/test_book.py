"""The book of floors: what ships, and what is refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from sim.scenarios import pacing_book
from sim.world.floor.book import scenario, scenarios
from sim.world.floor.scenario import BadFloor

GOOD = {"hours": 1, "target": 0.03, "agents": 5, "p": 0.3}


def test_the_book_is_wide() -> None:
    book = pacing_book()
    floors = list(book.values())
    assert len(floors) >= 24
    assert (min(f.agents for f in floors), max(f.agents for f in floors)) == (3, 500)
    assert min(f.mean_p for f in floors) <= 0.08
    assert max(f.mean_p for f in floors) >= 0.5
    assert sum("quick" in f.tags for f in floors) == 6
    for wide in ("max_cps", "max_lines", "leads", "outages", "amd", "inbound"):
        assert any(getattr(floor, wide) for floor in floors), wide
    assert any(floor.scored and floor.block for floor in floors)
    assert any(floor.shifts.walkouts for floor in floors)
    assert any(len(floor.level) > 2 for floor in floors)


def test_defaults_lie_under_each_scenario() -> None:
    book = {"defaults": {"hours": 2, "target": 0.03}, "a": {"agents": 4, "p": 0.2}}
    floor = scenarios(book)["a"]
    assert (floor.hours, floor.agents, floor.mean_p) == (2, 4, 0.2)
    assert floor.policy().limits == ((0.03, 7200.0),)


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"agnets": 5}, "x: agnets não existe; há"),
        ({"hours": "quatro"}, "x: hours: 'quatro' não é um número"),
        ({"agents": 2.5}, "x: agents: 2.5 não é um número inteiro"),
        ({"agents": 0}, "x: no agents"),
        ({"p": 1.5}, "x: p and share of a part"),
        ({"groups": [{"agents": 3}]}, "x: diga agents ou groups"),
        ({"talk": {"law": "gauss", "mean": 3}}, "x: talk: 'gauss' is none of"),
        ({"talk": {"law": "gamma"}}, "x: talk: gamma: mean is missing"),
        ({"talk": {"law": "gamma", "mean": 3, "sd": 1}}, "x: talk: unknown: sd"),
        ({"talk": 3}, "x: talk: 3 não serve"),
        ({"level": [[10, 1.0], [0, 2.0]]}, "x: points out of order"),
        ({"level": [[0, 1.0]], "by_hour": [1.0]}, "x: by_hour e level juntos"),
        ({"clock_start": "ring"}, "x: clock_start ring"),
        ({"outages": [[30, 20]]}, "x: outages"),
        ({"amd": {"delay": {"law": "constant", "mean": -1}}}, "x: amd: delay: mean -1.0 s"),
        ({"others": {"machine": 0.7, "busy": 0.7}}, "x: others add up to over 1"),
        ({"max_cps": 0}, "x: max_cps"),
        ({"leads": 0}, "x: block, leads"),
    ],
)
def test_what_cannot_be_is_refused_by_name(wrong: dict[str, object], said: str) -> None:
    with pytest.raises(BadFloor) as refused:
        scenario("x", GOOD | wrong)
    assert str(refused.value).startswith(said)


@pytest.mark.parametrize("needed", ["hours", "target", "agents", "p"])
def test_what_is_missing_is_said(needed: str) -> None:
    table = {key: value for key, value in GOOD.items() if key != needed}
    with pytest.raises(BadFloor, match=needed):
        scenario("x", table)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    broken = tmp_path / "livro.toml"
    broken.write_text("[a\n")
    with pytest.raises(BadFloor, match=r"livro\.toml"):
        pacing_book(broken)
    with pytest.raises(BadFloor, match=r"ausente\.toml"):
        pacing_book(tmp_path / "ausente.toml")
