"""`acordo bench pacing`: every pacer on every floor of the book, beside the limit.

Resumable: each shift is kept as it ends (`runs`). The long form plays ten seeds of the
whole book, one seed of all after the other; the short one two seeds of an hour of the
six floors tagged `quick`, and its hindsight sees fewer settings.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import replace

from foundation.settings import ProcessSettings
from sim.bench.figures import Figure
from sim.bench.pacing import field
from sim.bench.pacing.aims import aims
from sim.bench.pacing.bound import limit_of
from sim.bench.pacing.record import Run
from sim.bench.pacing.runs import Store, run
from sim.bench.pacing.table import Row, hindsight, markdown, row
from sim.scenarios import pacing_book
from sim.world.baselines.ratio import Ratio
from sim.world.floor.engine import AnyPacer, Floor
from sim.world.floor.scenario import FloorScenario, Group, ListPart, Shifts

SEEDS, QUICK_SEEDS, QUICK_HOURS, TUNING_SEEDS = 10, 2, 1.0, 4
FIRST_SEED = 4_100
QUICK_SETTINGS = (
    "ratio-2", "ratio-4", "ratio-9", "vicidial-max-1.2-0.8", "vicidial-max-1.6-0.8",
    "vicidial-max-2-0.8", "vicidial-ready-2-0.8", "vicidial-ready-3-0.8",
    "vicidial-ready-7-0.8",
)  # fmt: skip
SPEED_FLOOR = FloorScenario(
    name="speed",
    about="",
    hours=8,
    target=0.03,
    shifts=Shifts(groups=(Group(agents=200),)),
    parts=(ListPart(share=1.0, p=0.3),),
)
SPEED_AIM_S = 30.0

Runs = dict[tuple[str, str], list[Run]]


def measure(quick: bool) -> list[Figure]:
    """Play what is missing, then tell all."""
    folder = ProcessSettings().home / "bench"
    store = Store(folder / "pacing-runs.jsonl")
    book = floors(quick)
    runs = sweep(store, book, range(FIRST_SEED, FIRST_SEED + seeds(quick)), quick)
    rows = rows_of(book, runs)
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
    store: Store, book: Mapping[str, FloorScenario], numbers: Sequence[int], quick: bool
) -> Runs:
    """Every pacer on every floor, a seed at a time, so that a part is a fair sample."""
    found: Runs = {}
    total = len(numbers) * len(book)
    for done, (seed, name) in enumerate((seed, name) for seed in numbers for name in book):
        print(f"\r{done}/{total} {name:<24}", end="", file=sys.stderr, flush=True)
        for pacer in pacers(quick, tuning=seed - numbers[0] < TUNING_SEEDS):
            found.setdefault((name, pacer), []).append(run(store, book[name], pacer, seed))
    print("\r" + " " * 40 + "\r", end="", file=sys.stderr, flush=True)
    return found


def pacers(quick: bool, *, tuning: bool) -> list[str]:
    """All names to play; settings tried for hindsight only on the first seeds."""
    names = list(field.FIELD)
    if tuning:
        tried = [name for group in field.TUNED.values() for name in group]
        names += [name for name in tried if not quick or name in QUICK_SETTINGS]
    return list(dict.fromkeys(names))


def rows_of(book: Mapping[str, FloorScenario], runs: Runs) -> list[Row]:
    """One row for each pacer, the tuned ones at their best setting."""
    rows = []
    for name, floor in book.items():
        limit = limit_of(floor)

        def told(pacer: str, setting: str, note: str = "") -> Row:
            return row(
                runs[name, setting], pacer=pacer, agents=floor.agents,  # noqa: B023
                target=floor.target, limit=limit, note=note,  # noqa: B023
            )  # fmt: skip

        rows += [told(pacer, pacer) for pacer in field.FIELD]
        for pacer, group in field.TUNED.items():
            tried = {s: runs[name, s] for s in group if (name, s) in runs}
            setting = hindsight(tried, floor.target)
            rows.append(told(pacer, setting, setting))
    return rows


def speed(quick: bool) -> list[Figure]:
    """Wall time of 200 agents x 8 h: the floor by itself, and with the core inside."""
    bare = _walled(SPEED_FLOOR, Ratio(1.0))
    hours = 0.25 if quick else 8.0
    part = replace(SPEED_FLOOR, hours=hours)
    whole = _walled(part, field.ALL[field.CORE](part, 1)) * 8.0 / hours
    said = f"from {hours:g} h" if quick else ""
    return [
        Figure(
            what="floor alone, 200 agents x 8 h", value=bare, unit="s", aim="< 10 s",
            met=bare < 10,
        ),
        Figure(
            what="floor with the core, 200 agents x 8 h", value=whole, unit="s",
            compared_with=said, aim=f"< {SPEED_AIM_S:.0f} s", met=whole < SPEED_AIM_S,
        ),
    ]  # fmt: skip


def _walled(floor: FloorScenario, pacer: AnyPacer) -> float:
    begun = time.perf_counter()
    Floor(floor, pacer, 1, period_s=0.5).run()
    return time.perf_counter() - begun


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
