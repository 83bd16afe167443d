"""Signs of life of a running import: how far it is, and whether to stop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from sqlalchemy import func, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.imports.progress import Progress
from cobranca.debtors.imports.store import ImportRow

EVERY_S = 0.5


class Stopped(RuntimeError):
    """Alguém descartou a importação enquanto ela corria."""


class Beat:
    """Writes the last progress down, on a connection of its own, while the import works.

    `heard` is what the import calls; it raises Stopped once somebody asked for that.
    """

    def __init__(self, engine: AsyncEngine, import_id: UUID, run: int) -> None:
        self._engine = engine
        self._mine = (ImportRow.id == import_id) & (ImportRow.run == run)
        self._last: Progress | None = None
        self._stop = False
        self._task: asyncio.Task[None] | None = None

    def heard(self, progress: Progress) -> None:
        self._last = progress
        if self._stop:
            raise Stopped

    async def __aenter__(self) -> Self:
        self._task = asyncio.create_task(self._tell(), name="import beat")
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """End before the import's own transaction writes to the same row."""
        if self._task is not None:
            self._task.cancel()
            with suppress(asyncio.CancelledError):
                await self._task

    async def _tell(self) -> None:
        while True:
            await asyncio.sleep(EVERY_S)
            values: dict[str, Any] = {"beat_at": func.clock_timestamp()}
            if self._last is not None:
                values["progress"] = as_json(self._last)
            async with self._engine.begin() as connection:
                query = update(ImportRow).where(self._mine).values(values)
                told = await connection.execute(query.returning(ImportRow.stop_asked))
                self._stop = bool(told.scalar_one_or_none())


def as_json(progress: Progress) -> dict[str, Any]:
    """Return what pages show of it."""
    left = progress.left_s
    return {
        "phase": str(progress.phase),
        "rows": progress.rows,
        "total_rows": progress.total_rows,
        "share": round(progress.whole, 4),
        "rate": round(progress.rate, 1),
        "left_s": None if left is None else round(left),
    }
