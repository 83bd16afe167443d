"""Reading the suppression ledger: all of one person, or page by page what is sought."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.store import SuppressionRow, stands
from cobranca.debtors.service import name_begins
from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow
from cobranca.people.store import UserRow

_ROW = SuppressionRow


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the ledger. `until` None is for ever; instants as in `Entry`."""

    id: UUID
    reason: str
    debtor: UUID | None
    whom: str | None  # name of the debtor
    number: str | None
    creditor: str | None  # name
    debt: UUID | None
    means: str | None
    origin: str
    by: str | None  # name of the user
    proof: str | None
    since: datetime
    until: datetime | None

    def stands(self, now: datetime) -> bool:
        return self.until is None or self.until > now


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """None asks nothing. Of debtor, number and name one is enough.

    `name`: the begin of a debtor's name. `before`: the last line of the page before.
    """

    reason: str | None = None
    state: Literal["standing", "over"] | None = None
    debtor: UUID | None = None
    number: str | None = None
    name: str | None = None
    before: UUID | None = None
    limit: int = 50


async def lines_of(connection: AsyncConnection, debtor: UUID) -> list[Line]:
    """Return all that was ever entered of a person and his telephones, the newest first."""
    return await _read(connection, _lines().where(_of(debtor)))


async def search(connection: AsyncConnection, sought: Sought, now: datetime) -> list[Line]:
    """Return what is sought, the newest first; `now` is on the compliance clock."""
    query = _lines().limit(sought.limit)
    if sought.reason is not None:
        query = query.where(_ROW.reason == sought.reason)
    if sought.state is not None:
        standing = stands(now)
        query = query.where(standing if sought.state == "standing" else ~standing)
    if sought.before is not None:
        query = query.where(_ROW.id < sought.before)
    whose = _whose(sought)
    if whose:
        query = query.where(or_(*whose))
    return await _read(connection, query)


def _whose(sought: Sought) -> list[ColumnElement[bool]]:
    found = []
    if sought.debtor is not None:
        found.append(_of(sought.debtor))
    if sought.number is not None:
        found.append(_ROW.number == sought.number)
    if sought.name is not None:
        found.append(name_begins(sought.name))
    return found


def _of(debtor: UUID) -> ColumnElement[bool]:
    own = select(ContactPointRow.value).where(ContactPointRow.debtor_id == debtor)
    return or_(_ROW.debtor_id == debtor, _ROW.debtor_id.is_(None) & _ROW.number.in_(own))


def _lines() -> Select[*tuple[Any, ...]]:
    return (
        select(
            _ROW.id,
            _ROW.reason,
            _ROW.debtor_id.label("debtor"),
            DebtorRow.name.label("whom"),
            _ROW.number,
            CreditorRow.name.label("creditor"),
            _ROW.debt_id.label("debt"),
            _ROW.means,
            _ROW.origin,
            UserRow.name.label("by"),
            _ROW.proof,
            _ROW.since,
            _ROW.until,
        )
        .outerjoin(DebtorRow, DebtorRow.id == _ROW.debtor_id)
        .outerjoin(CreditorRow, CreditorRow.id == _ROW.creditor_id)
        .outerjoin(UserRow, UserRow.id == _ROW.recorded_by)
        .order_by(_ROW.id.desc())
    )


async def _read(connection: AsyncConnection, query: Select[*tuple[Any, ...]]) -> list[Line]:
    return [Line(**row) for row in (await connection.execute(query)).mappings()]
