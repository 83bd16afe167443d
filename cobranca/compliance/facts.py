"""What the database knows of the debtors about to be contacted: a few queries a batch.

The attempts belong to the dialer: its table is named here by the columns that are read,
so that this package does not rest on it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from uuid import UUID

from sqlalchemy import (
    ARRAY,
    Date,
    Text,
    Uuid,
    any_,
    bindparam,
    column,
    func,
    or_,
    select,
    table,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.model import Suppression
from cobranca.compliance.store import SuppressionRow

_ATTEMPT = table(
    "attempt",
    column("debtor_id", Uuid),
    column("contact_day", Date),
    column("direction", Text),
    column("outcome", Text),
)
_DAY_EITHER_SIDE = timedelta(days=1)  # local days differ from the day in UTC by one at most


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """One point of one debtor that somebody wants to contact, as the database has it."""

    debtor_id: UUID
    contact_point_id: UUID
    number: str  # E.164
    zone: str | None  # of the DDD
    ddd_uf: str | None
    address_uf: str | None
    birth_date: date | None
    point_status: str = "active"


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known besides of the debtors of a batch."""

    attempts: Mapping[tuple[UUID, date], int]  # outbound, on that local day
    by_debtor: Mapping[UUID, tuple[Suppression, ...]]
    by_number: Mapping[str, tuple[Suppression, ...]]

    def suppressions_of(self, candidate: Candidate) -> tuple[Suppression, ...]:
        return (
            *self.by_debtor.get(candidate.debtor_id, ()),
            *self.by_number.get(candidate.number, ()),
        )


def _any(name: str, type_: Uuid[UUID] | Text) -> object:
    return any_(bindparam(name, type_=ARRAY(type_)))


_ATTEMPTS = (
    select(_ATTEMPT.c.debtor_id, _ATTEMPT.c.contact_day, func.count())
    .where(
        _ATTEMPT.c.debtor_id == _any("debtors", Uuid()),
        _ATTEMPT.c.contact_day.between(bindparam("first"), bindparam("last")),
        _ATTEMPT.c.direction == "outbound",
        # no INVITE left: nobody was disturbed
        _ATTEMPT.c.outcome.is_distinct_from("not_sent"),
    )
    .group_by(_ATTEMPT.c.debtor_id, _ATTEMPT.c.contact_day)
)
_SUPPRESSIONS = select(
    SuppressionRow.debtor_id,
    SuppressionRow.number,
    SuppressionRow.reason,
    SuppressionRow.until,
).where(
    or_(
        SuppressionRow.debtor_id == _any("debtors", Uuid()),
        SuppressionRow.number == _any("numbers", Text()),
    ),
    or_(SuppressionRow.until.is_(None), SuppressionRow.until > bindparam("now")),
)


async def load_facts(
    connection: AsyncConnection, candidates: Sequence[Candidate], now: datetime
) -> Facts:
    """Read what the rules need of these candidates; `now` on the compliance clock."""
    debtors = list({candidate.debtor_id for candidate in candidates})
    attempts = await connection.execute(
        _ATTEMPTS,
        {
            "debtors": debtors,
            "first": now.date() - _DAY_EITHER_SIDE,
            "last": now.date() + _DAY_EITHER_SIDE,
        },
    )
    numbers = [candidate.number for candidate in candidates]
    suppressions = await connection.execute(
        _SUPPRESSIONS, {"debtors": debtors, "numbers": numbers, "now": now}
    )
    by_debtor: defaultdict[UUID, tuple[Suppression, ...]] = defaultdict(tuple)
    by_number: defaultdict[str, tuple[Suppression, ...]] = defaultdict(tuple)
    for debtor_id, number, reason, until in suppressions:
        if debtor_id is not None:
            by_debtor[debtor_id] += (Suppression(reason, until),)
        if number is not None:
            by_number[number] += (Suppression(reason, until),)
    return Facts(
        attempts={(debtor_id, day): count for debtor_id, day, count in attempts},
        by_debtor=by_debtor,
        by_number=by_number,
    )
