"""The counts of calls by day, route and number shown, and reading them back.

A row is added to when a call has ended, in the transaction that ends it, so that reading
a month takes a few rows for each number, never the calls themselves.
"""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import Date, bindparam, text
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


_COUNTS = ("calls", "unanswered", "short", "machines", "answered", "abandoned")
# days between which no meter makes a difference, in one row: the floor's loop adds them up
_ALIKE = text(
    f"""
    SELECT max(day) AS day, route, cli,
           {", ".join(f"sum({name})::bigint AS {name}" for name in _COUNTS)}
      FROM call_tally
     WHERE day >= least(CAST(:month AS date), CAST(:window AS date))
     GROUP BY route, cli, day = :today, day >= :month, day >= :window
    """  # noqa: S608 (our own column names)
).bindparams(*(bindparam(name, type_=Date) for name in ("today", "month", "window")))


async def tallies(connection: AsyncConnection, today: date) -> list[Tally]:
    """Read what the meters need: 30 days back, and to the first of the month."""
    window = today - MONTH + timedelta(days=1)
    days = {"today": today, "month": today.replace(day=1), "window": window}
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
        for row in await connection.execute(_ALIKE, days)
    ]
