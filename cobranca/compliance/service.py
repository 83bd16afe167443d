"""The policy of contact: asked in batches, inside the transaction that would act on it.

Each question leaves one `verdict` row, allowed or not. It fails closed: what is not known
is refused, and when the database fails there is no verdict, so no contact.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate, Facts, load_facts
from cobranca.compliance.model import Question, Verdict, contact_day, places_of
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import NO_VERDICT, Rule, may_contact
from cobranca.compliance.store import VerdictRow
from foundation.brasil.phone import line_of
from foundation.ids import uuid7

VOICE = "voice"
_UNKNOWN = Verdict(False, NO_VERDICT, "O ponto de contato não é deste devedor", None)


@dataclass(frozen=True, slots=True)
class StoredVerdict:
    """The answer for one candidate.

    `id` is that of the `verdict` row (None: debtor or point do not exist so, refused).
    `contact_day` is the debtor's local day, by which an attempt must be counted.
    """

    candidate: Candidate
    id: UUID | None
    verdict: Verdict
    contact_day: date | None


class ContactPolicy:
    """Says whether each candidate may be contacted now."""

    def __init__(
        self, *, simulated_route: bool, rules: Sequence[Rule] | None = None
    ) -> None:
        self._simulated_route = simulated_route
        self._rules = rules_in_force() if rules is None else tuple(rules)

    async def ask(
        self, connection: AsyncConnection, candidates: Sequence[Candidate], now: datetime
    ) -> list[StoredVerdict]:
        """Answer each candidate, in order, and store the verdicts; the caller commits.

        `now` is aware, on the compliance clock. A contact allowed earlier in the batch
        counts as an attempt for the later ones of the same debtor.
        """
        facts = await load_facts(connection, candidates, now)
        answers = list(self._answers(candidates, facts, now))
        rows = [_row(answer, now) for answer in answers if answer.id is not None]
        if rows:
            await connection.execute(insert(VerdictRow), rows)
        return answers

    def question(
        self, candidate: Candidate, facts: Facts, now: datetime, *, allowed_before: int = 0
    ) -> Question | None:
        """Return what the rules look at; None when the candidate does not exist."""
        point = facts.points.get(candidate)
        if point is None:
            return None
        places = places_of(candidate.number, point.uf)
        day = contact_day(places, now)
        attempts = 0 if day is None else facts.attempts.get((candidate.debtor_id, day), 0)
        return Question(
            now=now,
            number=candidate.number,
            line=line_of(candidate.number),
            places=places,
            point_status=point.status,
            attempts_today=attempts + allowed_before,
            simulated_route=self._simulated_route,
            suppressions=facts.suppressions_of(candidate),
            birth_date=point.birth_date,
        )

    def _answers(
        self, candidates: Sequence[Candidate], facts: Facts, now: datetime
    ) -> Iterator[StoredVerdict]:
        allowed: Counter[UUID] = Counter()
        for candidate in candidates:
            debtor = candidate.debtor_id
            question = self.question(candidate, facts, now, allowed_before=allowed[debtor])
            if question is None:
                yield StoredVerdict(candidate, None, _UNKNOWN, None)
                continue
            verdict = may_contact(question, self._rules)
            allowed[debtor] += verdict.allowed
            yield StoredVerdict(candidate, uuid7(), verdict, question.contact_day)


def _row(answer: StoredVerdict, now: datetime) -> dict[str, object]:
    return {
        "id": answer.id,
        "debtor_id": answer.candidate.debtor_id,
        "contact_point_id": answer.candidate.contact_point_id,
        "means": VOICE,
        "asked_at": now,
        "allowed": answer.verdict.allowed,
        "rule": answer.verdict.rule,
        "source": answer.verdict.source,
        "until": answer.verdict.until,
    }
