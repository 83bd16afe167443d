"""What the core is held to, over the rows of a bench. Pure."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from sim.bench.figures import Figure
from sim.bench.pacing.field import CORE
from sim.bench.pacing.table import Row

TEAM = 20  # agents from which the stricter aims hold
WORST_SHIFT = 1.1
DECISION_AIM_US = 1000.0


def aims(rows: Sequence[Row], quick: bool) -> list[Figure]:
    """Aims over all floors. In the short form only the pooled ones can be missed."""
    core = [row for row in rows if row.pacer == CORE]
    tuned = {row.scenario: row for row in rows if row.pacer == "vicidial-tuned"}
    over = [row.scenario for row in core if not row.meets]
    pooled = float(np.mean([row.abandoned.value / row.target for row in core]))
    behind = [
        row.scenario
        for row in core
        if tuned[row.scenario].meets
        and row.occupancy.value <= tuned[row.scenario].occupancy.value
    ]
    shifts = sum(row.seeds for row in core)
    late = sum(row.shifts_over for row in core)
    found = [
        _figure("abandoned / target, mean of floors", pooled, "<= 1", pooled <= 1.0),
        _figure("floors above the target", len(over), "0", not over, _names(over), quick),
        _figure(
            "shifts above the target",
            late / shifts,
            "<= 0.1",
            late <= shifts / 10,
            "",
            quick,
        ),
        _figure(
            "floors behind tuned VICIdial",
            len(behind),
            "0",
            not behind,
            _names(behind),
            quick,
        ),
    ]
    found += _worst_shift([row for row in core if row.agents >= TEAM], quick)
    found += _of_limit(core, quick)
    slowest = max(core, key=lambda row: row.p99_us)
    found.append(
        _figure(
            f"decision, p99, {slowest.agents} agents", slowest.p99_us,
            f"< {DECISION_AIM_US:.0f} µs", slowest.p99_us < DECISION_AIM_US, "", quick,
        )
    )  # fmt: skip
    return found


def _worst_shift(core: Sequence[Row], quick: bool) -> list[Figure]:
    if not core:
        return []
    worst = max(core, key=lambda row: row.worst_shift)
    met = worst.worst_shift <= WORST_SHIFT
    label, aim = f"worst shift / target, {TEAM} agents or more", f"<= {WORST_SHIFT:g}"
    return [_figure(label, worst.worst_shift, aim, met, worst.scenario, quick)]


def _of_limit(core: Sequence[Row], quick: bool) -> list[Figure]:
    found = []
    for label, least_mean, least, some in (
        (f"of limit, {TEAM} agents or more", 0.985, 0.95, _big(core)),
        (f"of limit, below {TEAM} agents", 0.955, 0.94, _small(core)),
    ):
        if some:
            mean, low = float(np.mean(some)), float(np.min(some))
            met = mean >= least_mean and low >= least
            said = f"lowest {low:.3f} (>= {least})"
            found.append(_figure(label, mean, f">= {least_mean}", met, said, quick))
    return found


def _big(core: Sequence[Row]) -> list[float]:
    return [row.of_limit for row in core if row.meets and row.agents >= TEAM]


def _small(core: Sequence[Row]) -> list[float]:
    return [row.of_limit for row in core if row.meets and row.agents < TEAM]


def _names(scenarios: Sequence[str]) -> str:
    return ", ".join(scenarios)


def _figure(
    what: str, value: float, aim: str, met: bool, said: str = "", quick: bool = False
) -> Figure:
    """In the short form an aim that two seeds of an hour cannot show is told, not held."""
    return Figure(
        what=what, value=value, unit="", compared_with=said, aim=aim,
        met=None if quick else met,
    )  # fmt: skip
