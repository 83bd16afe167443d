"""The policy's line on a debtor's telephone: may be called until when, how often today."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.explain import telephones
from cobranca.compliance.facts import load_facts
from cobranca.compliance.model import Verdict
from cobranca.compliance.rules import AttemptsPerDay, may_contact
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
) -> Outlook | None:
    """Return it for one telephone of the debtor, else the best; None without any.

    Raises NoSuchDebtor.
    """
    candidates = await telephones(connection, debtor)
    if not candidates:
        return None
    wanted = [c for c in candidates if c.contact_point_id == point]
    candidate = (wanted or candidates)[0]
    facts = await load_facts(connection, [candidate], now)
    question = policy.question(candidate, facts, now)
    limits = [rule.most for rule in policy.rules if isinstance(rule, AttemptsPerDay)]
    return Outlook(
        verdict=may_contact(question, policy.rules),
        open_until=open_until(question, policy.rules),
        zone=candidate.zone,
        attempts_today=question.attempts_today,
        attempts_max=min(limits, default=None),
    )
