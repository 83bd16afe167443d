"""Creditors and portfolios that are closed: nothing new is collected for them.

Closed is a state of its own, by whoever keeps the book, and can be undone. The policy of
contact refuses every means, no offer and no agreement is made and no file is imported into
it. What was agreed before goes on: it is paid, reconciled, receipted and settled. What
waits in queues is brought into line in the same transaction; packages register how they do
that by entry point (group `acordo.closed`), so that this one rests on none of them.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from functools import cache
from importlib.metadata import entry_points
from uuid import UUID

from sqlalchemy import ColumnElement, and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.debts.closed import Closed, closed
from cobranca.debts.store import ContractRow, DebtRow

GROUP = "acordo.closed"

# brings the queued contacts of a creditor's debtors (of one of them) into line with what is
# closed now, either way, in the caller's transaction
Align = Callable[[AsyncConnection, UUID, UUID | None], Awaitable[None]]


#: a test of contracts that are joined with their portfolio and creditor
OPEN: ColumnElement[bool] = and_(
    CreditorRow.closed_at.is_(None), PortfolioRow.closed_at.is_(None)
)


async def set_closed(
    connection: AsyncConnection,
    kind: Closed,
    name: UUID,
    at: datetime | None,
) -> bool | None:
    """Close it at an instant, or (None) open it again. The caller commits.

    False: it was so already, and since when does not change; None: there is none.
    """
    row = CreditorRow if kind is Closed.CREDITOR else PortfolioRow
    was = select(row.closed_at).where(row.id == name).with_for_update(key_share=True)
    found = (await connection.execute(was)).first()
    if found is None:
        return None
    if (found.closed_at is None) == (at is None):
        return False
    await connection.execute(update(row).where(row.id == name).values(closed_at=at))
    await align(connection, await creditor_of(connection, kind, name))
    return True


async def creditor_of(connection: AsyncConnection, kind: Closed, name: UUID) -> UUID:
    """Whose it is; it exists."""
    if kind is Closed.CREDITOR:
        return name
    query = select(PortfolioRow.creditor_id).where(PortfolioRow.id == name)
    return (await connection.scalars(query)).one()


@cache
def _aligns() -> tuple[Align, ...]:
    """What the installed packages registered."""
    return tuple(point.load() for point in entry_points(group=GROUP))


async def align(
    connection: AsyncConnection, creditor: UUID, debtor: UUID | None = None
) -> None:
    """Bring what is queued for a creditor's debtors, or for one, into line."""
    for each in _aligns():
        await each(connection, creditor, debtor)


async def closed_of(
    connection: AsyncConnection, debts: Sequence[UUID], *, hold: bool = False
) -> Closed | None:
    """What is closed of these debts, if anything is of any of them.

    `hold`: it stays as it is until the caller's transaction ends.
    """
    query = (
        select(
            CreditorRow.closed_at.label("creditor"),
            PortfolioRow.closed_at.label("portfolio"),
        )
        .select_from(DebtRow)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .join(CreditorRow, CreditorRow.id == ContractRow.creditor_id)
        .join(PortfolioRow, PortfolioRow.id == ContractRow.portfolio_id)
        .where(DebtRow.id.in_(debts))
    )
    if hold:
        query = query.with_for_update(read=True, of=(CreditorRow, PortfolioRow))
    rows = [closed(row.creditor, row.portfolio) for row in await connection.execute(query)]
    return min((found for found in rows if found is not None), default=None)


async def closed_book(
    connection: AsyncConnection, creditor: UUID, portfolio: UUID | None = None
) -> Closed | None:
    """What is closed of a creditor and its portfolio; held until the transaction ends."""
    query = select(CreditorRow.closed_at).where(CreditorRow.id == creditor)
    of_creditor = await connection.scalar(query.with_for_update(read=True))
    query = select(PortfolioRow.closed_at).where(PortfolioRow.id == portfolio)
    of_portfolio = await connection.scalar(query.with_for_update(read=True))
    return closed(of_creditor, of_portfolio)
