"""Two processes that ask about one person, and a database that does not answer."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from cobranca.compliance import asking
from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import NO_VERDICT
from cobranca.compliance.service import ContactPolicy, Ruling
from dialer.calls.store import AttemptRow
from foundation.ids import uuid7
from sim.throw_away import free_port
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_portfolio

POLICY = ContactPolicy(simulated_route=True)
_CANDIDATES = text(
    """
    SELECT p.debtor_id, p.id AS contact_point_id, p.value AS number, p.zone,
           p.uf AS ddd_uf, d.uf AS address_uf, d.birth_date,
           (SELECT a.city || '/' || a.uf FROM debtor_address a
             WHERE a.debtor_id = d.id) AS address_city
      FROM contact_point p JOIN debtor d ON d.id = p.debtor_id ORDER BY p.value
    """
)


async def some_candidates(
    engine: AsyncEngine, debtors: int, phones: int
) -> list[Candidate]:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=debtors, phones=phones)
        rows = await connection.execute(_CANDIDATES)
        return [Candidate(**row._mapping) for row in rows]


async def write_attempts(connection: AsyncConnection, allowed: Sequence[Ruling]) -> None:
    for ruling in allowed:
        await an_attempt(connection, ruling.candidate, ruling.verdict_id)


async def an_attempt(
    connection: AsyncConnection, whom: Candidate, verdict: UUID | None = None
) -> None:
    row = {
        "id": uuid7(), "direction": "outbound", "debtor_id": whom.debtor_id,
        "contact_point_id": whom.contact_point_id, "number": whom.number,
        "verdict_id": verdict, "route": "trunk", "epoch": 1, "placed_at": datetime.now(UTC),
        "contact_day": TUESDAY_TEN.date(), "outcome": "no_answer", "abandoned": False,
    }  # fmt: skip
    await connection.execute(insert(AttemptRow), row)


async def with_one_attempt_left(engine: AsyncEngine) -> list[Candidate]:
    """Two telephones of one debtor who was called twice today."""
    candidates = await some_candidates(engine, debtors=1, phones=2)
    async with engine.begin() as connection:
        for _ in range(2):
            await an_attempt(connection, candidates[0])
    return candidates


async def test_two_connections_cannot_both_take_the_last_attempt(
    engine: AsyncEngine,
) -> None:
    one, other = await with_one_attempt_left(engine)
    async with engine.connect() as first, engine.connect() as second:
        pids = {await c.scalar(text("SELECT pg_backend_pid()")) for c in (first, second)}
        assert len(pids) == 2
        await first.rollback()
        await second.rollback()
        (early,) = await POLICY.ask(first, [one], TUESDAY_TEN)
        waiting = asyncio.create_task(POLICY.ask(second, [other], TUESDAY_TEN))
        await asyncio.sleep(0.2)
        assert not waiting.done()
        await write_attempts(first, [early])
        await first.commit()
        (late,) = await waiting
        await second.commit()
    assert early.verdict.allowed
    assert late.verdict.rule == "attempts_per_day"


async def test_who_takes_nothing_leaves_the_attempt_to_the_other(
    engine: AsyncEngine,
) -> None:
    one, other = await with_one_attempt_left(engine)
    async with engine.connect() as first, engine.connect() as second:
        await POLICY.ask(first, [one], TUESDAY_TEN)
        await first.rollback()
        (late,) = await POLICY.ask(second, [other], TUESDAY_TEN)
    assert late.verdict.allowed


async def test_many_at_once_take_three_attempts_a_person_and_no_more(
    engine: AsyncEngine,
) -> None:
    candidates = await some_candidates(engine, debtors=2, phones=4)

    async def ask_all(order: Sequence[Candidate]) -> int:
        verdicts = await asking.ask(
            engine, POLICY, order, TUESDAY_TEN, write_attempts, within_s=30
        )
        return sum(verdict.allowed for verdict in verdicts)

    batches = [candidates, candidates[::-1], candidates[2:6], candidates[5:1:-1]]
    taken = await asyncio.gather(*(ask_all(batch) for batch in batches))
    assert sum(taken) == 6
    async with engine.connect() as connection:
        stored = await connection.execute(text("SELECT count(*) FROM attempt"))
        assert stored.scalar_one() == 6


async def test_a_database_that_is_down_refuses_everybody(engine: AsyncEngine) -> None:
    candidates = await some_candidates(engine, debtors=2, phones=1)
    down = create_async_engine(f"postgresql+asyncpg://x:x@127.0.0.1:{free_port()}/x")
    try:
        verdicts = await asking.ask(down, POLICY, candidates, TUESDAY_TEN, write_attempts)
    finally:
        await down.dispose()
    assert [(v.allowed, v.rule, v.until) for v in verdicts] == [
        (False, NO_VERDICT, None)
    ] * 2
    assert "banco de dados" in verdicts[0].source


async def test_a_database_that_hangs_refuses_in_time(engine: AsyncEngine) -> None:
    (whom,) = await some_candidates(engine, debtors=1, phones=1)
    async with engine.connect() as first:
        await POLICY.ask(first, [whom], TUESDAY_TEN)
        (verdict,) = await asking.ask(
            engine, POLICY, [whom], TUESDAY_TEN, write_attempts, within_s=0.3
        )
        await first.rollback()
    assert (verdict.allowed, verdict.rule) == (False, NO_VERDICT)


async def test_what_cannot_be_written_is_not_allowed(engine: AsyncEngine) -> None:
    (whom,) = await some_candidates(engine, debtors=1, phones=1)

    async def fails(connection: AsyncConnection, allowed: Sequence[Ruling]) -> None:
        await connection.execute(text("SELECT 1 / 0"))

    (verdict,) = await asking.ask(engine, POLICY, [whom], TUESDAY_TEN, fails)
    assert verdict.rule == NO_VERDICT
    async with engine.connect() as connection:
        assert await connection.scalar(text("SELECT count(*) FROM verdict")) == 0


async def test_looking_takes_no_turn(engine: AsyncEngine) -> None:
    (whom,) = await some_candidates(engine, debtors=1, phones=1)
    async with engine.connect() as first, engine.connect() as second:
        await POLICY.ask(first, [whom], TUESDAY_TEN)
        (seen,) = await POLICY.ask(second, [whom], TUESDAY_TEN, looking=True)
        await first.rollback()
    assert seen.verdict.allowed
