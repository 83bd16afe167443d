"""Give an open attempt another route, before its next INVITE leaves. One transaction."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.meters.brakes import Brakes
from dialer.calls.store import AttemptRow
from dialer.campaigns.placing import RUNS, Placement, PlacingRules
from dialer.figures.tally import count_tried
from foundation.db.leadership import Term, holds
from foundation.route import Route


async def move(
    connection: AsyncConnection,
    *,
    term: Term,
    rules: PlacingRules,
    attempt: UUID,
    route: Route,
    brakes: Brakes,
    contact_now: datetime,
) -> Placement | None:
    """Write the new route and the number shown there; the caller commits, then dials.

    None, and nothing is written: another leads now, the campaign does not run, the attempt
    has its outcome, or no number may be shown on that route. The try on the old route is
    counted as a call of its own.
    """
    if not await holds(connection, term):
        return None
    if not await connection.scalar(RUNS, {"campaign": rules.campaign}):
        return None
    query = select(AttemptRow.__table__).where(
        AttemptRow.id == attempt, AttemptRow.outcome.is_(None)
    )
    row = (await connection.execute(query.with_for_update())).first()
    cli = brakes.cli(route, row.number, rules.caller_id) if row is not None else None
    if row is None or cli is None:
        return None
    changed = update(AttemptRow).where(AttemptRow.id == attempt)
    await connection.execute(changed.values(route=route.name, cli=cli))
    await count_tried(connection, row.route, row.cli or "", contact_now)
    return Placement(
        id=str(attempt), debtor=row.debtor_id, number=row.number, route=route.name, cli=cli
    )
