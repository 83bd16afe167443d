"""The drawing of occupancy against abandonment, and what it is drawn from."""

from __future__ import annotations

import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from sim.bench.pacing import frontier
from sim.bench.pacing.chart import MOST_SERIES, Axes, Series, drawing
from sim.bench.pacing.runs import Store

SVG = "{http://www.w3.org/2000/svg}"


def two_series() -> list[Series]:
    return [
        Series(name="limit", points=((0.01, 0.87), (0.03, 0.90))),
        Series(name="a < b", points=((0.02, 0.8), (0.2, 0.9), (0.03, 0.2)), joined=False),
    ]


def test_a_drawing_is_one_file_that_needs_nothing_else() -> None:
    text = drawing("Twenty & more", two_series(), Axes())
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    assert root.tag == f"{SVG}svg"
    assert root.get("aria-label") == "Twenty & more"
    assert not re.findall(r"href|<script|url\(|@import", text)
    assert "prefers-color-scheme:dark" in text
    assert len(text) < 8_000


def test_points_beyond_the_axes_are_left_out_and_told() -> None:
    text = drawing("t", two_series(), Axes(most_abandoned=0.08, least_occupancy=0.4))
    assert "a &lt; b (2 beyond)" in text
    root = ElementTree.fromstring(text)  # noqa: S314 - our own
    group = root.findall(f"{SVG}g[@class='s1']")[0]
    assert len(group.findall(f"{SVG}path[@class='m']")) == 1


def test_more_work_is_higher_and_more_loss_farther_right() -> None:
    axes = Axes()
    assert axes.y(0.9) < axes.y(0.5)
    assert axes.x(0.05) > axes.x(0.01)


def test_there_are_marks_for_all_that_is_drawn() -> None:
    assert len(frontier.drawn((0.03,))) + 1 <= MOST_SERIES


def test_a_short_frontier_lies_below_its_limit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    few = (
        frontier.Drawn(name="ours", pacers=("core",), targets=(0.03,)),
        frontier.Drawn(name="fixed ratio", pacers=("one-to-one", "ratio-2")),
    )
    monkeypatch.setattr(frontier, "drawn", lambda _: few)
    monkeypatch.setattr(frontier, "processors", lambda: 1)
    series = frontier.played(Store(tmp_path / "r.jsonl"), 5, 0.2, (0.03,), range(1))
    assert [one.name for one in series] == ["limit", "ours", "fixed ratio"]
    assert series[2].points[0][0] == 0.0  # one to one abandons nobody
    figures = frontier.told(5, series, (0.03,))
    assert "limit 8" in figures[0].compared_with
    assert "| fixed ratio | 0.00 :" in frontier.table("t", series)
