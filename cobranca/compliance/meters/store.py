"""The counts of calls by day, route and number shown, and reading them back.

A row is added to when a call has ended, in the transaction that ends it, so that reading
a month takes a few hundred rows, never the calls themselves.
"""

from __future__ import annotations

from datetime import date

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.orm import Mapped, mapped_column

from cobranca.compliance.meters.model import MONTH, Counts, Tally
from foundation.db.engine import Row


class TallyRow(Row):
    """One day, on the compliance clock in São Paulo."""

    __tablename__ = "call_tally"

    day: Mapped[date] = mapped_column(primary_key=True)
    route: Mapped[str] = mapped_column(primary_key=True)
    cli: Mapped[str] = mapped_column(primary_key=True)  # E.164; empty: none was chosen
    calls: Mapped[int]
    unanswered: Mapped[int]
    short: Mapped[int]
    machines: Mapped[int]
    answered: Mapped[int]
    abandoned: Mapped[int]


_SINCE = select(TallyRow.__table__).where(TallyRow.day >= bindparam("first"))


async def tallies(connection: AsyncConnection, today: date) -> list[Tally]:
    """Read what the meters need: 30 days back, and to the first of the month."""
    first = min(today - MONTH, today.replace(day=1))
    return [
        Tally(
            day=row.day,
            route=row.route,
            cli=row.cli,
            counts=Counts(
                calls=row.calls,
                unanswered=row.unanswered,
                short=row.short,
                machines=row.machines,
                answered=row.answered,
                abandoned=row.abandoned,
            ),
        )
        for row in await connection.execute(_SINCE, {"first": first})
    ]
