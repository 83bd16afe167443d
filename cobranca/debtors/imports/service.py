"""Import of a creditor's file of debtors: read, stage, merge, in one transaction.

Memory stays flat: rows go to the database in batches. The caller commits at the end or
not at all: an import that fails on the way has done nothing and is simply run again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.merge import (
    Counts,
    find_or_create_portfolio,
    merge,
    refused_in_merge,
)
from cobranca.debtors.imports.remarks import RemarksFile
from cobranca.debtors.imports.rows import DebtorLine, ReadRow, Remark, Severity, read_row
from cobranca.debtors.imports.source import CsvFile, open_source
from cobranca.debtors.imports.staging import Staging
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys

BATCH_ROWS = 2000
_UNCLOSED = "aspas abertas e não fechadas"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What to import."""

    path: Path
    creditor: str
    portfolio: str
    dry_run: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """What an import did; with `dry_run`, what it would have done."""

    rows: int  # read, blank lines not counted
    counts: Counts  # `refused` holds all refused rows
    warnings: int
    dry_run: bool
    creditor_is_new: bool
    encoding: str
    delimiter: str
    ignored_columns: tuple[str, ...]

    @property
    def accepted(self) -> int:
        return self.counts.new + self.counts.changed + self.counts.same


@dataclass(slots=True)
class _Tally:
    rows: int = 0
    refused: int = 0
    warnings: int = 0


def check_file(path: Path) -> None:
    """Read the header only; raises UnreadableFile. Needs no database."""
    with open_source(path) as text:
        CsvFile(text)


async def import_debtors(
    connection: AsyncConnection,
    keys: Keys,
    order: Order,
    remarks: RemarksFile,
    progress: Callable[[int], None] = lambda _bytes_read: None,
) -> Report:
    """Import a file in the caller's transaction; `progress` hears the bytes read so far.

    Raises UnreadableFile, RemarksUnwritable, and whatever the database raises. Only one
    import at a time within a transaction.
    """
    with open_source(order.path) as text:
        file = CsvFile(text)
        async with connection.begin_nested() as savepoint:
            tally = _Tally()
            staging = Staging(connection, keys)
            await staging.create()
            await _stage(file, staging, remarks, tally, progress)
            if tally.rows == 0:
                raise errors.NoRows
            report = await _merge(connection, order, file, remarks, tally)
            if order.dry_run:
                await savepoint.rollback()
            else:
                await staging.drop()
    return report


async def _stage(
    file: CsvFile,
    staging: Staging,
    remarks: RemarksFile,
    tally: _Tally,
    progress: Callable[[int], None],
) -> None:
    today = datetime.now(UTC).astimezone(SAO_PAULO).date()
    batch: list[DebtorLine] = []
    for read in _read_rows(file, today):
        tally.rows += 1
        remarks.add(read.remarks)
        tally.warnings += sum(note.severity is Severity.WARNING for note in read.remarks)
        if read.row is None:
            tally.refused += 1
        else:
            batch.append(read.row)
        if len(batch) == BATCH_ROWS:
            await staging.add(batch)
            batch.clear()
            progress(file.bytes_read)
    await staging.add(batch)
    await staging.finish()
    progress(file.bytes_read)


def _read_rows(file: CsvFile, today: date) -> Iterator[ReadRow]:
    for record in file.records():
        if record.cells is None:
            yield ReadRow(None, (Remark(record.line, "", _UNCLOSED),))
        else:
            yield read_row(record.line, record.cells, file.layout, today=today)


async def _merge(
    connection: AsyncConnection,
    order: Order,
    file: CsvFile,
    remarks: RemarksFile,
    tally: _Tally,
) -> Report:
    destination, creditor_is_new = await find_or_create_portfolio(
        connection, order.creditor, order.portfolio, f"arquivo:{order.path.name}"
    )
    counts = await merge(connection, destination, datetime.now(UTC))
    async for remark in refused_in_merge(connection):
        remarks.add((remark,))
    return Report(
        rows=tally.rows,
        counts=replace(counts, refused=counts.refused + tally.refused),
        warnings=tally.warnings,
        dry_run=order.dry_run,
        creditor_is_new=creditor_is_new,
        encoding=file.encoding,
        delimiter=file.delimiter,
        ignored_columns=file.layout.ignored,
    )
