"""The suppression ledger: enter who must not be contacted, and lift it.

Nothing is deleted: what is lifted ends. The caller commits and writes the audit trail.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.reasons import Entry, Lack, Reason, entry
from cobranca.compliance.store import SuppressionRow, stands
from cobranca.debtors.store import ContactPointRow
from foundation.ids import uuid7

_ROW = SuppressionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Entered:
    """`again`: it stood already, and at most its end was moved."""

    id: UUID
    entry: Entry
    again: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Lifted:
    """What no longer stands."""

    reason: str
    debtor: UUID | None
    number: str | None


async def enter(connection: AsyncConnection, reason: Reason, told: Entry) -> Entered | Lack:
    """Enter it, or say what it lacks. What stands already is not entered twice."""
    made = entry(reason, told)
    if not isinstance(made, Entry):
        return made
    if reason.point_becomes is not None:
        await _mark(connection, made.debtor, made.number, "active", reason.point_becomes)
    standing = (await connection.execute(_standing_like(made))).first()
    if standing is not None:
        await _prolong(connection, standing, made.until)
        return Entered(id=standing.id, entry=made, again=True)
    row = _as_row(made)
    await connection.execute(insert(_ROW), row)
    return Entered(id=row["id"], entry=made)


async def lift(
    connection: AsyncConnection,
    line: UUID,
    now: datetime,
    reasons: Mapping[str, Reason],
) -> Lifted | None:
    """End one line; None when it does not stand. A telephone it retired is back."""
    query = select(_ROW.__table__).where(_ROW.id == line, stands(now)).with_for_update()
    row = (await connection.execute(query)).first()
    if row is None:
        return None
    await connection.execute(update(_ROW).where(_ROW.id == line).values(until=now))
    reason = reasons.get(row.reason)
    if reason is not None and reason.point_becomes is not None:
        await _mark(connection, row.debtor_id, row.number, reason.point_becomes, "active")
    return Lifted(reason=row.reason, debtor=row.debtor_id, number=row.number)


async def lift_of_debt(
    connection: AsyncConnection, debt: UUID, *, reason: str, origin: str, now: datetime
) -> bool:
    """End what that origin entered of a debt for that reason; false when nothing stood."""
    query = update(_ROW).where(
        _ROW.debt_id == debt, _ROW.reason == reason, _ROW.origin == origin, stands(now)
    )
    return (await connection.execute(query.values(until=now))).rowcount > 0


async def lift_like(
    connection: AsyncConnection, made: Entry, *, origin: str, now: datetime
) -> None:
    """End what was entered just so by that origin and stands."""
    await connection.execute(
        update(_ROW)
        .where(*_like(made), _ROW.origin == origin, stands(now))
        .values(until=now)
    )


async def _mark(
    connection: AsyncConnection,
    debtor: UUID | None,
    number: str | None,
    was: str,
    becomes: str,
) -> None:
    await connection.execute(
        update(ContactPointRow)
        .where(
            ContactPointRow.debtor_id == debtor,
            ContactPointRow.value == number,
            ContactPointRow.status == was,
        )
        .values(status=becomes)
    )


def _standing_like(made: Entry) -> Any:
    query = select(_ROW.id, _ROW.until).where(*_like(made), stands(made.since))
    return query.limit(1).with_for_update()


async def _prolong(connection: AsyncConnection, row: Any, until: datetime | None) -> None:
    if row.until is not None and (until is None or until > row.until):
        query = update(_ROW).where(_ROW.id == row.id)
        await connection.execute(query.values(until=until))


def _like(made: Entry) -> list[Any]:
    """Tests that find the lines with the same reason and scope."""
    wanted = {
        _ROW.debtor_id: made.debtor,
        _ROW.number: made.number,
        _ROW.creditor_id: made.creditor,
        _ROW.debt_id: made.debt,
        _ROW.means: made.means,
    }
    same = [
        column.is_(None) if value is None else column == value
        for column, value in wanted.items()
    ]
    return [_ROW.reason == made.reason, *same]


def _as_row(made: Entry) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "debtor_id": made.debtor,
        "number": made.number,
        "creditor_id": made.creditor,
        "debt_id": made.debt,
        "means": made.means,
        "reason": made.reason,
        "origin": made.origin,
        "proof": (made.proof or "").strip() or None,
        "recorded_by": made.by,
        "since": made.since,
        "until": made.until,
    }
