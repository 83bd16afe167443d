"""What a debtor asks people of ours for: kept with a protocol number, answered by a day.

The rights desk works the open ones by their day. What he writes is sealed. The caller
commits.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import DebtorRow
from cobranca.portal.store import PortalRequestRow
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.ids import uuid7

TOLD_COLUMN, ANSWER_COLUMN = "portal_request.told", "portal_request.answer"
LONGEST = 2000  # letters that he may write
_ROW = PortalRequestRow


class Kind(StrEnum):
    DISPUTE = "dispute"  #: "I do not owe this."
    CORRECT = "correct"  #: His data are wrong (LGPD art. 18, III).
    DELETE = "delete"  #: Delete what need not be kept (LGPD art. 18, IV and VI).
    CALL_BACK = "call_back"  #: Call me, where no campaign can.


#: calendar days until the answer: Decreto 11.034/2022 gives 7 to a consumer's complaint;
#: LGPD art. 19 II gives 15 to a full answer about data
DAYS = {Kind.DISPUTE: 7, Kind.CORRECT: 15, Kind.DELETE: 15, Kind.CALL_BACK: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """One request. `told` in his own words; `answer` when there is one."""

    id: UUID
    protocol: str
    kind: Kind
    debtor: UUID
    name: str
    debt: UUID | None
    told: str
    asked_at: datetime
    due_on: date
    closed_at: datetime | None
    answer: str


@dataclass(frozen=True, slots=True)
class Closed:
    """A request that was answered just now."""

    id: UUID
    kind: Kind
    debtor: UUID
    debt: UUID | None


def protocol(number: int, asked_at: datetime) -> str:
    """Return the number that the debtor is told.

    >>> from datetime import UTC
    >>> protocol(7, datetime(2026, 3, 10, 13, tzinfo=UTC))
    '20260310000007'
    """
    return f"{asked_at.astimezone(SAO_PAULO):%Y%m%d}{number:06d}"


async def ask(
    connection: AsyncConnection,
    keys: Keys,
    kind: Kind,
    debtor: UUID,
    told: str,
    now: datetime,
    *,
    debt: UUID | None = None,
) -> str:
    """Keep a request; returns its protocol number."""
    row = {
        "id": uuid7(),
        "debtor_id": debtor,
        "debt_id": debt,
        "kind": kind.value,
        "told_sealed": keys.seal(told[:LONGEST], bound_to=TOLD_COLUMN) if told else None,
        "asked_at": now,
        "due_on": now.astimezone(SAO_PAULO).date() + timedelta(days=DAYS[kind]),
    }
    made = insert(_ROW).values(row).returning(_ROW.number)
    return protocol((await connection.execute(made)).scalar_one(), now)


async def requests(
    connection: AsyncConnection,
    keys: Keys,
    *,
    debtor: UUID | None = None,
    open_only: bool = False,
) -> Sequence[Asked]:
    """Return requests, the first due first; of one debtor, or of all."""
    query = (
        select(_ROW.__table__, DebtorRow.name)
        .join(DebtorRow, DebtorRow.id == _ROW.debtor_id)
        .order_by(_ROW.due_on, _ROW.number)
    )
    if debtor is not None:
        query = query.where(_ROW.debtor_id == debtor)
    if open_only:
        query = query.where(_ROW.closed_at.is_(None))
    return [
        Asked(
            id=row.id,
            protocol=protocol(row.number, row.asked_at),
            kind=Kind(row.kind),
            debtor=row.debtor_id,
            name=row.name,
            debt=row.debt_id,
            told=_opened(keys, row.told_sealed, TOLD_COLUMN),
            asked_at=row.asked_at,
            due_on=row.due_on,
            closed_at=row.closed_at,
            answer=_opened(keys, row.answer_sealed, ANSWER_COLUMN),
        )
        for row in await connection.execute(query)
    ]


async def close(
    connection: AsyncConnection,
    keys: Keys,
    which: UUID | int,
    answer: str,
    *,
    by: str,
    now: datetime,
) -> Closed | None:
    """Answer an open request (its id or number), once; None when there is none."""
    it = _ROW.id == which if isinstance(which, UUID) else _ROW.number == which
    query = (
        update(_ROW)
        .where(it, _ROW.closed_at.is_(None))
        .values(
            closed_at=now,
            closed_by=by,
            answer_sealed=keys.seal(answer[:LONGEST], bound_to=ANSWER_COLUMN),
        )
        .returning(_ROW.id, _ROW.kind, _ROW.debtor_id, _ROW.debt_id)
    )
    row = (await connection.execute(query)).first()
    return row and Closed(row.id, Kind(row.kind), row.debtor_id, row.debt_id)


async def disputed(connection: AsyncConnection, debt: UUID) -> bool:
    """Whether a dispute of the debt waits for its answer."""
    query = select(_ROW.id).where(
        _ROW.debt_id == debt, _ROW.kind == Kind.DISPUTE.value, _ROW.closed_at.is_(None)
    )
    return await connection.scalar(query.limit(1)) is not None


def _opened(keys: Keys, sealed: bytes | None, column: str) -> str:
    return "" if sealed is None else keys.open(sealed, bound_to=column)
