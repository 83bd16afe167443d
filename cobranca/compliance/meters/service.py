"""Read the meters: the counts in the database against the lines of the settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.meters.model import Lines, Reading, readings
from cobranca.compliance.meters.store import tallies
from foundation.route import Route
from foundation.settings import Meters


def lines_of(meters: Meters) -> Lines:
    return Lines(**meters.model_dump())


async def read_meters(
    connection: AsyncConnection,
    routes: Iterable[Route],
    lines: Lines,
    today: date,
    under_way: Mapping[str, int] | None = None,
) -> list[Reading]:
    """Read them all, the most used first; `today` in São Paulo on the compliance clock."""
    return readings(await tallies(connection, today), routes, today, lines, under_way)
