"""What creditors call the products that their contracts are of."""

from __future__ import annotations

from collections import defaultdict
from uuid import UUID

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

# each product once, by jumping through the index: few of them in millions of contracts
_PRODUCTS = text(
    """
    WITH RECURSIVE known AS (
        SELECT c.id AS creditor,
               (SELECT min(product) FROM contract WHERE creditor_id = c.id) AS product
          FROM creditor c WHERE CAST(:creditor AS uuid) IS NULL OR c.id = :creditor
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


async def products(
    connection: AsyncConnection, creditor: UUID | None = None
) -> dict[UUID, list[str]]:
    """Return those of each creditor, or of the one named, by name; a creditor's are few."""
    found: defaultdict[UUID, list[str]] = defaultdict(list)
    for row in await connection.execute(_PRODUCTS, {"creditor": creditor}):
        found[row.creditor].append(row.product)
    return found
