"""`acordo bench pacing`: every pacer on every floor of the book, beside the limit.

Resumable: each shift is kept as it ends (`runs`). The long form plays ten seeds of the
whole book, one seed of all after the other; the short one two seeds of an hour of the
six floors tagged `quick`, and its hindsight sees fewer settings. As many shifts are played
at once as the process may use processors (`taskset` limits them).

Hindsight is for the few: all settings are tried on the first seed, the best of each kind
on the next three, the best one on all.
"""

from __future__ import annotations

import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace

from foundation.settings import ProcessSettings
from sim.bench.figures import Figure
from sim.bench.pacing import field
from sim.bench.pacing.aims import aims
from sim.bench.pacing.limits import limits
from sim.bench.pacing.record import Run
from sim.bench.pacing.runs import Job, Store, play
from sim.bench.pacing.speed import speed
from sim.bench.pacing.table import Row, hindsight, markdown, promising, row
from sim.bench.workers import processors
from sim.scenarios import pacing_book
from sim.world.floor.scenario import FloorScenario

SEEDS, QUICK_SEEDS, QUICK_HOURS, TUNING_SEEDS = 10, 2, 1.0, 4
PROMISING = 6  # settings of a kind that are tried beyond the first seed
FIRST_SEED = 4_100
QUICK_SETTINGS = (
    "ratio-2", "ratio-4", "ratio-9", "vicidial-max-1.2-0.8", "vicidial-max-1.6-0.8",
    "vicidial-max-2-0.8", "vicidial-ready-2-0.8", "vicidial-ready-3-0.8",
    "vicidial-ready-7-0.8",
)  # fmt: skip
Runs = dict[tuple[str, str], list[Run]]


def measure(quick: bool) -> list[Figure]:
    """Play what is missing, then tell all."""
    folder = ProcessSettings().home / "bench"
    store = Store(folder / "pacing-runs.jsonl")
    book = floors(quick)
    runs = sweep(
        store, book, range(FIRST_SEED, FIRST_SEED + seeds(quick)), quick, processors()
    )
    rows = rows_of(book, runs, limits(folder / "pacing-limits.json", book))
    about = {name: floor.about for name, floor in book.items()}
    name = "pacing-quick.md" if quick else "pacing.md"
    (folder / name).write_text(markdown(rows, about), "utf-8")
    return [*map(_figure, rows), *aims(rows, quick), *speed(quick)]


def seeds(quick: bool) -> int:
    return QUICK_SEEDS if quick else SEEDS


def floors(quick: bool) -> dict[str, FloorScenario]:
    """The book, or its short form."""
    book = pacing_book()
    if not quick:
        return book
    return {
        name: replace(floor, hours=QUICK_HOURS)
        for name, floor in book.items()
        if "quick" in floor.tags
    }


def sweep(
    store: Store,
    book: Mapping[str, FloorScenario],
    numbers: Sequence[int],
    quick: bool,
    workers: int = 1,
) -> Runs:
    """Every pacer on every floor, a seed at a time, so that a part is a fair sample."""
    found: Runs = {}
    for seed in numbers:
        jobs = [
            Job(floor=floor, pacer=pacer, seed=seed)
            for name, floor in sorted(book.items(), key=_longest_first)
            for pacer in pacers(quick, tried=_tried(found, name, seed - numbers[0], floor))
        ]
        for done, (job, run) in enumerate(play(store, jobs, workers), 1):
            said = f"{seed}: {done}/{len(jobs)} {job.floor.name} {job.pacer}"
            print(f"\r{said:<72}", end="", file=sys.stderr, flush=True)
            found.setdefault((job.floor.name, job.pacer), []).append(run)
    print("\r" + " " * 72 + "\r", end="", file=sys.stderr, flush=True)
    return found


def _longest_first(named: tuple[str, FloorScenario]) -> float:
    return -named[1].agents * named[1].hours


def _tried(found: Runs, name: str, nth: int, floor: FloorScenario) -> list[str]:
    """Settings for hindsight: all on the first seed, then the best few, then the best.

    Only what was played on every seed before goes on: what is compared saw the same.
    """
    best: list[str] = []
    for group in field.TUNED.values():
        if nth == 0:
            best += group
            continue
        runs = {s: found[name, s] for s in group if len(found.get((name, s), ())) == nth}
        if nth < TUNING_SEEDS:
            best += promising(runs, floor.target, PROMISING)
        elif runs:
            best.append(hindsight(runs, floor.target))
    return best


def pacers(quick: bool, *, tried: Sequence[str]) -> list[str]:
    """All names to play, the settings `tried` for hindsight among them."""
    names = [*field.FIELD, *(s for s in tried if not quick or s in QUICK_SETTINGS)]
    return list(dict.fromkeys(names))


def rows_of(
    book: Mapping[str, FloorScenario], runs: Runs, limit: Mapping[str, float]
) -> list[Row]:
    """One row for each pacer, the tuned ones at their best setting."""
    rows = []
    for name, floor in book.items():

        def told(pacer: str, setting: str, note: str = "") -> Row:
            return row(
                runs[name, setting], pacer=pacer, agents=floor.agents,  # noqa: B023
                target=floor.target, limit=limit[name], note=note,  # noqa: B023
            )  # fmt: skip

        rows += [told(pacer, pacer) for pacer in field.FIELD]
        for pacer, group in field.TUNED.items():
            tried = {s: runs.get((name, s), []) for s in group}
            most = max(map(len, tried.values()))
            tried = {s: each for s, each in tried.items() if len(each) == most}
            setting = hindsight(tried, floor.target)
            rows.append(told(pacer, setting, setting))
    return rows


def _figure(one: Row) -> Figure:
    note = f" [{one.note}]" if one.note else ""
    return Figure(
        what=f"{one.scenario}: {one.pacer}{note}",
        value=100 * one.occupancy.value,
        unit="%",
        compared_with=(
            f"{one.of_limit:.3f} of {100 * one.limit:.1f}; abandoned "
            f"{one.abandoned.text(100, 2)}{'' if one.meets else '!'}, worst half hour "
            f"{100 * one.worst_half_hour.value:.1f}; {one.talk_min.text(1, 1)} min/h, idle "
            f"{one.idle_s.value:.1f} s, {one.dials.value:.1f} dials/talk, "
            f"{one.p50_us:.0f}/{one.p99_us:.0f} µs"
        ),
    )
