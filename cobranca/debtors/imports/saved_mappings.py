"""Mappings that people saved, one for each header of a creditor."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.mapping import Targets, as_json, from_json, signature
from cobranca.debtors.imports.store import ImportMappingRow
from cobranca.debtors.imports.synonyms import plain
from foundation.ids import uuid7


@dataclass(frozen=True, slots=True)
class Saved:
    """A saved mapping, read for the header at hand."""

    name: str
    targets: Targets


async def saved_for(
    connection: AsyncConnection, creditor: str, headers: Sequence[str]
) -> Saved | None:
    """Return what was saved for this very header of this creditor."""
    query = select(ImportMappingRow.name, ImportMappingRow.columns).where(
        ImportMappingRow.creditor == plain(creditor),
        ImportMappingRow.signature == signature(headers),
    )
    row = (await connection.execute(query)).first()
    return None if row is None else Saved(row.name, from_json(row.columns, headers))


async def named(
    connection: AsyncConnection, creditor: str, name: str, headers: Sequence[str]
) -> Saved | None:
    """Return a saved mapping by name; raises MappingUnreadable when it does not fit."""
    query = select(ImportMappingRow.columns).where(
        ImportMappingRow.creditor == plain(creditor), ImportMappingRow.name == name
    )
    columns = await connection.scalar(query)
    return None if columns is None else Saved(name, from_json(columns, headers))


async def save(
    connection: AsyncConnection,
    creditor: str,
    name: str,
    headers: Sequence[str],
    targets: Targets,
    who: str,
) -> None:
    """Save a mapping in the place of an earlier one for this header or of this name."""
    await connection.execute(
        delete(ImportMappingRow).where(
            ImportMappingRow.creditor == plain(creditor),
            ImportMappingRow.name == name,
            ImportMappingRow.signature != signature(headers),
        )
    )
    values = {
        "name": name,
        "columns": as_json(headers, targets),
        "saved_by": who,
        "saved_at": datetime.now(UTC),
    }
    keys = {"creditor": plain(creditor), "signature": signature(headers)}
    await connection.execute(
        insert(ImportMappingRow)
        .values(id=uuid7(), **keys, **values)
        .on_conflict_do_update(index_elements=["creditor", "signature"], set_=values)
    )
