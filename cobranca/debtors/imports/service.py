"""Import of a creditor's file of debtors: read, stage, judge, write, in one transaction.

Memory stays flat: rows go to the database in batches. The caller commits at the end or
not at all: an import that fails on the way has done nothing and is simply run again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.batches import REFUSED_SHOWN, Batches
from cobranca.debtors.imports.columns import Layout, layout_of, read_layout
from cobranca.debtors.imports.diff import Diff, fingerprint, read_diff
from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.mapping import Targets
from cobranca.debtors.imports.merge import (
    JUDGE_STEPS,
    WRITE_STEPS,
    Counts,
    Destination,
    find_or_create_portfolio,
    judge,
    refused_in_merge,
    write,
)
from cobranca.debtors.imports.opening import open_table
from cobranca.debtors.imports.progress import Heard, Phase, Progress, Timer, nobody
from cobranca.debtors.imports.score_columns import weighed
from cobranca.debtors.imports.second_reading import add_refused
from cobranca.debtors.imports.staging import Staging
from cobranca.debtors.imports.table import Table
from cobranca.debtors.imports.xlsx.package import Limits
from cobranca.debts.closed import Closed
from cobranca.debts.closing import closed_book
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.ids import uuid7

__all__ = ["Order", "Report", "check_file", "import_debtors"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import."""

    path: Path
    creditor: str
    portfolio: str
    dry_run: bool = False
    sheet: str | None = None  # None: the first that holds a header
    targets: Targets | None = None  # what the columns hold; None: as their names say
    name: str | None = None  # of the file as people know it; None: that of `path`
    import_id: UUID = field(default_factory=uuid7)
    expected: str | None = None  # write only if this is still the fingerprint
    limits: Limits = field(default_factory=Limits)

    @property
    def file_name(self) -> str:
        return self.name or self.path.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did; when it did not write, what it would have done."""

    rows: int  # read, blank lines not counted
    counts: Counts  # `refused` holds all refused rows
    warnings: int
    written: bool
    creditor_is_new: bool
    portfolio_is_new: bool
    form: str  # what the file was found to be, for people
    encoding: str | None  # of a CSV
    delimiter: str
    ignored_columns: tuple[str, ...]
    notes: tuple[str, ...]
    diff: Diff
    fingerprint: str

    @property
    def accepted(self) -> int:
        return self.counts.new + self.counts.changed + self.counts.same


def check_file(order: Order) -> None:
    """Read the header only; raises UnreadableFile. Needs no database."""
    with open_table(order.path, order.limits, order.sheet) as table:
        _layout(table, order)


async def import_debtors(
    connection: AsyncConnection,
    keys: Keys,
    order: Order,
    error_file: ErrorFile,
    heard: Heard = nobody,
) -> Report:
    """Import a file in the caller's transaction; `heard` is told how far it is.

    Raises UnreadableFile, ErrorFileUnwritable, whatever `heard` raises and whatever the
    database raises. Only one import at a time within a transaction.
    """
    with open_table(order.path, order.limits, order.sheet) as table:
        layout = await asyncio.to_thread(
            weighed, order.path, order.limits, order.sheet, _layout(table, order)
        )
        work = _Import(connection, keys, order, error_file, table, layout, heard)
        async with connection.begin_nested() as savepoint:
            report = await work.run()
            if report.written:
                await work.staging.drop()
            else:
                await savepoint.rollback()
    return report


def _layout(table: Table, order: Order) -> Layout:
    if order.targets is None:
        return read_layout(table.headers, table.epoch)
    if len(order.targets) != len(table.headers):
        raise errors.MappingUnreadable("o arquivo tem outro número de colunas.")
    return layout_of(table.headers, order.targets, table.epoch)


class _Import:
    """One import at work."""

    def __init__(
        self,
        connection: AsyncConnection,
        keys: Keys,
        order: Order,
        error_file: ErrorFile,
        table: Table,
        layout: Layout,
        heard: Heard,
    ) -> None:
        self._connection = connection
        self._order = order
        self._errors = error_file
        self._table = table
        self._layout = layout
        self._timer = Timer(heard)
        today = datetime.now(UTC).astimezone(SAO_PAULO).date()
        error_file.begin(table.headers)
        self._batches = Batches(table, self._layout, keys, error_file, today)
        self.staging = Staging(connection)

    async def run(self) -> Report:
        await self.staging.create()
        await self._stage()
        if self._batches.tally.rows == 0:
            raise errors.NoRows
        order = self._order
        destination = await find_or_create_portfolio(
            self._connection, order.creditor, order.portfolio, f"arquivo:{order.file_name}"
        )
        shut = await closed_book(
            self._connection, destination.creditor_id, destination.portfolio_id
        )
        if shut is not None:
            named = order.creditor if shut is Closed.CREDITOR else order.portfolio
            raise errors.ClosedBook(f"{named}.")
        counts = await judge(
            self._connection, destination, self._step(Phase.COMPARING, JUDGE_STEPS)
        )
        report = await self._report(destination, counts)
        if not report.written:
            return report
        now = datetime.now(UTC)
        step = self._step(Phase.WRITING, WRITE_STEPS)
        await write(self._connection, destination, order.import_id, now, step)
        return report

    async def _stage(self) -> None:
        batches = self._batches
        while True:
            batch = await asyncio.to_thread(batches.next)
            if batch is None:
                break
            await self.staging.add(batch)
            self._timer.tell(
                Progress(phase=Phase.READING, rows=batches.tally.rows, share=batches.share)
            )
        await self.staging.finish()

    def _step(self, phase: Phase, steps: int) -> Callable[[int], None]:
        rows = self._batches.tally.rows

        def step(done: int) -> None:
            self._timer.tell(Progress(phase=phase, rows=rows, share=done / steps))

        return step

    async def _report(self, destination: Destination, counts: Counts) -> Report:
        batches, order, table = self._batches, self._order, self._table
        refused = batches.tally.shown
        if counts.refused:
            later = [remark async for remark in refused_in_merge(self._connection)]
            await asyncio.to_thread(
                add_refused, order.path, order.limits, order.sheet, self._errors, later
            )
            told = tuple((remark.line, remark.reason) for remark in later[:REFUSED_SHOWN])
            refused = (*refused, *told)[:REFUSED_SHOWN]
        diff = await read_diff(self._connection, destination.portfolio_id, refused)
        seen = await fingerprint(self._connection, batches.tally.refused, batches.digest)
        allowed = order.expected is None or order.expected == seen
        return Report(
            rows=batches.tally.rows,
            counts=replace(counts, refused=counts.refused + batches.tally.refused),
            warnings=batches.tally.warnings,
            written=allowed and not order.dry_run,
            creditor_is_new=destination.creditor_is_new,
            portfolio_is_new=destination.portfolio_is_new,
            form=table.form,
            encoding=table.encoding,
            delimiter=table.delimiter,
            ignored_columns=self._layout.ignored,
            notes=(*table.notes, *self._layout.notes),
            diff=diff,
            fingerprint=seen,
        )
