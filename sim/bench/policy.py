"""The contact policy over a big database: how long one question takes, and one in a batch.

Each question is a whole one: the person's turn is taken, facts are read, all rules asked,
the verdict stored. The commit is that of the contact, and is measured apart.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime

import numpy as np
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance.facts import Candidate
from cobranca.compliance.rules import decide
from cobranca.compliance.service import ContactPolicy
from cobranca.people.service import create_seats
from foundation.clock import SAO_PAULO
from foundation.db.engine import connect
from foundation.settings import ProcessSettings
from sim.bench.desk_rows import a_past
from sim.bench.figures import Figure
from sim.bench.load import a_list_of
from sim.bench.stack import served
from sim.throw_away import throw_away

DEBTORS, QUICK_DEBTORS = 1_000_000, 50_000
QUESTIONS, WARM = 2_000, 100
BATCH, BATCHES = 50, 40
AIM_MS = 2.0
NOW = datetime(2026, 3, 6, 10, 0, tzinfo=SAO_PAULO)  # a Friday; the past is of Sunday

_CANDIDATES = text(
    """
    SELECT p.debtor_id, p.id AS contact_point_id, p.value AS number, p.zone,
           p.uf AS ddd_uf, d.uf AS address_uf, d.birth_date,
           (SELECT a.city || '/' || a.uf FROM debtor_address a
             WHERE a.debtor_id = d.id) AS address_city
      FROM contact_point p JOIN debtor d ON d.id = p.debtor_id
     ORDER BY p.id LIMIT :count
    """
)  # ids are random, so they come from all over the table


def measure(quick: bool) -> list[Figure]:
    """One question at a time, then batches as the dialer asks them."""
    debtors = QUICK_DEBTORS if quick else DEBTORS
    with throw_away(processes=(), more={}) as home, ExitStack() as servers:
        settings = ProcessSettings()
        home.prepare()
        served(settings, home, servers)
        return asyncio.run(_measure(settings, debtors))


async def _measure(settings: ProcessSettings, debtors: int) -> list[Figure]:
    await a_list_of(settings, debtors=debtors)
    engine = connect(settings, pool_size=1)
    policy = ContactPolicy(simulated_route=True)
    try:
        async with engine.begin() as connection:
            await create_seats(connection, 1)
            await a_past(connection)
        async with engine.connect() as connection:
            count = WARM + QUESTIONS + BATCH * BATCHES
            rows = await connection.execute(_CANDIDATES, {"count": count})
            candidates = [Candidate(**row._mapping) for row in rows]
        single, batched = candidates[: WARM + QUESTIONS], candidates[WARM + QUESTIONS :]
        asked, committed = await _one_by_one(engine, policy, single)
        in_batches = await _in_batches(engine, policy, batched)
        alone = await _rules_alone(engine, policy, single)
    finally:
        await engine.dispose()
    return [
        _figure(f"one question, {debtors:,} debtors", asked, aimed=True),
        _figure("the same with its commit", committed, aimed=False),
        _figure(f"one of a batch of {BATCH}", in_batches, aimed=True),
        _figure("the rules alone, processor time", alone, aimed=False),
    ]


async def _one_by_one(
    engine: AsyncEngine, policy: ContactPolicy, candidates: list[Candidate]
) -> tuple[list[float], list[float]]:
    asked, committed = [], []
    for candidate in candidates:
        since = _since()
        async with engine.begin() as connection:
            taken = await _ask(connection, policy, [candidate])
        asked.append(taken)
        committed.append(since())
    return asked[WARM:], committed[WARM:]


async def _in_batches(
    engine: AsyncEngine, policy: ContactPolicy, candidates: list[Candidate]
) -> list[float]:
    taken = []
    for start in range(0, len(candidates), BATCH):
        batch = candidates[start : start + BATCH]
        async with engine.begin() as connection:
            taken.append(await _ask(connection, policy, batch) / len(batch))
    return taken


async def _rules_alone(
    engine: AsyncEngine, policy: ContactPolicy, candidates: list[Candidate]
) -> list[float]:
    """What of it is ours, however busy the machine is."""
    async with engine.connect() as connection:
        known = await policy.load(connection, candidates, NOW)
    taken = []
    for candidate in candidates:
        start = time.process_time()
        decide(*policy.case(candidate, known, NOW), policy.rules)
        taken.append(1000 * (time.process_time() - start))
    return taken[WARM:]


async def _ask(
    connection: AsyncConnection, policy: ContactPolicy, candidates: list[Candidate]
) -> float:
    since = _since()
    rulings = await policy.ask(connection, candidates, NOW)
    taken = since()
    if not all(ruling.verdict.allowed for ruling in rulings):
        raise AssertionError(f"refused: {rulings[0].verdict}")
    return taken


def _since() -> Callable[[], float]:
    """Return what tells the milliseconds from now on."""
    start = time.perf_counter()
    return lambda: 1000 * (time.perf_counter() - start)


def _figure(what: str, ms: list[float], *, aimed: bool) -> Figure:
    median, p99 = (float(np.percentile(ms, share)) for share in (50, 99))
    return Figure(
        what=f"{what}, p99 of {len(ms)}",
        value=p99,
        unit="ms",
        compared_with=f"median {median:.2f} ms",
        aim=f"< {AIM_MS:.0f} ms" if aimed else "",
        met=p99 < AIM_MS if aimed else None,
    )
