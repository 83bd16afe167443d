"""What the database knows of the debtors about to be contacted: a few queries a batch.

Calls and what was recorded of them belong to the dialer: its tables are named by the
columns that are read, so that this package does not rest on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ARRAY, BigInteger, Date, Row, Text, Uuid, bindparam, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.model import PastContact, Suppression
from cobranca.debts.closed import Closed
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
    address_city: str | None  # with its state: Campinas/SP
    birth_date: date | None
    point_status: str = "active"
    asked_for: bool = False  # the debtor asked to be contacted at this time

    @property
    def ufs(self) -> tuple[str, ...]:
        """The states of his addresses, each once: as lists gave it, as slips have it."""
        told = (self.address_uf, (self.address_city or "").rpartition("/")[2])
        return tuple(dict.fromkeys(uf for uf in told if uf))


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
    """An open debt, when its youngest instalment was due, and what is closed of it."""

    creditor: UUID
    debt: UUID
    last_due: date
    closed: Closed | None = None


@dataclass(frozen=True, slots=True)
class Known:
    """What is known of the debtors of a batch and of their numbers."""

    by_debtor: Mapping[UUID, Sequence[Sought]]
    by_number: Mapping[str, Sequence[Sought]]  # of other persons
    suppressions: Sequence[tuple[UUID | None, str | None, Suppression]]
    debts: Mapping[UUID, Sequence[Owed]]  # open ones, by debtor
    lists: Mapping[str, frozenset[str]]  # do-not-call lists by number
    closed: frozenset[UUID] = frozenset()  # creditors

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

    def owes(self, candidate: Candidate, creditor: UUID | None, debt: UUID | None) -> bool:
        """Whether that debt is open, or any of the creditor, or (neither named) any."""
        return any(
            debt in (None, one.debt) and creditor in (None, one.creditor)
            for one in self.debts.get(candidate.debtor_id, ())
        )

    def closed_of(
        self, candidate: Candidate, creditor: UUID | None, debt: UUID | None
    ) -> Closed | None:
        """What is closed of a debt, else of all that is open at a creditor's.

        When neither is named, one creditor of whom nothing else is open is enough: the
        contact may be his.
        """
        owed = self.debts.get(candidate.debtor_id, ())
        for one in owed:
            if one.debt == debt:
                return one.closed
        if creditor in self.closed:
            return Closed.CREDITOR
        by_creditor: defaultdict[UUID, list[Closed | None]] = defaultdict(list)
        for one in owed:
            if creditor in (None, one.creditor):
                by_creditor[one.creditor].append(one.closed)
        wholly = (found for found in by_creditor.values() if all(found))
        return min((c for found in wholly for c in found if c), default=None)

    def creditors_of(self, debtor: UUID, debt: UUID | None = None) -> tuple[UUID, ...]:
        """Whom he owes something, or that debt, each once, in the order of their ids."""
        owed = self.debts.get(debtor, ())
        return tuple(sorted({o.creditor for o in owed if debt in (None, o.debt)}))


# a function of the database (migration 0037), because each way to the server and back
# costs more than the reading. What was not_sent is left out: nobody was disturbed
_KNOWN = text(
    "SELECT * FROM contact_facts(:turns, :debtors, :numbers, :first, :now)"
).bindparams(
    bindparam("turns", type_=ARRAY(BigInteger())),
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
    turns: Sequence[int] = (),
) -> Known:
    """Read what the rules need of these candidates; `now` on the compliance clock.

    First the `turns` are waited for, in their order, and held until the commit: what is
    read then holds what those before us wrote.
    """
    first = now.date() - timedelta(days=history_days) - _DAY_EITHER_SIDE
    rows = await connection.execute(
        _KNOWN,
        {
            "turns": list(turns),
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
    creditors: set[UUID] = set()
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
                closed = None if row.closed is None else Closed(row.closed)
                owed = Owed(row.creditor_id, row.debt_id, row.day, closed)
                debts[row.debtor_id].append(owed)
            case "listed":
                lists[row.number] |= {row.name}
            case "closed":
                creditors.add(row.creditor_id)
    return Known(
        by_debtor, by_number, suppressions, debts, lists, closed=frozenset(creditors)
    )
