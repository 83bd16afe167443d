"""Removing what imports leave behind: files, examples and journals, after some days."""

from __future__ import annotations

import time
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.settings import Imports
from cobranca.debtors.imports.states import RUNNING, Status
from cobranca.debtors.imports.store import ImportBeforeRow, ImportRow, ImportTouchRow
from cobranca.debtors.imports.uploads import remove_files
from foundation.db.outbox import OutboxContext
from foundation.home import Home
from foundation.observability import get_logger

OLD_DRAFT_S = 24 * 3600.0
ENDED = (Status.DONE, Status.UNDONE, Status.DISCARDED)

log = get_logger(__name__)


async def sweep(context: OutboxContext) -> None:
    """Remove personal data that is no longer needed."""
    settings: Imports = getattr(context.settings, "imports", None) or Imports()
    home = Home(context.settings.home)
    now = datetime.now(UTC)
    cleaned = await _cleaned(context.connection, now - timedelta(days=settings.keep_days))
    await _prune(context.connection, now - timedelta(days=settings.undo_days))
    context.after_commit.append(lambda: _remove(home, cleaned))
    if cleaned:
        log.info("imports_cleaned", count=len(cleaned))


async def _cleaned(connection: AsyncConnection, before: datetime) -> list[UUID]:
    """Old imports lose examples and samples; those that were never applied are dropped."""
    touched = func.coalesce(ImportRow.applied_at, ImportRow.asked_at, ImportRow.created_at)
    old = (
        ImportRow.cleaned_at.is_(None),
        touched < before,
        ImportRow.status.not_in(RUNNING),
        or_(ImportRow.status != Status.INTERRUPTED, ImportRow.action != "undo"),
    )
    numbers = list((await connection.execute(select(ImportRow.id).where(*old))).scalars())
    if numbers:
        mine = ImportRow.id.in_(numbers)
        bare: dict[str, Any] = {
            "diff": None,
            "columns": [],
            "has_errors_file": False,
            "cleaned_at": func.clock_timestamp(),
        }
        await connection.execute(update(ImportRow).where(mine).values(bare))
        await connection.execute(
            update(ImportRow)
            .where(mine, ImportRow.status.not_in(ENDED))
            .values(status=Status.DISCARDED)
        )
    return numbers


async def _prune(connection: AsyncConnection, before: datetime) -> None:
    """What can no longer be undone needs no journal."""
    old = select(ImportRow.id).where(ImportRow.applied_at < before)
    for journal in (ImportBeforeRow, ImportTouchRow):
        await connection.execute(delete(journal).where(journal.import_id.in_(old)))


def _remove(home: Home, numbers: Iterable[UUID]) -> None:
    for number in numbers:
        remove_files(home, number)
    for draft in (*home.imports.glob("*.part"), *home.imports.glob(".*")):
        if time.time() - draft.stat().st_mtime > OLD_DRAFT_S:
            draft.unlink(missing_ok=True)
