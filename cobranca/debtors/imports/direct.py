"""An import in the caller's own transaction, without the worker: commands and the demo."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime
from uuid import UUID

from sqlalchemy import delete, func, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.progress import Heard, nobody
from cobranca.debtors.imports.runner import applied_of, hold_creditor
from cobranca.debtors.imports.service import Order, Report, import_debtors
from cobranca.debtors.imports.states import Action, Status
from cobranca.debtors.imports.store import ImportRow
from cobranca.debtors.imports.undo import NotUndone, TooLate, Undone, undo
from cobranca.debtors.imports.uploads import Received, facts_of
from foundation.crypto import Keys

COMMAND = "command"


async def import_directly(
    connection: AsyncConnection,
    keys: Keys,
    order: Order,
    error_file: ErrorFile,
    who: str,
    heard: Heard = nobody,
) -> Report:
    """Import a file and note it among the imports; a dry run leaves no trace.

    Waits while another import of the creditor is at work. Raises what import_debtors does.
    """
    await hold_creditor(connection, order.creditor, wait=True)
    if not order.dry_run:
        facts = await asyncio.to_thread(facts_of, order.path)
        await _note(connection, order, facts, who)
    report = await import_debtors(connection, keys, order, error_file, heard)
    if report.written:
        await tasks.set_values(
            connection,
            order.import_id,
            applied_at=func.clock_timestamp(),
            creditor_is_new=report.creditor_is_new,
            portfolio_is_new=report.portfolio_is_new,
            **(tasks.result(report) | {"diff": None}),
        )
    else:
        await connection.execute(delete(ImportRow).where(ImportRow.id == order.import_id))
    return report


async def _note(
    connection: AsyncConnection, order: Order, facts: Received, who: str
) -> None:
    await connection.execute(
        insert(ImportRow).values(
            id=order.import_id,
            status=Status.DONE,
            action=Action.APPLY,
            origin=COMMAND,
            created_by=who,
            applied_by=who,
            created_at=datetime.now(UTC),
            creditor=order.creditor,
            portfolio=order.portfolio,
            file_name=order.file_name,
            file_bytes=facts.bytes,
            sha256=facts.sha256,
            sheet=order.sheet,
        )
    )


async def undo_directly(
    connection: AsyncConnection, import_id: UUID, who: str, *, undo_days: int
) -> Undone | NotUndone | TooLate | None:
    """Take an import back; None when it was taken back already.

    Raises NoSuchImport, NotNow.
    """
    row = await tasks.locked(connection, import_id)
    if row.status == Status.UNDONE:
        return None
    if row.status != Status.DONE:
        raise tasks.NotNow
    await hold_creditor(connection, row.creditor, wait=True)
    ended = await undo(connection, applied_of(row), undo_days=undo_days)
    if isinstance(ended, Undone):
        await tasks.set_values(
            connection,
            import_id,
            status=Status.UNDONE,
            undone_at=func.clock_timestamp(),
            undone_by=who,
        )
    return ended
