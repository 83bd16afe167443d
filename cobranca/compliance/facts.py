"""What the database knows of the debtors about to be contacted: a few queries a batch.

Calls and what was recorded of them belong to the dialer: its tables are named here by the
columns that are read, so that this package does not rest on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, Date, Row, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.model import PastContact, Suppression
from foundation.db.types import UtcDateTime

_DAY_EITHER_SIDE = timedelta(days=1)  # local days differ from the day in UTC by one at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One point of one debtor that somebody wants to contact, as the database has it."""

    debtor_id: UUID
    contact_point_id: UUID
    number: str  # E.164; of an e-mail or a letter: the address
    zone: str | None  # of the DDD
    ddd_uf: str | None
    address_uf: str | None
    birth_date: date | None
    point_status: str = "active"
    asked_for: bool = False  # the debtor asked to be contacted at this time


@dataclass(frozen=True, slots=True)
class Sought:
    """A contact before, as it was kept."""

    debtor_id: UUID | None
    number: str
    day: date
    ours: bool = True
    talked: bool = False
    right_party: bool = False

    def concerns(self, candidate: Candidate) -> bool:
        return self.number == candidate.number or self.debtor_id == candidate.debtor_id

    def seen_by(self, candidate: Candidate) -> PastContact:
        return PastContact(
            day=self.day,
            same_person=self.debtor_id == candidate.debtor_id,
            same_point=self.number == candidate.number,
            ours=self.ours,
            talked=self.talked,
            right_party=self.right_party,
        )


@dataclass(frozen=True, slots=True)
class Owed:
    """An open debt, and when its youngest instalment was due."""

    creditor: UUID
    debt: UUID
    last_due: date


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the debtors of a batch and of their numbers."""

    by_debtor: Mapping[UUID, Sequence[Sought]]
    by_number: Mapping[str, Sequence[Sought]]  # of other persons
    suppressions: Sequence[tuple[UUID | None, str | None, Suppression]]
    debts: Mapping[UUID, Sequence[Owed]]  # open ones, by debtor
    lists: Mapping[str, frozenset[str]]  # do-not-call lists by number

    def contacts_of(
        self, candidate: Candidate, more: Iterable[Sought] = ()
    ) -> tuple[PastContact, ...]:
        own = self.by_debtor.get(candidate.debtor_id, ())
        others = self.by_number.get(candidate.number, ())
        kept = (*own, *(o for o in others if o.debtor_id != candidate.debtor_id))
        sought = (*kept, *(m for m in more if m.concerns(candidate)))
        return tuple(one.seen_by(candidate) for one in sought)

    def suppressions_of(self, candidate: Candidate) -> tuple[Suppression, ...]:
        """Of the person, of the number, or of this number for this person alone."""
        return tuple(
            suppression
            for debtor, number, suppression in self.suppressions
            if debtor in (None, candidate.debtor_id) and number in (None, candidate.number)
        )

    def last_due_of(
        self, candidate: Candidate, creditor: UUID | None, debt: UUID | None
    ) -> date | None:
        """The youngest instalment of a debt, else of a creditor.

        When neither is named it is that of the creditor who has waited longest: the
        contact may be his.
        """
        owed = self.debts.get(candidate.debtor_id, ())
        if debt is not None:
            return next((one.last_due for one in owed if one.debt == debt), None)
        by_creditor: dict[UUID, date] = {}
        for one in owed:
            if creditor in (None, one.creditor):
                youngest = by_creditor.get(one.creditor, one.last_due)
                by_creditor[one.creditor] = max(youngest, one.last_due)
        return min(by_creditor.values(), default=None)

    def creditors_of(self, debtor: UUID) -> tuple[UUID, ...]:
        """Whom the debtor owes something, each once, in the order of their ids."""
        return tuple(sorted({owed.creditor for owed in self.debts.get(debtor, ())}))


# one statement, because each costs a way to the server and back; not_sent: nobody was
# disturbed
_KNOWN = text(
    """
    SELECT 'contact' AS kind, a.debtor_id, a.number, a.contact_day AS day,
           a.direction = 'outbound' AS ours,
           a.bridged_at IS NOT NULL AND coalesce(d.right_party, d.id IS NULL) AS talked,
           coalesce(d.right_party, false) AS right_party,
           CAST(NULL AS text) AS name, CAST(NULL AS timestamptz) AS until,
           CAST(NULL AS uuid) AS creditor_id, CAST(NULL AS uuid) AS debt_id,
           CAST(NULL AS text) AS means
      FROM (SELECT id FROM attempt
             WHERE debtor_id = ANY(:debtors) AND contact_day >= :first
             UNION
            SELECT a.id FROM contact_point p JOIN attempt a ON a.contact_point_id = p.id
             WHERE p.value = ANY(:numbers) AND a.contact_day >= :first) found
      JOIN attempt a ON a.id = found.id
      LEFT JOIN disposition d ON d.attempt_id = a.id
     WHERE a.outcome IS DISTINCT FROM 'not_sent'
     UNION ALL
    SELECT 'contact', debtor_id, point, contact_day, direction = 'outbound', talked,
           right_party, NULL, NULL, NULL, NULL, NULL
      FROM contact
     WHERE (debtor_id = ANY(:debtors) OR point = ANY(:numbers)) AND contact_day >= :first
       AND outcome IS DISTINCT FROM 'not_sent'
     UNION ALL
    SELECT 'suppression', debtor_id, number, NULL, NULL, NULL, NULL, reason, until,
           creditor_id, debt_id, means
      FROM suppression
     WHERE (debtor_id = ANY(:debtors) OR number = ANY(:numbers))
       AND (until IS NULL OR until > :now)
     UNION ALL
    SELECT 'owed', c.debtor_id, NULL, max(i.due_on), NULL, NULL, NULL, NULL, NULL,
           c.creditor_id, d.id, NULL
      FROM contract c
      JOIN debt d ON d.contract_id = c.id AND d.status = 'open'
      JOIN instalment i ON i.debt_id = d.id
     WHERE c.debtor_id = ANY(:debtors)
     GROUP BY c.debtor_id, c.creditor_id, d.id
     UNION ALL
    SELECT 'listed', NULL, number, NULL, NULL, NULL, NULL, list_name, NULL, NULL, NULL, NULL
      FROM do_not_call WHERE number = ANY(:numbers)
    """
).bindparams(
    bindparam("debtors", type_=ARRAY(Uuid())),
    bindparam("numbers", type_=ARRAY(Text())),
    bindparam("first", type_=Date()),
    bindparam("now", type_=UtcDateTime()),
)


async def load_facts(
    connection: AsyncConnection,
    candidates: Sequence[Candidate],
    now: datetime,
    *,
    history_days: int,
) -> Known:
    """Read what the rules need of these candidates; `now` on the compliance clock."""
    first = now.date() - timedelta(days=history_days) - _DAY_EITHER_SIDE
    rows = await connection.execute(
        _KNOWN,
        {
            "debtors": list({candidate.debtor_id for candidate in candidates}),
            "numbers": list({candidate.number for candidate in candidates}),
            "first": first,
            "now": now,
        },
    )
    return _sorted(rows)


def _sorted(rows: Iterable[Row[Any]]) -> Known:
    by_debtor: defaultdict[UUID, list[Sought]] = defaultdict(list)
    by_number: defaultdict[str, list[Sought]] = defaultdict(list)
    suppressions: list[tuple[UUID | None, str | None, Suppression]] = []
    debts: defaultdict[UUID, list[Owed]] = defaultdict(list)
    lists: defaultdict[str, frozenset[str]] = defaultdict(frozenset)
    for row in rows:
        match row.kind:
            case "contact":
                sought = Sought(
                    row.debtor_id,
                    row.number,
                    row.day,
                    row.ours,
                    row.talked,
                    row.right_party,
                )
                if sought.debtor_id is not None:
                    by_debtor[sought.debtor_id].append(sought)
                by_number[sought.number].append(sought)
            case "suppression":
                why = Suppression(
                    row.name, row.until, row.creditor_id, row.debt_id, row.means
                )
                suppressions.append((row.debtor_id, row.number, why))
            case "owed":
                owed = Owed(row.creditor_id, row.debt_id, row.day)
                debts[row.debtor_id].append(owed)
            case "listed":
                lists[row.number] |= {row.name}
    return Known(by_debtor, by_number, suppressions, debts, lists)
