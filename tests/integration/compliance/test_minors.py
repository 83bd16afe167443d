"""A child whom somebody meant to contact is told of, with the name."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.minors import minors_met
from tests.builders.contact import TUESDAY_TEN
from tests.integration.compliance.test_turns import POLICY, some_candidates


async def test_a_refused_child_is_told_by_name_for_a_while(engine: AsyncEngine) -> None:
    child, grown = await some_candidates(engine, debtors=2, phones=1)
    child = replace(child, birth_date=date(2012, 5, 1))
    before = datetime.now(UTC)
    async with engine.begin() as connection:
        for _ in range(2):
            one, other = await POLICY.ask(connection, [child, grown], TUESDAY_TEN)
            assert (one.verdict.rule, other.verdict.allowed) == ("minor", True)
        assert await minors_met(connection, before) == ["Devedor 0"]
        assert await minors_met(connection, datetime.now(UTC) + timedelta(hours=1)) == []


async def test_an_index_answers_it(engine: AsyncEngine) -> None:
    async with engine.begin() as connection:
        await connection.execute(text("SET LOCAL enable_seqscan = off"))
        rows = await connection.execute(
            text("EXPLAIN SELECT debtor_id FROM verdict WHERE rule = 'minor' AND id >= "
                 "'01a20000-0000-7000-8000-000000000000'")
        )  # fmt: skip
        assert "ix_verdict_minor" in str(rows.all())
