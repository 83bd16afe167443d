"""The policy's line on a debtor's telephone: may be called until when, how often today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.explain import telephones
from cobranca.compliance.limits import Cap
from cobranca.compliance.model import Verdict
from cobranca.compliance.rules import decide
from cobranca.compliance.service import ContactPolicy
from cobranca.compliance.window import open_until


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Stores nothing. Instants are on the compliance clock."""

    verdict: Verdict
    open_until: datetime | None  # allowed: the instant at which it no longer is
    zone: str | None  # IANA name of where the telephone is; None: not known
    attempts_today: int  # of this debtor, over all numbers
    attempts_max: int | None  # None: no rule limits them


async def outlook(
    connection: AsyncConnection,
    policy: ContactPolicy,
    debtor: UUID,
    point: UUID | None,
    now: datetime,
    campaign: UUID | None = None,
) -> Outlook | None:
    """Return it for one telephone of the debtor, else the best; None without any.

    `campaign`: the one that would call, for the rules of it and of its creditor.

    Raises NoSuchDebtor.
    """
    candidates = await telephones(connection, debtor)
    if not candidates:
        return None
    wanted = [c for c in candidates if c.contact_point_id == point]
    candidate = (wanted or candidates)[0]
    known = await policy.load(connection, [candidate], now)
    errand = await policy.errand_of(connection, campaign)
    question, facts = policy.case(candidate, known, now, errand)
    of_the_day = [
        rule.check.most
        for rule in policy.rules
        if isinstance(rule.check, Cap) and rule.check.is_attempts_of_the_day
    ]
    return Outlook(
        verdict=decide(question, facts, policy.rules),
        open_until=open_until(question, facts, policy.rules),
        zone=candidate.zone,
        attempts_today=facts.attempts_on(facts.day(now)),
        attempts_max=min(of_the_day, default=None),
    )
