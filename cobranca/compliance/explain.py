"""Why a debtor may or may not be contacted at an instant, rule by rule. Stores nothing."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate
from cobranca.compliance.model import Refused, Verdict
from cobranca.compliance.rules import decide, refusals
from cobranca.compliance.service import ContactPolicy
from cobranca.debtors.store import ContactPointRow, DebtorRow


class NoSuchDebtor(LookupError):
    """Não há devedor com este identificador ou documento."""


@dataclass(frozen=True, slots=True)
class Explanation:
    """The policy's answer for one point, and each rule that objects."""

    candidate: Candidate
    verdict: Verdict
    objections: tuple[Refused, ...]
    attempts_today: int


async def explain(
    connection: AsyncConnection, policy: ContactPolicy, debtor_id: UUID, now: datetime
) -> list[Explanation]:
    """Return the answer for each telephone; raises NoSuchDebtor.

    `now` is aware, on the compliance clock.
    """
    candidates = await telephones(connection, debtor_id)
    known = await policy.load(connection, candidates, now)
    explanations = []
    for candidate in candidates:
        question, facts = policy.case(candidate, known, now)
        explanations.append(
            Explanation(
                candidate,
                decide(question, facts, policy.rules),
                tuple(refusals(question, facts, policy.rules)),
                facts.attempts_on(facts.day(now)),
            )
        )
    return explanations


_PERSON = select(DebtorRow.uf, DebtorRow.birth_date).where(
    DebtorRow.id == bindparam("debtor")
)
_POINTS = (
    select(
        ContactPointRow.id,
        ContactPointRow.value,
        ContactPointRow.zone,
        ContactPointRow.uf,
        ContactPointRow.status,
    )
    .where(
        ContactPointRow.debtor_id == bindparam("debtor"), ContactPointRow.kind == "phone"
    )
    .order_by(ContactPointRow.score.desc(), ContactPointRow.value)
)


async def telephones(connection: AsyncConnection, debtor_id: UUID) -> list[Candidate]:
    """Return the debtor's telephones, the best first; raises NoSuchDebtor."""
    asked = {"debtor": debtor_id}
    debtor = (await connection.execute(_PERSON, asked)).one_or_none()
    if debtor is None:
        raise NoSuchDebtor(NoSuchDebtor.__doc__)
    points = await connection.execute(_POINTS, asked)
    return [
        Candidate(
            debtor_id=debtor_id,
            contact_point_id=point.id,
            number=point.value,
            zone=point.zone,
            ddd_uf=point.uf,
            address_uf=debtor.uf,
            birth_date=debtor.birth_date,
            point_status=point.status,
        )
        for point in points
    ]
