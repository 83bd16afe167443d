"""What a campaign's filter may name: creditors with their portfolios and products."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.supervision.campaign_forms import CreditorOut, OptionsOut, PortfolioOut
from cobranca.debtors.store import CreditorRow, PortfolioRow

# each product once, by jumping through the index: few of them in millions of contracts
_PRODUCTS = text(
    """
    WITH RECURSIVE known AS (
        SELECT c.id AS creditor,
               (SELECT min(product) FROM contract WHERE creditor_id = c.id) AS product
          FROM creditor c
        UNION ALL
        SELECT k.creditor,
               (SELECT min(product) FROM contract
                 WHERE creditor_id = k.creditor AND product > k.product)
          FROM known k WHERE k.product IS NOT NULL
    )
    SELECT creditor, product FROM known WHERE product IS NOT NULL ORDER BY product
     LIMIT 2000
    """
)


async def options(connection: AsyncConnection) -> OptionsOut:
    """Read them all; products of a creditor are few."""
    products: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in await connection.execute(_PRODUCTS):
        products[row.creditor].append(row.product)
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
                products=products[row.id],
            )
            for row in await connection.execute(creditors)
        ]
    )
