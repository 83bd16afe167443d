"""`acordo bench frontier`: occupancy against abandonment, drawn for small to large teams.

Plays shifts at several targets (ours, and the baselines that know a target) or settings
(the others), solves the limit at each target, and writes `bench/frontier-N.svg` and
`bench/frontier.md` into the state folder. Shifts are kept and shared with the bench of
pacing; the short form draws them from one seed of shorter shifts.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from foundation.settings import ProcessSettings
from sim.bench.figures import Figure
from sim.bench.pacing import field
from sim.bench.pacing.bound import limit_of
from sim.bench.pacing.chart import Axes, Series, drawing
from sim.bench.pacing.record import Run
from sim.bench.pacing.runs import Job, Store, play
from sim.bench.workers import processors
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts

TARGETS = (0.005, 0.01, 0.02, 0.03, 0.05)
QUICK_TARGETS = (0.01, 0.02, 0.03, 0.05)
#: agents -> hours, so that each shift has some hundred answers
TEAMS: Mapping[int, float] = {5: 4.0, 20: 2.0, 100: 1.0}
QUICK_TEAMS: Mapping[int, float] = {5: 2.0, 20: 2.0, 100: 1.0}
SEEDS, FIRST_SEED = 3, 7_300
TARGET = 0.03  # of what knows no target


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawn:
    """A series of the drawing: pacers, each played at all targets or at one."""

    name: str
    pacers: tuple[str, ...]
    targets: tuple[float, ...] = (TARGET,)
    joined: bool = True


def drawn(targets: tuple[float, ...]) -> tuple[Drawn, ...]:
    """What is drawn beside the limit, in the order of the legend."""
    ratios = tuple(field.TUNED["ratio-tuned"])
    levels = tuple(name for name in field.TUNED["vicidial-tuned"] if name.endswith("-1"))
    return (
        Drawn(name="ours", pacers=(field.CORE,), targets=targets),
        Drawn(name="fixed ratio", pacers=("one-to-one", *ratios)),
        Drawn(name="VICIdial", pacers=levels, joined=False),
        Drawn(name="steady state", pacers=("steady-state",), targets=targets),
        Drawn(name="minutes ahead", pacers=("minutes-ahead",), targets=targets),
        Drawn(name="busy factor", pacers=("busy-factor",), targets=targets, joined=False),
        Drawn(name="Issabel", pacers=("issabel",), joined=False),
    )


def floor_of(agents: int, hours: float, target: float) -> FloorScenario:
    """A plain floor, thirty percent answer."""
    return FloorScenario(
        name=f"frontier-{agents}", about="", hours=hours, target=target,
        shifts=Shifts(groups=(Group(agents=agents),)), parts=(ListPart(share=1.0, p=0.3),),
    )  # fmt: skip


def measure(quick: bool) -> list[Figure]:
    """Play what is missing, draw, and tell how far ours is from the limit."""
    folder = ProcessSettings().home / "bench"
    store = Store(folder / "pacing-runs.jsonl")
    targets = QUICK_TARGETS if quick else TARGETS
    seeds = range(FIRST_SEED, FIRST_SEED + (1 if quick else SEEDS))
    figures, tables = [], []
    for agents, hours in (QUICK_TEAMS if quick else TEAMS).items():
        series = played(store, agents, hours, targets, seeds)
        least = min(y for one in series[:2] for _, y in one.points)
        axes = Axes(least_occupancy=min(0.7, max(0.3, int(least * 10 - 1) / 10)))
        title = f"{agents} agents, 30 % of calls answered by a person"
        (folder / f"frontier-{agents}.svg").write_text(
            drawing(title, series, axes), "utf-8"
        )
        tables.append(table(title, series))
        figures += told(agents, series, targets)
    (folder / "frontier.md").write_text("\n".join(tables), "utf-8")
    return figures


def played(
    store: Store,
    agents: int,
    hours: float,
    targets: tuple[float, ...],
    seeds: Sequence[int],
) -> list[Series]:
    """The limit and all that is drawn beside it."""
    floors = {t: floor_of(agents, hours, t) for t in {*targets, TARGET}}
    limit = tuple((t, limit_of(floors[t])) for t in targets)
    wanted = drawn(targets)
    jobs = [
        Job(floor=floors[t], pacer=pacer, seed=seed)
        for one in wanted
        for pacer in one.pacers
        for t in one.targets
        for seed in seeds
    ]
    runs: dict[tuple[str, float], list[Run]] = {}
    for job, run in play(store, list(dict.fromkeys(jobs)), processors()):
        runs.setdefault((job.pacer, job.floor.target), []).append(run)
    found = [Series(name="limit", points=limit)]
    for one in wanted:
        points = [_mean(runs[pacer, t]) for pacer in one.pacers for t in one.targets]
        found.append(Series(name=one.name, points=tuple(sorted(points)), joined=one.joined))
    return found


def _mean(runs: Iterable[Run]) -> tuple[float, float]:
    """(abandoned share, occupancy) over seeds."""
    pairs = np.array([(run.abandoned_share, run.occupancy) for run in runs])
    lost, worked = pairs.mean(axis=0).tolist()
    return lost, worked


def told(agents: int, series: Sequence[Series], targets: Sequence[float]) -> list[Figure]:
    """Ours beside the limit at each target."""
    limit, ours = (dict(zip(targets, one.points, strict=True)) for one in series[:2])
    return [
        Figure(
            what=f"{agents} agents, target {100 * target:g} %",
            value=100 * ours[target][1],
            unit="%",
            compared_with=(
                f"limit {100 * limit[target][1]:.1f}; abandoned {100 * ours[target][0]:.2f}"
            ),
        )
        for target in targets
    ]


def table(title: str, series: Sequence[Series]) -> str:
    """The points in figures, for who cannot see the drawing."""
    lines = [f"### {title}", "", "| pacer | abandoned % : occupancy % |", "|---|---|"]
    for one in series:
        points = ", ".join(f"{100 * x:.2f} : {100 * y:.1f}" for x, y in one.points)
        lines.append(f"| {one.name} | {points} |")
    return "\n".join([*lines, ""])
