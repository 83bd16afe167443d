"""The office of leading the floor: taken, kept and given back on a connection of its own.

Renewals must not queue behind the floor's own work for a connection, nor pay for more than
one round trip. Whoever leads ends when his process does: one that is gone for certain
(same machine) is not waited for; of any other the lease runs out.
"""

from __future__ import annotations

import asyncio

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.campaigns.placing import TermIsOver
from foundation.db.leadership import Term, held_by, renew, resign, take
from foundation.living import is_gone
from foundation.observability import get_logger

FLOOR = "floor"
TAKE_LIMIT_S = 5.0
RESIGN_LIMIT_S = 2.0
UNKNOWN = (SQLAlchemyError, OSError, TimeoutError)

log = get_logger(__name__)


class Unknown(RuntimeError):
    """Nobody can tell who leads: the database does not answer."""


class Office:
    """`holder`: this process by `foundation.living`. Uses one connection of the engine."""

    def __init__(self, engine: AsyncEngine, holder: str, lease_s: float) -> None:
        self._engine = engine.execution_options(isolation_level="AUTOCOMMIT")
        self._holder = holder
        self._lease_s = lease_s

    async def take(self) -> Term | None:
        """The office, if it is free or its holder is no more; raises Unknown."""
        try:
            async with asyncio.timeout(TAKE_LIMIT_S), self._engine.connect() as connection:
                leads = await held_by(connection, FLOOR)
                if leads is not None and not is_gone(leads):
                    return None
                return await take(
                    connection, FLOOR, self._holder, lease_s=self._lease_s, gone=leads
                )
        except UNKNOWN as error:
            log.error("leadership_unknown", error=str(error) or type(error).__name__)
            raise Unknown from error

    async def renewed(self, term: Term, within_s: float) -> bool:
        """Extend the lease; False when nobody knows; raises TermIsOver when another leads.

        An answer is waited for as long as it can be of use: asking anew costs more.
        """
        try:
            async with asyncio.timeout(within_s), self._engine.connect() as connection:
                kept = await renew(connection, term, lease_s=self._lease_s)
        except UNKNOWN as error:
            log.error("lease_unrenewed", error=str(error) or type(error).__name__)
            return False
        if not kept:
            log.warning("lease_taken", epoch=term.epoch)
            raise TermIsOver(term.name)
        return True

    async def resign(self, term: Term) -> None:
        """Give it back, so that nobody need wait for the lease."""
        try:
            async with (
                asyncio.timeout(RESIGN_LIMIT_S), self._engine.connect() as connection
            ):  # fmt: skip
                await resign(connection, term)
        except UNKNOWN as error:
            log.error("resignation_unwritten", error=str(error) or type(error).__name__)
