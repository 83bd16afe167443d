"""What a campaign's filter may name: creditors with their portfolios and products."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.supervision.campaign_forms import CreditorOut, OptionsOut, PortfolioOut
from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts.products import products


async def options(connection: AsyncConnection) -> OptionsOut:
    """Read them all."""
    sold = await products(connection)
    portfolios: defaultdict[UUID, list[PortfolioOut]] = defaultdict(list)
    query = select(PortfolioRow.creditor_id, PortfolioRow.id, PortfolioRow.name)
    for row in await connection.execute(query.order_by(PortfolioRow.name)):
        portfolios[row.creditor_id].append(PortfolioOut(id=row.id, name=row.name))
    creditors = select(CreditorRow.id, CreditorRow.name).order_by(CreditorRow.name)
    return OptionsOut(
        creditors=[
            CreditorOut(
                id=row.id,
                name=row.name,
                portfolios=portfolios[row.id],
                products=sold.get(row.id, []),
            )
            for row in await connection.execute(creditors)
        ]
    )
