"""The policy's answer on a debtor's telephone, for who is about to call it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.model import Refused, Verdict
from cobranca.compliance.points_of import points_of
from cobranca.compliance.service import ContactPolicy
from cobranca.compliance.window import Seen, look


@dataclass(frozen=True, slots=True, kw_only=True)
class Outlook:
    """Stores nothing. Instants are on the compliance clock."""

    seen: Seen
    zone: str | None  # IANA name of where the telephone is; None: not known
    attempts_today: int  # of this debtor, over all numbers and means
    attempts_max: int | None  # None: no rule limits them

    @property
    def verdict(self) -> Verdict:
        return self.seen.verdict

    @property
    def objections(self) -> tuple[Refused, ...]:
        return self.seen.objections

    @property
    def open_until(self) -> datetime | None:
        return self.seen.open_until


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
    candidates = await points_of(connection, debtor)
    if not candidates:
        return None
    wanted = [c for c in candidates if c.contact_point_id == point]
    candidate = (wanted or candidates)[0]
    known = await policy.load(connection, [candidate], now)
    errand = await policy.errand_of(connection, campaign)
    question, facts = policy.case(candidate, known, now, errand)
    return Outlook(
        seen=look(question, facts, policy.rules),
        zone=candidate.zone,
        attempts_today=facts.attempts_on(facts.day(now)),
        attempts_max=policy.attempts_a_day(question, facts),
    )
