"""Reading the audit trail: newest first, a page at a time."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.store import AuditRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One deed."""

    id: int
    at: datetime
    who: str
    token: str | None
    action: str
    subject_kind: str | None
    subject_id: str | None
    detail: dict[str, Any]


async def read(
    connection: AsyncConnection,
    *,
    limit: int,
    before: int | None = None,
    who: str | None = None,
    action: str | None = None,
    subject: tuple[str, str] | None = None,
) -> list[Line]:
    """At most `limit` lines older than the line `before`, of those asked for."""
    query = select(AuditRow).order_by(AuditRow.id.desc()).limit(limit)
    if before is not None:
        query = query.where(AuditRow.id < before)
    if who is not None:
        query = query.where(AuditRow.who == who)
    if action is not None:
        query = query.where(AuditRow.action == action)
    if subject is not None:
        kind, number = subject
        query = query.where(AuditRow.subject_kind == kind, AuditRow.subject_id == number)
    return [
        Line(
            id=row.id,
            at=row.at,
            who=row.who,
            token=row.token,
            action=row.action,
            subject_kind=row.subject_kind,
            subject_id=row.subject_id,
            detail=row.detail,
        )
        for row in await connection.execute(query)
    ]
