"""To which point of a debtor a message goes.

An SMS goes to mobile lines alone. What the policy says of the point is asked later.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import get_args
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.message import Means
from cobranca.compliance.facts import Candidate
from cobranca.compliance.points_of import point as one_point
from cobranca.compliance.points_of import points_of
from foundation.brasil.phone import line_of

EITHER: tuple[Means, ...] = get_args(Means)  # the e-mail first: it costs nothing


async def candidates(
    connection: AsyncConnection, debtor: UUID, means: Means | None, point: UUID | None
) -> list[tuple[Means, Candidate]]:
    """Return where the message may go, the best first; only the point named, if one is."""
    found: list[tuple[Means, Candidate]] = []
    for each in (means,) if means else EITHER:
        if point is not None:
            named = await one_point(connection, point, each)
            points: Sequence[Candidate] = [named] if named is not None else []
        else:
            points = await points_of(connection, debtor, each)
        found += [(each, one) for one in points if _reaches(each, one)]
    return found


def _reaches(means: Means, candidate: Candidate) -> bool:
    if candidate.point_status != "active":
        return False
    return means == "email" or line_of(candidate.number) == "mobile"
