"""Reading a file a batch of rows at a time; needs no database, so a thread can do it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice

from cobranca.debtors.imports.columns import Layout
from cobranca.debtors.imports.error_file import ErrorFile, reasons_of
from cobranca.debtors.imports.rows import DebtorLine, ReadRow, Remark, Severity, read_row
from cobranca.debtors.imports.staging import Staged, staged
from cobranca.debtors.imports.table import Record, Table
from foundation.crypto import Keys

BATCH_ROWS = 2000
REFUSED_SHOWN = 20
_UNCLOSED = "aspas abertas e não fechadas"


@dataclass(slots=True)
class Tally:
    """What was read so far."""

    rows: int = 0  # blank lines not counted
    refused: int = 0
    warnings: int = 0
    shown: tuple[tuple[int, str], ...] = ()  # the first refused rows: line and reasons


class Batches:
    """Reads a table; what is refused goes to the error file at once."""

    def __init__(
        self, table: Table, layout: Layout, keys: Keys, errors: ErrorFile, today: date
    ) -> None:
        self._table = table
        self._layout = layout
        self._keys = keys
        self._errors = errors
        self._today = today
        self._records = table.records()
        self._digest = hashlib.sha256()
        self.tally = Tally()

    @property
    def share(self) -> float:
        """How much of the file was read, 0..1."""
        return min(1.0, self._table.done / self._table.size) if self._table.size else 1.0

    @property
    def digest(self) -> str:
        """Equal exactly when the same rows were refused for the same reasons."""
        return self._digest.hexdigest()

    def next(self) -> Staged | None:
        """Read the next batch of good rows; None at the end of the file.

        Raises UnreadableFile and ErrorFileUnwritable.
        """
        records = list(islice(self._records, BATCH_ROWS))
        if not records:
            return None
        return staged(self._keys, list(self._good(records)))

    def _good(self, records: list[Record]) -> Iterator[DebtorLine]:
        for record in records:
            read = self._read(record)
            self.tally.rows += 1
            if read.remarks:
                self._note(record, read)
            if read.row is not None:
                yield read.row

    def _read(self, record: Record) -> ReadRow:
        if record.cells is None:
            return ReadRow(None, (Remark(record.line, "", _UNCLOSED),))
        return read_row(record.line, record.cells, self._layout, today=self._today)

    def _note(self, record: Record, read: ReadRow) -> None:
        tally = self.tally
        cells = [record.text] if record.cells is None else record.cells
        self._errors.add(record.line, cells, read.remarks)
        tally.warnings += sum(note.severity is Severity.WARNING for note in read.remarks)
        if read.row is None:
            tally.refused += 1
            why = reasons_of(read.remarks)
            self._digest.update(f"{record.line}:{why}\n".encode())
            if len(tally.shown) < REFUSED_SHOWN:
                tally.shown += ((record.line, why),)
