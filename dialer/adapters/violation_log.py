"""Violations in PostgreSQL: opened when found, closed when gone; none is taken away."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, select, text, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from dialer.state.invariants import Violation
from dialer.state.store import ViolationRow
from foundation.ids import uuid7


@dataclass(frozen=True, slots=True, kw_only=True)
class Noted:
    """A violation as long as it lasted; `cleared_at` None: it lasts."""

    id: UUID
    code: str
    kind: str
    subject: str
    seen_at: datetime
    cleared_at: datetime | None
    repair: str | None
    detail: Mapping[str, Any]


async def note(
    connection: AsyncConnection,
    found: Sequence[tuple[Violation, str | None]],
    at: datetime,
) -> list[Violation]:
    """Write what holds now, each with what was done about it; returns those that are new.

    Whatever was open and is not among them is closed.
    """
    row = ViolationRow
    keys = [key(one) for one, _ in found]
    gone = update(row).where(row.cleared_at.is_(None)).values(cleared_at=at)
    if keys:
        pairs = [f"{code} {subject}" for code, subject in keys]
        gone = gone.where((row.code + " " + row.subject).not_in(pairs))
    await connection.execute(gone)
    return [one for one, repair in found if await _open(connection, one, repair, at)]


def key(one: Violation) -> tuple[str, str]:
    return one.code.value, f"{one.kind}:{one.subject}"


async def _open(
    connection: AsyncConnection, one: Violation, repair: str | None, at: datetime
) -> bool:
    code, subject = key(one)
    known = (
        update(ViolationRow)
        .where(
            ViolationRow.code == code,
            ViolationRow.subject == subject,
            ViolationRow.cleared_at.is_(None),
        )
        .values(last_at=at, repair=func.coalesce(repair, ViolationRow.repair))
    )
    if (await connection.execute(known)).rowcount:
        return False
    values = {
        "id": uuid7(),
        "code": code,
        "subject": subject,
        "seen_at": at,
        "last_at": at,
        "repair": repair,
        "detail": dict(one.detail),
    }
    statement = insert(ViolationRow).values(values).on_conflict_do_nothing()
    await connection.execute(statement)
    return True


async def violations_between(
    connection: AsyncConnection, since: datetime, until: datetime, most: int = 100
) -> list[Noted]:
    """Those that held at some time of [since, until), the newest first."""
    row = ViolationRow
    query = (
        select(row.__table__)
        .where(
            row.seen_at < until, func.coalesce(row.cleared_at, text("'infinity'")) >= since
        )
        .order_by(row.seen_at.desc())
        .limit(most)
    )
    return [_noted(found) for found in await connection.execute(query)]


async def open_violations(connection: AsyncConnection, most: int = 50) -> list[Noted]:
    """Those that last, the oldest first."""
    query = (
        select(ViolationRow.__table__)
        .where(ViolationRow.cleared_at.is_(None))
        .order_by(ViolationRow.seen_at)
        .limit(most)
    )
    return [_noted(found) for found in await connection.execute(query)]


async def violation(connection: AsyncConnection, number: UUID) -> Noted | None:
    """One of them; None when there is none of that id."""
    query = select(ViolationRow.__table__).where(ViolationRow.id == number)
    found = (await connection.execute(query)).first()
    return None if found is None else _noted(found)


def _noted(row: Any) -> Noted:
    kind, _, subject = row.subject.partition(":")
    return Noted(
        id=row.id,
        code=row.code,
        kind=kind,
        subject=subject,
        seen_at=row.seen_at,
        cleared_at=row.cleared_at,
        repair=row.repair,
        detail=row.detail,
    )
