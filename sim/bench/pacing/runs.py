"""One shift of one pacer, kept on disk under a hash of all that made it.

A run that is there already is not played again: a bench broken off goes on where it
was, and a change of the core plays again what the core plays, not the baselines.
"""

from __future__ import annotations

import hashlib
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import asdict, dataclass, fields
from functools import lru_cache
from multiprocessing import get_context
from pathlib import Path

import numpy as np

import dialer.pacing.erlang
import sim.world.baselines
import sim.world.floor
from dialer.pacing import Decision, Event, Snapshot
from sim.bench.kept import Kept, sum_of
from sim.bench.pacing import field
from sim.bench.pacing.record import Run
from sim.world.floor.engine import AnyPacer, Floor
from sim.world.floor.result import ShiftResult
from sim.world.floor.scenario import FloorScenario
from sim.world.replay.play import LARGE, LARGE_PERIOD_S, PERIOD_S

_FIGURES = {one.name for one in fields(Run)}


class Timed:
    """A pacer whose decisions are timed by the processor's clock."""

    def __init__(self, pacer: AnyPacer) -> None:
        self._pacer = pacer
        self.ns: list[int] = []

    def observe(self, event: Event) -> None:
        self._pacer.observe(event)

    def decide(self, now_s: float, floor: Snapshot) -> Decision:
        begun = time.thread_time_ns()
        decision = self._pacer.decide(now_s, floor)
        self.ns.append(time.thread_time_ns() - begun)
        return decision


class Store:
    """Runs by key."""

    def __init__(self, path: Path) -> None:
        self._kept = Kept(path)

    def get(self, key: str) -> Run | None:
        row = self._kept.get(key)
        if row is None or row.keys() != _FIGURES:  # of an earlier version: played again
            return None
        return Run(**row)

    def keep(self, key: str, run: Run) -> None:
        self._kept.keep(key, asdict(run))


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """One shift to play."""

    floor: FloorScenario
    pacer: str
    seed: int


def play(store: Store, jobs: Sequence[Job], workers: int) -> Iterator[tuple[Job, Run]]:
    """Read what was played before, play the rest, each kept as it ends."""
    keys = {job: key_of(job.floor, job.pacer, job.seed) for job in jobs}
    missing = []
    for job in jobs:
        known = store.get(keys[job])
        if known is None:
            missing.append(job)
        else:
            yield job, known
    for job, run in _played(missing, workers):
        store.keep(keys[job], run)
        yield job, run


def _played(jobs: Sequence[Job], workers: int) -> Iterator[tuple[Job, Run]]:
    if workers < 2 or len(jobs) < 2:
        for job in jobs:
            yield job, played(job)
        return
    with ProcessPoolExecutor(workers, get_context("forkserver")) as pool:
        under_way = {pool.submit(played, job): job for job in jobs}
        try:
            for done in as_completed(under_way):
                yield under_way[done], done.result()
        finally:
            pool.shutdown(cancel_futures=True)


def run(store: Store, floor: FloorScenario, pacer: str, seed: int) -> Run:
    """Play one shift, or read what it gave."""
    return next(iter(play(store, [Job(floor=floor, pacer=pacer, seed=seed)], 1)))[1]


def played(job: Job) -> Run:
    """Play one shift."""
    pacer = field.ALL[job.pacer](job.floor, job.seed)
    timed = Timed(pacer)
    period_s = LARGE_PERIOD_S if job.floor.agents >= LARGE else PERIOD_S
    # a baseline that looks up only so often is not asked in between
    period_s = float(getattr(pacer, "period_s", period_s))
    begun = time.perf_counter()
    result = Floor(job.floor, timed, job.seed, period_s=period_s).run()
    return _figures(result, job.pacer, timed.ns, time.perf_counter() - begun)


def _figures(result: ShiftResult, pacer: str, ns: list[int], wall_s: float) -> Run:
    p50, p99 = (float(np.percentile(ns, share)) / 1000 for share in (50, 99))
    return Run(
        scenario=result.scenario,
        pacer=pacer,
        seed=result.seed,
        occupancy=result.occupancy,
        abandoned_share=result.abandoned_share,
        humans=result.humans,
        worst_half_hour=result.worst_half_hour,
        talk_min_per_agent_hour=result.talk_min_per_agent_hour,
        idle_s=result.idle_s_between_calls,
        dials_per_talk=min(result.dials_per_talk, 1e6),
        decision_p50_us=p50,
        decision_p99_us=p99,
        wall_s=wall_s,
        inbound_in_time=None if result.inbound is None else result.inbound.in_time,
    )


def key_of(floor: FloorScenario, pacer: str, seed: int) -> str:
    """Changes when the floor, the scenario, the pacer's code or the seed does."""
    code = _digest(Path(sim.world.floor.__file__).parent)
    if pacer in field.OURS:
        code += _digest(Path(dialer.pacing.__file__).parent)
    else:
        code += _digest(Path(sim.world.baselines.__file__).parent)
        code += sum_of([Path(dialer.pacing.erlang.__file__)])
    named = f"{code} {floor!r} {pacer} {seed}"
    return hashlib.sha256(named.encode()).hexdigest()[:32]


@lru_cache
def _digest(folder: Path) -> str:
    """Read once: what is hashed is the code that runs, not what it became meanwhile."""
    return sum_of(sorted(folder.glob("*.py")))
