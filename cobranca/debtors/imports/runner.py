"""The worker's part of an import: check, apply or undo, with signs of life on the way.

What it writes is committed together with the mark "done" of its outbox row. A row that is
found begun already is one that a crash cut off: it is shown as interrupted and left to a
person, since a file that killed a worker once may do so again.
"""

from __future__ import annotations

import asyncio
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal
from uuid import UUID

from pydantic import BaseModel, ConfigDict
from sqlalchemy import func, text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.beat import Beat, Stopped
from cobranca.debtors.imports.error_file import ErrorFile, ErrorFileUnwritable
from cobranca.debtors.imports.errors import FileChanged, UnreadableFile
from cobranca.debtors.imports.progress import Heard, Phase, Progress
from cobranca.debtors.imports.service import Order, Report, import_debtors
from cobranca.debtors.imports.settings import Imports
from cobranca.debtors.imports.states import RULES, Action, Status
from cobranca.debtors.imports.synonyms import plain
from cobranca.debtors.imports.undo import Applied, Undone, undo
from cobranca.debtors.imports.uploads import (
    errors_path,
    facts_of,
    remove_files,
    upload_path,
)
from foundation.crypto import Keys
from foundation.db.outbox import OutboxContext, Transient
from foundation.home import Home
from foundation.observability import get_logger

BUSY_S = 1.0  # pause before asking again whether the creditor's other import is over

log = get_logger(__name__)


class TaskIn(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    id: UUID
    run: int
    action: Literal["check", "apply", "undo"]


async def run_task(context: OutboxContext, payload: dict[str, Any]) -> None:
    """Handler of the outbox."""
    task = TaskIn.model_validate(payload)
    row = await _begun(context, task)
    if row is None:
        return
    work = _Work(context, Home(context.settings.home), row)
    try:
        async with Beat(context.engine, task.id, task.run) as beat:
            values = await work.done(Action(task.action), beat.heard)
    except Stopped:
        values = work.stopped()
    except (UnreadableFile, ErrorFileUnwritable) as error:
        values = {"status": Status.FAILED, "trouble": str(error)}
    log.info("import_ended", import_id=str(task.id), status=str(values["status"]))
    await tasks.set_values(context.connection, task.id, progress=None, **values)


async def _begun(context: OutboxContext, task: TaskIn) -> Any | None:
    """Mark the task begun, visibly at once; None when there is nothing to do any more."""
    async with context.engine.begin() as connection:
        row = await tasks.locked(connection, task.id)
        if row.run != task.run or row.status != RULES[Action(task.action)].running:
            return None
        if row.started_at is not None:
            log.warning("import_interrupted", import_id=str(task.id), action=task.action)
            await tasks.set_values(
                connection, task.id, status=Status.INTERRUPTED, progress=None
            )
            return None
        if not await hold_creditor(context.connection, row.creditor, wait=False):
            raise Transient("another import of this creditor", after_s=BUSY_S)
        now = func.clock_timestamp()
        await tasks.set_values(connection, task.id, started_at=now, beat_at=now)
        return row


async def hold_creditor(connection: AsyncConnection, creditor: str, *, wait: bool) -> bool:
    """Keep other imports of this creditor out until the transaction ends."""
    name = "pg_advisory_xact_lock" if wait else "pg_try_advisory_xact_lock"
    query = text(f"SELECT {name}(hashtextextended('import of ' || :creditor, 0))")
    held = await connection.scalar(query, {"creditor": plain(creditor)})
    return wait or bool(held)


@dataclass(frozen=True, slots=True)
class _Work:
    """One task."""

    context: OutboxContext
    home: Home
    row: Any

    async def done(self, action: Action, heard: Heard) -> dict[str, Any]:
        """Do it; return what the import's row says then."""
        match action:
            case Action.CHECK:
                return self._checked(await self._imported(heard, expected=""))
            case Action.APPLY:
                report = await self._imported(heard, expected=self.row.fingerprint)
                if not report.written:
                    return {**self._checked(report), "base_changed": True}
                return self._applied(report)
            case Action.UNDO:
                return await self._undone(heard)

    async def _imported(self, heard: Heard, *, expected: str) -> Report:
        path = upload_path(self.home, self.row.id)
        if (await asyncio.to_thread(facts_of, path)).sha256 != self.row.sha256:
            raise FileChanged
        order = Order(
            path=path,
            creditor=self.row.creditor,
            portfolio=self.row.portfolio,
            dry_run=not expected,
            sheet=self.row.sheet,
            targets=tasks.targets_of(self.row),
            name=self.row.file_name,
            import_id=self.row.id,
            expected=expected or None,
            limits=self._settings.limits,
        )
        keys = Keys.of(self.home)
        with ErrorFile(errors_path(self.home, self.row.id)) as error_file:
            connection = self.context.connection
            report = await import_debtors(connection, keys, order, error_file, heard)
            error_file.put_in_place()
        return report

    def _checked(self, report: Report) -> dict[str, Any]:
        return {
            "status": Status.CHECKED,
            "has_errors_file": _has_errors(self.home, self.row.id),
            **tasks.result(report),
        }

    def _applied(self, report: Report) -> dict[str, Any]:
        upload: Path = upload_path(self.home, self.row.id)
        self.context.after_commit.append(lambda: upload.unlink(missing_ok=True))
        return {
            **self._checked(report),
            "status": Status.DONE,
            "applied_at": func.clock_timestamp(),
            "creditor_is_new": report.creditor_is_new,
            "portfolio_is_new": report.portfolio_is_new,
        }

    async def _undone(self, heard: Heard) -> dict[str, Any]:
        heard(Progress(phase=Phase.UNDOING, rows=0, share=0.0))
        applied = applied_of(self.row)
        days = self._settings.undo_days
        connection = self.context.connection
        ended = await undo(connection, applied, undo_days=days, heard=heard)
        if not isinstance(ended, Undone):
            return {"status": Status.DONE, "trouble": str(ended), "undone_by": None}
        return {
            "status": Status.UNDONE,
            "undone_at": func.clock_timestamp(),
            "counts": {**self.row.counts, "undone": asdict(ended)},
        }

    def stopped(self) -> dict[str, Any]:
        """Somebody threw it away while it ran."""
        home, number = self.home, self.row.id
        self.context.after_commit.append(lambda: remove_files(home, number))
        return tasks.gone()

    @property
    def _settings(self) -> Imports:
        return getattr(self.context.settings, "imports", None) or Imports()


def _has_errors(home: Home, import_id: UUID) -> bool:
    return errors_path(home, import_id).exists()


def applied_of(row: Any) -> Applied:
    """Return what an undo needs to know of an import's row."""
    return Applied(
        id=row.id,
        applied_at=row.applied_at,
        creditor=row.creditor,
        portfolio=row.portfolio,
        creditor_is_new=row.creditor_is_new,
        portfolio_is_new=row.portfolio_is_new,
    )
