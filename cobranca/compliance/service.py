"""The policy of contact: asked in batches, inside the transaction that would act on it.

Each question leaves one `verdict` row, allowed or not. It fails closed: what is not known
is refused, and when the database fails there is no verdict, so no contact.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.facts import Candidate, Known, Sought, load_facts
from cobranca.compliance.limits import Cap
from cobranca.compliance.model import (
    TELEPHONE,
    Facts,
    Means,
    Place,
    Purpose,
    Question,
    Verdict,
    homes_of,
    places_of,
    places_of_addresses,
)
from cobranca.compliance.own_rules import rules_of
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import Rule, decide
from cobranca.compliance.store import MINOR, VerdictRow
from cobranca.compliance.turns import turns_of
from foundation.brasil.phone import line_of
from foundation.ids import uuid7
from foundation.observability import get_logger
from foundation.routes import simulated
from foundation.settings import ProcessSettings

__all__ = ["Candidate", "ContactPolicy", "Errand", "Ruling"]

_KEEP = insert(VerdictRow)  # made once: building it takes longer than sending it
_CREDITOR = text("SELECT creditor_id FROM campaign WHERE id = :campaign")


@dataclass(frozen=True, slots=True, kw_only=True)
class Errand:
    """On whose behalf somebody asks, by what means, what for and about which debt."""

    means: Means = "voice"
    purpose: Purpose = "collection"
    creditor: UUID | None = None
    campaign: UUID | None = None
    debt: UUID | None = None


CALL, ROBOT_CALL = Errand(), Errand(means="robot")

log = get_logger(__name__)


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
        caps = [rule.check for rule in self.rules if isinstance(rule.check, Cap)]
        self._history_days = max((cap.days for cap in caps), default=0)
        self.titles = {rule.code: rule.title for rule in self.rules}
        self._creditors: dict[UUID, UUID] = {}  # of a campaign: it never changes

    @classmethod
    def of(cls, settings: ProcessSettings) -> ContactPolicy:
        """The policy of this installation; raises BadRoutes, BadOwnRules."""
        return cls(simulated_route=simulated(settings), rules=rules_of(settings))

    async def ask(
        self,
        connection: AsyncConnection,
        candidates: Sequence[Candidate],
        now: datetime,
        *,
        campaign: UUID | None = None,
        errand: Errand = CALL,
        looking: bool = False,
    ) -> list[Ruling]:
        """Answer each candidate, in order, and store the verdicts; the caller commits.

        `now` is aware, on the compliance clock. A contact allowed earlier in the batch
        counts as an attempt for the later ones of the same debtor or number. Whoever else
        asks about one of them waits for the end of this transaction, which writes the
        contacts that were allowed. `looking`: none is written, so nobody has to wait.
        `campaign` tells the creditor, when the errand does not.
        """
        if not candidates:
            return []
        errand = await self.errand_of(connection, campaign, errand)
        turns = () if looking else turns_of(candidates)
        known = await self.load(connection, candidates, now, turns)
        rulings = list(self._rulings(candidates, known, now, errand))
        for ruling in rulings:
            if ruling.verdict.rule == MINOR:  # somebody must look at how he came here
                log.warning("minor_refused", debtor=str(ruling.candidate.debtor_id))
        await connection.execute(_KEEP, [_row(r, now, errand) for r in rulings])
        return rulings

    async def load(
        self,
        connection: AsyncConnection,
        candidates: Sequence[Candidate],
        now: datetime,
        turns: Sequence[int] = (),
    ) -> Known:
        """Read what the rules of this policy need to know, once the `turns` are taken."""
        return await load_facts(
            connection, candidates, now, history_days=self._history_days, turns=turns
        )

    async def errand_of(
        self, connection: AsyncConnection, campaign: UUID | None, errand: Errand = CALL
    ) -> Errand:
        """The errand for a campaign, and so for its creditor; a call if nothing is said."""
        if campaign is None:
            return errand
        if campaign not in self._creditors:
            creditor = await connection.scalar(_CREDITOR, {"campaign": campaign})
            if creditor is None:
                return replace(errand, campaign=campaign)
            self._creditors[campaign] = creditor
        return replace(errand, campaign=campaign, creditor=self._creditors[campaign])

    def case(
        self,
        candidate: Candidate,
        known: Known,
        now: datetime,
        errand: Errand = CALL,
        more: Iterable[Sought] = (),
    ) -> tuple[Question, Facts]:
        """Return what the rules look at; `more`: contacts that no table has yet."""
        question = Question(
            now=now,
            point=candidate.number,
            means=errand.means,
            purpose=errand.purpose,
            creditor=errand.creditor,
            campaign=errand.campaign,
            debt=errand.debt,
            asked_for=candidate.asked_for,
        )
        facts = Facts(
            places=places(candidate, errand.means),
            point_status=candidate.point_status,
            line=line_of(candidate.number),
            simulated_route=self._simulated_route,
            owes=known.owes(candidate, errand.creditor, errand.debt),
            homes=homes_of(candidate.ufs, candidate.address_city),
            contacts=known.contacts_of(candidate, more),
            suppressions=known.suppressions_of(candidate),
            birth_date=candidate.birth_date,
            last_due=known.last_due_of(candidate, errand.creditor, errand.debt),
            lists=known.lists.get(candidate.number, frozenset()),
            closed=known.closed_of(candidate, errand.creditor, errand.debt),
        )
        return question, facts

    def attempts_a_day(self, question: Question, facts: Facts) -> int | None:
        """The most that the rules of this case allow; None: no rule limits them."""
        most = (
            rule.check.most
            for rule in self.rules
            if isinstance(rule.check, Cap)
            and rule.check.is_attempts_of_the_day
            and rule.scope.places(question, facts)
        )
        return min(most, default=None)

    def _rulings(
        self, candidates: Sequence[Candidate], known: Known, now: datetime, errand: Errand
    ) -> Iterator[Ruling]:
        allowed: list[Sought] = []
        for candidate in candidates:
            question, facts = self.case(candidate, known, now, errand, allowed)
            verdict = decide(question, facts, self.rules)
            day = facts.day(now)
            if verdict.allowed and day is not None:
                allowed.append(Sought(candidate.debtor_id, candidate.number, day))
            yield Ruling(
                candidate=candidate,
                verdict=verdict,
                verdict_id=uuid7(),
                contact_day=day,
            )


def places(candidate: Candidate, means: Means) -> tuple[Place, ...]:
    """Where the debtor may be; none when the stored zone or state contradicts the DDD."""
    if means not in TELEPHONE:
        return places_of_addresses(candidate.ufs)
    found = places_of(candidate.number, candidate.ufs)
    agrees = bool(found) and (candidate.zone, candidate.ddd_uf) == (
        found[0].zone,
        found[0].uf,
    )
    return found if agrees else ()


def _row(ruling: Ruling, now: datetime, errand: Errand) -> dict[str, object]:
    return {
        "id": ruling.verdict_id,
        "debtor_id": ruling.candidate.debtor_id,
        "contact_point_id": ruling.candidate.contact_point_id,
        "means": errand.means,
        "purpose": errand.purpose,
        "creditor_id": errand.creditor,
        "asked_at": now,
        "allowed": ruling.verdict.allowed,
        "rule": ruling.verdict.rule,
        "source": ruling.verdict.source,
        "until": ruling.verdict.until,
    }
