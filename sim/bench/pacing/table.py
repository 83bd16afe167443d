"""From runs to rows: means and intervals over seeds, hindsight, the table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy.stats import t as student

from sim.bench.pacing.record import Run

_NEAR = 1.3  # times the target: other seeds may bring it within


@dataclass(frozen=True, slots=True)
class Mean:
    """A mean over seeds and half the width of its 95 % interval (nan for one seed)."""

    value: float
    half: float

    def text(self, scale: float, digits: int) -> str:
        half = "" if np.isnan(self.half) else f" ±{scale * self.half:.{digits}f}"
        return f"{scale * self.value:.{digits}f}{half}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One pacer on one floor over its seeds."""

    scenario: str
    pacer: str
    agents: int
    target: float
    limit: float
    seeds: int
    occupancy: Mean
    abandoned: Mean
    worst_half_hour: Mean
    talk_min: Mean
    idle_s: Mean
    dials: Mean
    p50_us: float
    p99_us: float
    shifts_over: int  # seeds that ended above the target
    worst_shift: float  # highest share abandoned of a seed / target
    note: str = ""

    @property
    def meets(self) -> bool:
        return self.abandoned.value <= self.target

    @property
    def of_limit(self) -> float:
        return self.occupancy.value / self.limit


def row(
    runs: Sequence[Run], *, pacer: str, agents: int, target: float, limit: float,
    note: str = "",
) -> Row:  # fmt: skip
    """Put the seeds of one pacer on one floor together."""

    def mean(of: Callable[[Run], float]) -> Mean:
        return mean_of([of(run) for run in runs])

    return Row(
        scenario=runs[0].scenario,
        pacer=pacer,
        agents=agents,
        target=target,
        limit=limit,
        seeds=len(runs),
        occupancy=mean(lambda run: run.occupancy),
        abandoned=mean(lambda run: run.abandoned_share),
        worst_half_hour=mean(lambda run: run.worst_half_hour),
        talk_min=mean(lambda run: run.talk_min_per_agent_hour),
        idle_s=mean(lambda run: run.idle_s),
        dials=mean(lambda run: run.dials_per_talk),
        p50_us=float(np.mean([run.decision_p50_us for run in runs])),
        p99_us=float(np.max([run.decision_p99_us for run in runs])),
        shifts_over=sum(run.abandoned_share > target for run in runs),
        worst_shift=max(run.abandoned_share for run in runs) / target,
        note=note,
    )


def mean_of(values: Sequence[float]) -> Mean:
    """Mean and 95 % half-width.

    >>> mean_of([1.0, 2.0, 3.0]).value
    2.0
    """
    n = len(values)
    if n < 2:
        return Mean(float(values[0]), float("nan"))
    spread = float(np.std(values, ddof=1)) / n**0.5
    return Mean(float(np.mean(values)), float(student.ppf(0.975, n - 1)) * spread)


def hindsight(by_setting: Mapping[str, Sequence[Run]], target: float) -> str:
    """The setting with the highest occupancy among those that keep the target.

    When none keeps it, the one that abandons least.
    """

    def mean(name: str, of: Callable[[Run], float]) -> float:
        return float(np.mean([of(run) for run in by_setting[name]]))

    fits = [
        name for name in by_setting if mean(name, lambda run: run.abandoned_share) <= target
    ]
    if not fits:
        return min(by_setting, key=lambda name: mean(name, lambda run: run.abandoned_share))
    return max(fits, key=lambda name: mean(name, lambda run: run.occupancy))


def promising(
    by_setting: Mapping[str, Sequence[Run]], target: float, most: int
) -> list[str]:
    """The settings worth more seeds: the busiest near the target, then the gentlest."""

    def rank(name: str) -> tuple[bool, float]:
        lost = float(np.mean([run.abandoned_share for run in by_setting[name]]))
        worked = float(np.mean([run.occupancy for run in by_setting[name]]))
        near = lost <= _NEAR * target
        return not near, -worked if near else lost

    return sorted(by_setting, key=rank)[:most]


HEAD = (
    "| pacer | occupancy % | abandoned % | worst ½ h % | talk min/h | idle s | dials/talk "
    "| of limit | shifts over | decide p50/p99 µs |\n"
    "|---|---|---|---|---|---|---|---|---|---|"
)


def markdown(rows: Sequence[Row], about: Mapping[str, str]) -> str:
    """The whole table, a part for each floor; `!` marks a target missed on the mean."""
    parts = []
    for scenario in dict.fromkeys(row.scenario for row in rows):
        own = [row for row in rows if row.scenario == scenario]
        first = own[0]
        parts.append(
            f"### {scenario}\n\n{about.get(scenario, '')}. {first.agents} agents, target "
            f"{100 * first.target:g} %, limit {100 * first.limit:.1f} %, "
            f"{first.seeds} seeds.\n\n{HEAD}\n" + "\n".join(map(_line, own))
        )
    return "\n\n".join(parts) + "\n"


def _line(row: Row) -> str:
    name = f"{row.pacer} ({row.note})" if row.note else row.pacer
    over = "" if row.meets else "!"
    cells = (
        name,
        row.occupancy.text(100, 1),
        row.abandoned.text(100, 2) + over,
        f"{100 * row.worst_half_hour.value:.1f}",
        row.talk_min.text(1, 1),
        f"{row.idle_s.value:.1f}",
        f"{row.dials.value:.1f}",
        f"{row.of_limit:.3f}",
        f"{row.shifts_over}/{row.seeds}",
        f"{row.p50_us:.0f}/{row.p99_us:.0f}",
    )
    return "| " + " | ".join(cells) + " |"
