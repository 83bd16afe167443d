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
from cobranca.compliance.model import Place, Question, Verdict, contact_day, places_of
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import Rule, may_contact
from cobranca.compliance.store import VerdictRow
from foundation.brasil.phone import line_of
from foundation.ids import uuid7

__all__ = ["Candidate", "ContactPolicy", "Ruling"]

VOICE = "voice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Ruling:
    """The answer for one candidate, and the id of its `verdict` row."""

    candidate: Candidate
    verdict: Verdict
    verdict_id: UUID
    contact_day: date | None  # the debtor's local day, by which an attempt is counted


class ContactPolicy:
    """Says whether each candidate may be contacted now."""

    def __init__(
        self, *, simulated_route: bool, rules: Sequence[Rule] | None = None
    ) -> None:
        self._simulated_route = simulated_route
        self.rules = rules_in_force() if rules is None else tuple(rules)

    async def ask(
        self, connection: AsyncConnection, candidates: Sequence[Candidate], now: datetime
    ) -> list[Ruling]:
        """Answer each candidate, in order, and store the verdicts; the caller commits.

        `now` is aware, on the compliance clock. A contact allowed earlier in the batch
        counts as an attempt for the later ones of the same debtor.
        """
        facts = await load_facts(connection, candidates, now)
        rulings = list(self._rulings(candidates, facts, now))
        if rulings:
            await connection.execute(insert(VerdictRow), [_row(r, now) for r in rulings])
        return rulings

    def question(
        self, candidate: Candidate, facts: Facts, now: datetime, *, allowed_before: int = 0
    ) -> Question:
        """Return what the rules look at."""
        places = _places(candidate)
        day = contact_day(places, now)
        attempts = 0 if day is None else facts.attempts.get((candidate.debtor_id, day), 0)
        return Question(
            now=now,
            number=candidate.number,
            line=line_of(candidate.number),
            places=places,
            point_status=candidate.point_status,
            attempts_today=attempts + allowed_before,
            simulated_route=self._simulated_route,
            suppressions=facts.suppressions_of(candidate),
            birth_date=candidate.birth_date,
        )

    def _rulings(
        self, candidates: Sequence[Candidate], facts: Facts, now: datetime
    ) -> Iterator[Ruling]:
        allowed: Counter[UUID] = Counter()
        for candidate in candidates:
            debtor = candidate.debtor_id
            question = self.question(candidate, facts, now, allowed_before=allowed[debtor])
            verdict = may_contact(question, self.rules)
            allowed[debtor] += verdict.allowed
            yield Ruling(
                candidate=candidate,
                verdict=verdict,
                verdict_id=uuid7(),
                contact_day=question.contact_day,
            )


def _places(candidate: Candidate) -> tuple[Place, ...]:
    """Where the debtor may be; none when the stored zone or state contradicts the DDD."""
    places = places_of(candidate.number, candidate.address_uf)
    agrees = bool(places) and (candidate.zone, candidate.ddd_uf) == (
        places[0].zone,
        places[0].uf,
    )
    return places if agrees else ()


def _row(ruling: Ruling, now: datetime) -> dict[str, object]:
    return {
        "id": ruling.verdict_id,
        "debtor_id": ruling.candidate.debtor_id,
        "contact_point_id": ruling.candidate.contact_point_id,
        "means": VOICE,
        "asked_at": now,
        "allowed": ruling.verdict.allowed,
        "rule": ruling.verdict.rule,
        "source": ruling.verdict.source,
        "until": ruling.verdict.until,
    }
