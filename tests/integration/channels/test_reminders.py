"""What falls due is reminded of once before and once after."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.publishing import publish
from cobranca.channels.reminders import remind
from cobranca.channels.store import MessageRow
from cobranca.debts.registering import read_terms, register_terms
from cobranca.debts.store import DebtRow
from tests.builders.agreements import AT, POLICY, TERMS, TODAY, an_agreement
from tests.builders.portfolio import a_portfolio


@pytest.mark.parametrize(
    ("days_after", "expected"),
    [(-3, []), (-2, ["reminder"]), (0, ["reminder"]), (1, ["reminder_after"]), (2, [])],
)
async def test_a_reminder_is_queued_once_on_each_side_of_the_day(
    engine: AsyncEngine, days_after: int, expected: list[str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        await register_terms(connection, read_terms(TERMS), AT)
        await publish(connection, POLICY, by="sonia", at=AT)
        debt: UUID = (await connection.execute(select(DebtRow.id))).scalar_one()
        await an_agreement(connection, debt)
        for _ in range(2):
            await remind(connection, TODAY + timedelta(days=days_after))
        rows = list(await connection.execute(select(MessageRow.__table__)))
    assert [row.template for row in rows] == expected
    assert {(row.debt_id, row.purpose) for row in rows} <= {(debt, "agreed")}
