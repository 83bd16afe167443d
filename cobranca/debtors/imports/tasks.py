"""Imports as people order them: begun by a file, moved on by what is asked for.

Every change is one conditional update, so that two people who click at once cannot both
win. Work is given to the worker through the outbox, in the same transaction.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.errors import MappingUnreadable
from cobranca.debtors.imports.inspection import Inspected
from cobranca.debtors.imports.mapping import ColumnMap, Targets, applied, field_named
from cobranca.debtors.imports.saved_mappings import saved_for
from cobranca.debtors.imports.service import Report
from cobranca.debtors.imports.states import (
    RULES,
    STOPPABLE,
    Action,
    Status,
    may_ask,
    may_discard,
)
from cobranca.debtors.imports.store import ImportRow
from cobranca.debtors.imports.uploads import Received
from foundation.db.outbox import enqueue

TOPIC = "debtor_import"
LISTED = 100


class NotNow(RuntimeError):
    """A importação não está em estado de fazer isso."""


class NoSuchImport(LookupError):
    """Não há importação com este número."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begun:
    """Who sent what, for whom."""

    id: UUID
    origin: str
    who: str
    creditor: str
    portfolio: str
    file_name: str


async def begin(
    connection: AsyncConnection, begun: Begun, received: Received, inspected: Inspected
) -> None:
    """Add an import that waits for its mapping to be confirmed."""
    columns, saved = await mapping_for(connection, begun.creditor, inspected)
    await connection.execute(
        insert(ImportRow).values(
            id=begun.id,
            status=Status.MAPPING,
            origin=begun.origin,
            created_by=begun.who,
            created_at=datetime.now(UTC),
            creditor=begun.creditor,
            portfolio=begun.portfolio,
            file_name=begun.file_name,
            file_bytes=received.bytes,
            sha256=received.sha256,
            **looks(inspected, columns, saved),
        )
    )


def looks(inspected: Inspected, columns: ColumnMap, saved: str | None) -> dict[str, Any]:
    """What the first look at a file, or at another sheet of it, has to say."""
    return {
        "form": inspected.form,
        "sheet": inspected.sheet,
        "sheets": list(inspected.sheets),
        "columns": columns_json(columns),
        "saved_mapping": saved,
    }


async def mapping_for(
    connection: AsyncConnection, creditor: str, inspected: Inspected
) -> tuple[ColumnMap, str | None]:
    """Return what was learnt, or what was saved for this header, and its name."""
    saved = await saved_for(connection, creditor, inspected.headers)
    if saved is None:
        return inspected.columns, None
    return applied(inspected.columns, saved.targets), saved.name


def columns_json(columns: ColumnMap) -> list[dict[str, Any]]:
    return [
        {
            "header": column.header,
            "field": column.field.name.lower() if column.field else None,
            "confidence": column.confidence,
            "samples": list(column.samples),
        }
        for column in columns.columns
    ]


def targets_of(row: Any) -> Targets:
    """Return what an import's columns were said to hold."""
    return tuple(field_named(column["field"]) for column in row.columns)


async def choose_sheet(
    connection: AsyncConnection, import_id: UUID, inspected: Inspected
) -> None:
    """Take another sheet of the same file; raises NotNow."""
    row = await locked(connection, import_id)
    if not may_ask(Action.CHECK, Status(row.status), last_action(row)):
        raise NotNow
    columns, saved = await mapping_for(connection, row.creditor, inspected)
    await set_values(
        connection,
        import_id,
        status=Status.MAPPING,
        diff=None,
        counts=None,
        trouble=None,
        **looks(inspected, columns, saved),
    )


async def set_mapping(
    connection: AsyncConnection, import_id: UUID, targets: Targets
) -> None:
    """Say what the columns hold; raises NotNow, MappingUnreadable."""
    row = await locked(connection, import_id)
    if not may_ask(Action.CHECK, Status(row.status), last_action(row)):
        raise NotNow
    if len(targets) != len(row.columns):
        raise MappingUnreadable("o arquivo tem outro número de colunas.")
    columns = [
        {**column, "field": field.name.lower() if field else None}
        for column, field in zip(row.columns, targets, strict=True)
    ]
    await set_values(connection, import_id, columns=columns)


async def ask(
    connection: AsyncConnection,
    import_id: UUID,
    action: Action,
    who: str,
    *,
    shown: str | None = None,
) -> None:
    """Give the worker a task; `shown` is the fingerprint of the diff that was confirmed.

    Raises NotNow when the import is elsewhere, or when another diff is shown by now.
    """
    row = await locked(connection, import_id)
    if not may_ask(action, Status(row.status), last_action(row)):
        raise NotNow
    if shown is not None and shown != row.fingerprint:
        raise NotNow
    run = row.run + 1
    signed = {Action.APPLY: {"applied_by": who}, Action.UNDO: {"undone_by": who}}
    await set_values(
        connection,
        import_id,
        status=RULES[action].running,
        action=action,
        run=run,
        asked_at=func.clock_timestamp(),
        started_at=None,
        beat_at=None,
        progress=None,
        stop_asked=False,
        base_changed=False,
        trouble=None,
        **signed.get(action, {}),
    )
    payload = {"id": str(import_id), "run": run, "action": str(action)}
    await enqueue(connection, TOPIC, f"{import_id}:{run}", payload)


async def retry(connection: AsyncConnection, import_id: UUID, who: str) -> None:
    """Ask again for what was interrupted; raises NotNow."""
    row = await locked(connection, import_id)
    action = last_action(row)
    if row.status != Status.INTERRUPTED or action is None:
        raise NotNow
    await ask(connection, import_id, action, who)


async def discard(connection: AsyncConnection, import_id: UUID) -> bool:
    """Throw an import away, or ask the worker to stop; True when it is gone at once."""
    row = await locked(connection, import_id)
    status = Status(row.status)
    if not may_discard(status, last_action(row)):
        raise NotNow
    if status in STOPPABLE and row.started_at is not None:
        await set_values(connection, import_id, stop_asked=True)
        return False
    await set_values(connection, import_id, run=row.run + 1, **gone())
    return True


def gone() -> dict[str, Any]:
    """What stays of an import that was thrown away: that it was."""
    return {
        "status": Status.DISCARDED,
        "diff": None,
        "columns": [],
        "has_errors_file": False,
        "cleaned_at": func.clock_timestamp(),
    }


def result(report: Report) -> dict[str, Any]:
    """What a check or an application leaves in the import's row."""
    return {
        "counts": {
            "rows": report.rows,
            "accepted": report.accepted,
            "warnings": report.warnings,
            **asdict(report.counts),
        },
        "diff": asdict(report.diff),
        "notes": list(report.notes),
        "fingerprint": report.fingerprint,
        "form": report.form,
    }


async def locked(connection: AsyncConnection, import_id: UUID) -> Any:
    """Return an import's row, locked until the transaction ends; raises NoSuchImport."""
    query = select(ImportRow.__table__).where(ImportRow.id == import_id)
    row = (await connection.execute(query.with_for_update())).first()
    if row is None:
        raise NoSuchImport
    return row


async def found(connection: AsyncConnection, import_id: UUID) -> Any:
    """Return an import's row; raises NoSuchImport."""
    query = select(ImportRow.__table__).where(ImportRow.id == import_id)
    row = (await connection.execute(query)).first()
    if row is None:
        raise NoSuchImport
    return row


async def listed(connection: AsyncConnection, limit: int = LISTED) -> list[Any]:
    """Return the newest imports first; those thrown away are left out."""
    query = (
        select(ImportRow.__table__)
        .where(ImportRow.status != Status.DISCARDED)
        .order_by(ImportRow.created_at.desc(), ImportRow.id.desc())
        .limit(limit)
    )
    return list((await connection.execute(query)).all())


def last_action(row: Any) -> Action | None:
    return None if row.action is None else Action(row.action)


async def set_values(connection: AsyncConnection, import_id: UUID, **values: Any) -> None:
    await connection.execute(
        update(ImportRow).where(ImportRow.id == import_id).values(values)
    )
