"""What we hold of a debtor, for himself: whole, and in plain words (LGPD art. 18)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.channels.store import MessageRow
from cobranca.compliance.ledger_lines import lines_of
from cobranca.contacts.identification import known_of
from cobranca.debtors.store import ContactPointRow, DebtorRow
from foundation.brasil.document import formatted, parse_document
from foundation.crypto import Keys

MOST = 500  # of the newest contacts and messages

# the dialer's table is named by what is read of it: this package does not rest on it
_CONTACTS = text(
    """
    SELECT at, means, direction, point FROM (
        SELECT placed_at AS at, 'voice' AS means, direction, number AS point
          FROM attempt WHERE debtor_id = :debtor
         UNION ALL
        SELECT at, means, direction, point
          FROM contact WHERE debtor_id = :debtor) both_kinds
     ORDER BY at DESC LIMIT :most
    """
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    kind: str
    value: str
    source: str
    status: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Contact:
    at: datetime
    means: str
    ours: bool
    point: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Blocked:
    reason: str
    means: str | None
    since: datetime
    until: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    template: str
    means: str | None
    state: str
    at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Holdings:
    """`since`: when we got his data."""

    name: str
    document: str
    birth_date: date | None
    uf: str | None
    since: datetime
    points: tuple[Point, ...]
    contacts: tuple[Contact, ...]
    messages: tuple[Sent, ...]
    blocked: tuple[Blocked, ...]


async def holdings_of(connection: AsyncConnection, keys: Keys, debtor: UUID) -> Holdings:
    """Return what is held of a debtor who exists."""
    known = await known_of(connection, keys, debtor)
    query = select(DebtorRow.name, DebtorRow.uf, DebtorRow.created_at)
    row = (await connection.execute(query.where(DebtorRow.id == debtor))).one()
    return Holdings(
        name=row.name,
        document=formatted(parse_document(known.document)),
        birth_date=known.birth_date,
        uf=row.uf,
        since=row.created_at,
        points=await _points(connection, debtor),
        contacts=await _contacts(connection, debtor),
        messages=await _messages(connection, debtor),
        blocked=tuple(
            Blocked(
                reason=line.reason, means=line.means, since=line.since, until=line.until
            )
            for line in await lines_of(connection, debtor)
        ),
    )


def plain(held: Holdings) -> Mapping[str, Any]:
    """Return it as JSON."""
    found: Mapping[str, Any] = _plain(asdict(held))
    return found


async def _points(connection: AsyncConnection, debtor: UUID) -> tuple[Point, ...]:
    row = ContactPointRow
    query = select(row.kind, row.value, row.source, row.status).where(
        row.debtor_id == debtor
    )
    return tuple(
        Point(**found._mapping)
        for found in await connection.execute(query.order_by(row.kind, row.value))
    )


async def _contacts(connection: AsyncConnection, debtor: UUID) -> tuple[Contact, ...]:
    rows = await connection.execute(_CONTACTS, {"debtor": debtor, "most": MOST})
    return tuple(
        Contact(
            at=row.at, means=row.means, ours=row.direction == "outbound", point=row.point
        )
        for row in rows
    )


async def _messages(connection: AsyncConnection, debtor: UUID) -> tuple[Sent, ...]:
    row = MessageRow
    query = (
        select(row.template, row.means, row.state, row.created_at.label("at"))
        .where(row.debtor_id == debtor)
        .order_by(row.created_at.desc())
        .limit(MOST)
    )
    return tuple(Sent(**found._mapping) for found in await connection.execute(query))


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {name: _plain(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(inner) for inner in value]
    return value.isoformat() if isinstance(value, date | datetime) else value
