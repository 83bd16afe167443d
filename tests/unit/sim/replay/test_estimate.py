"""Intervals, and when a replay is not to be trusted."""

from __future__ import annotations

import numpy as np
import pytest

from sim.world.replay.day import FIGURES
from sim.world.replay.estimate import (
    Estimate,
    TooFewShifts,
    estimate,
    estimates,
    gains,
    trust,
)


def figures(occupancy: float, abandoned: float = 0.02) -> dict[str, float]:
    return dict(zip(FIGURES, (occupancy, abandoned, 40.0), strict=True))


def test_nineteen_of_twenty_days_lie_in_the_interval() -> None:
    rng = np.random.default_rng(5)
    hits = 0
    for _ in range(2000):
        days = rng.normal(0.9, 0.01, 11)
        hits += estimate(list(days[:10])).holds(float(days[10]))
    assert hits / 2000 == pytest.approx(0.95, abs=0.015)


def test_one_day_has_no_interval() -> None:
    with pytest.raises(TooFewShifts):
        estimate([0.9])


def test_what_is_common_to_both_settings_falls_out() -> None:
    rng = np.random.default_rng(5)
    luck = rng.normal(0.0, 0.02, 12)
    own = [figures(0.88 + each) for each in luck]
    others = [figures(0.90 + each) for each in luck]
    assert estimates(own)["occupancy"].half > 0.03
    found = gains(others, own)["occupancy"]
    assert found.mean == pytest.approx(0.02)
    assert found.half < 1e-9


def test_a_day_outside_its_replay_is_named() -> None:
    replayed = dict.fromkeys(FIGURES, Estimate(0.88, 0.01))
    replayed["abandoned_share"] = Estimate(0.02, 0.005)
    assert trust(figures(0.885), replayed).good
    assert trust(figures(0.90), replayed).outside == ("occupancy",)
    assert trust(figures(0.885, 0.03), replayed).outside == ("abandoned_share",)


def test_an_interval_wider_than_two_points_says_nothing() -> None:
    replayed = dict.fromkeys(FIGURES, Estimate(0.88, 0.021))
    replayed["abandoned_share"] = Estimate(0.02, 0.02)
    found = trust(figures(0.88), replayed)
    assert found.wide == ("occupancy",)
    assert not found.good
