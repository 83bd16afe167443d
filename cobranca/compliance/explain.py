"""Why a debtor may or may not be contacted at an instant, rule by rule. Stores nothing."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate, Known
from cobranca.compliance.model import Refused, Verdict
from cobranca.compliance.points_of import points_of
from cobranca.compliance.service import CALL, ContactPolicy, Errand
from cobranca.compliance.window import Seen, look
from cobranca.debtors.store import CreditorRow


@dataclass(frozen=True, slots=True, kw_only=True)
class ForCreditor:
    """The answer for one creditor; `creditor` None: nothing that is open is owed."""

    creditor: UUID | None
    name: str | None
    seen: Seen
    attempts_max: int | None  # a day, of the person


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    """The policy's answers for one point."""

    candidate: Candidate
    answers: tuple[ForCreditor, ...]  # never none
    attempts_today: int

    @property
    def attempts_max(self) -> int | None:
        """As many as for the answer that is `seen`."""
        return _shown(self.answers).attempts_max

    @property
    def seen(self) -> Seen:
        """What holds if any creditor may make the contact, else of the first."""
        return _shown(self.answers).seen

    @property
    def verdict(self) -> Verdict:
        return self.seen.verdict

    @property
    def objections(self) -> tuple[Refused, ...]:
        return self.seen.objections

    @property
    def differs(self) -> bool:
        """Whether creditors get different answers."""
        return any(answer.seen != self._first for answer in self.answers)

    @property
    def _first(self) -> Seen:
        return self.answers[0].seen


async def explain(
    connection: AsyncConnection,
    policy: ContactPolicy,
    debtor_id: UUID,
    now: datetime,
    errand: Errand = CALL,
) -> list[Explanation]:
    """Return the answers for each point that the means reaches; raises NoSuchDebtor.

    `now` is aware, on the compliance clock. The errand's creditor is not looked at: each
    whom he owes gets an answer, or the one of its debt alone.
    """
    candidates = await points_of(connection, debtor_id, errand.means)
    known = await policy.load(connection, candidates, now)
    creditors = await _named(connection, known.creditors_of(debtor_id, errand.debt))
    return [
        _explained(policy, candidate, known, now, errand, creditors)
        for candidate in candidates
    ]


def _explained(
    policy: ContactPolicy,
    candidate: Candidate,
    known: Known,
    now: datetime,
    errand: Errand,
    creditors: list[tuple[UUID | None, str | None]],
) -> Explanation:
    answers = []
    for creditor, name in creditors:
        case = policy.case(candidate, known, now, replace(errand, creditor=creditor))
        seen, most = look(*case, policy.rules), policy.attempts_a_day(*case)
        answers.append(
            ForCreditor(creditor=creditor, name=name, seen=seen, attempts_max=most)
        )
    _, facts = policy.case(candidate, known, now, errand)
    return Explanation(
        candidate=candidate,
        answers=tuple(answers),
        attempts_today=facts.attempts_on(facts.day(now)),
    )


def _shown(answers: Sequence[ForCreditor]) -> ForCreditor:
    return next((a for a in answers if a.seen.verdict.allowed), answers[0])


async def _named(
    connection: AsyncConnection, creditors: tuple[UUID, ...]
) -> list[tuple[UUID | None, str | None]]:
    if not creditors:
        return [(None, None)]
    query = select(CreditorRow.id, CreditorRow.name).where(CreditorRow.id.in_(creditors))
    rows = await connection.execute(query.order_by(CreditorRow.name))
    return [(row.id, row.name) for row in rows]
