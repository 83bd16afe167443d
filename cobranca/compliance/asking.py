"""Ask the policy from where no transaction is open, and get an answer whatever happens.

No answer, no contact: when the database is down or slow, everybody is refused, and told so.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from uuid import UUID

from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import NO_VERDICT, Refused, Verdict
from cobranca.compliance.service import CALL, ContactPolicy, Errand, Ruling
from foundation.observability import get_logger

WITHIN_S = 5.0
UNANSWERED = Refused(
    NO_VERDICT, "O banco de dados não respondeu, e sem veredito não há contato", None
)

#: writes the contacts that were allowed, in the transaction of their verdicts
Act = Callable[[AsyncConnection, Sequence[Ruling]], Awaitable[None]]

log = get_logger(__name__)


async def ask(
    engine: AsyncEngine,
    policy: ContactPolicy,
    candidates: Sequence[Candidate],
    now: datetime,
    act: Act,
    *,
    campaign: UUID | None = None,
    errand: Errand = CALL,
    within_s: float = WITHIN_S,
) -> list[Verdict]:
    """Answer each candidate, in order; what `act` writes stands with the verdicts or not.

    `now` is on the compliance clock. Refused when nothing could be committed in time:
    whoever asked must not make the contact, for it is not known to have been counted.
    """
    try:
        async with asyncio.timeout(within_s), engine.begin() as connection:
            rulings = await policy.ask(
                connection, candidates, now, campaign=campaign, errand=errand
            )
            await act(connection, [r for r in rulings if r.verdict.allowed])
    except (SQLAlchemyError, OSError, TimeoutError) as error:
        log.error("policy_unanswered", error=type(error).__name__, asked=len(candidates))
        return [UNANSWERED] * len(candidates)
    return [ruling.verdict for ruling in rulings]
