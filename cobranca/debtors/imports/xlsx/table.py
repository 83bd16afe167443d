"""A sheet of a spreadsheet as a table: titles above the header skipped, rows padded."""

from __future__ import annotations

from collections.abc import Generator, Iterator
from contextlib import ExitStack
from datetime import date
from itertools import chain
from pathlib import Path
from types import TracebackType
from typing import Self

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.cells import (
    EPOCH_1900,
    EPOCH_1904,
    Broken,
    Cell,
    is_blank,
    shown,
)
from cobranca.debtors.imports.columns import known_columns
from cobranca.debtors.imports.table import Record
from cobranca.debtors.imports.xlsx.package import SMALL_PART, Limits, Package, Sheet
from cobranca.debtors.imports.xlsx.sheet import SheetRow, SheetRows
from cobranca.debtors.imports.xlsx.strings import SharedStrings
from cobranca.debtors.imports.xlsx.styles import date_styles

HEADER_ROWS = 20  # rows among which the header is looked for


class SheetTable:
    """An open sheet, its header already read; iterate `records` once."""

    encoding: str | None = None
    delimiter: str = ""

    def __init__(self, path: Path, limits: Limits, sheet: str | None = None) -> None:
        """Raises UnreadableFile. Without a name: the first sheet that holds a header."""
        with ExitStack() as opened:
            package = opened.enter_context(Package(path, limits))
            shared = package.part_of("sharedStrings")
            strings = SharedStrings(package.open(shared) if shared else None)
            opened.callback(strings.close)
            styles = package.part_of("styles")
            self._dates = date_styles(package.open(styles, SMALL_PART) if styles else None)
            self._package, self._strings = package, strings
            self.sheets = package.sheets
            self.epoch: date = EPOCH_1904 if package.starts_1904 else EPOCH_1900
            self.sheet = self._chosen(sheet)
            opened.callback(self._begin().close)
            self._opened = opened.pop_all()

    def _chosen(self, name: str | None) -> Sheet:
        if name is not None:
            for sheet in self.sheets:
                if sheet.name == name:
                    return sheet
            raise errors.UnknownSheet(f"“{name}”.")
        seen = [sheet for sheet in self.sheets if not sheet.hidden] or list(self.sheets)
        for sheet in seen if len(seen) > 1 else ():
            first, rest, _ = self._first_rows(sheet)
            rest.close()
            if any(_names(row) > 1 for row in first):
                return sheet
        return seen[0]

    def _first_rows(
        self, sheet: Sheet
    ) -> tuple[list[SheetRow], Generator[SheetRow, None, None], SheetRows]:
        reader = SheetRows(
            self._strings, self._dates, starts_1904=self._package.starts_1904
        )
        rows = reader.read(self._package.open(sheet.part))
        first: list[SheetRow] = []
        for row in rows:
            first.append(row)
            if len(first) == HEADER_ROWS:
                break
        return first, rows, reader

    def _begin(self) -> Generator[SheetRow, None, None]:
        """Find the header; return what reads the rest."""
        first, rows, self._reader = self._first_rows(self.sheet)
        if not first:
            raise errors.EmptyFile
        best = max(range(len(first)), key=lambda place: _names(first[place]))
        if _names(first[best]) == 0:
            best = 0
        self.headers = tuple(shown(cell).strip() for cell in first[best].cells)
        self._rows = chain(first[best + 1 :], rows)
        self.size = self._package.size_of(self.sheet.part)
        return rows

    @property
    def done(self) -> int:
        return self._reader.done

    @property
    def form(self) -> str:
        return f"planilha do Excel, aba “{self.sheet.name}”"

    @property
    def notes(self) -> tuple[str, ...]:
        if self._reader.merged:
            return (
                f"A aba tem {self._reader.merged} grupos de células mescladas, e só a"
                " primeira de cada grupo tem valor; se faltar dado, desfaça a mescla.",
            )
        return ()

    def records(self) -> Iterator[Record]:
        """Yield the rows that are not blank, padded to the width of the header."""
        width = len(self.headers)
        for row in self._rows:
            cells: list[Cell] = row.cells
            while len(cells) > width and is_blank(cells[-1]):
                cells.pop()
            if all(map(is_blank, cells)):
                continue
            cells.extend([""] * (width - len(cells)))
            yield Record(row.number, cells)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._opened.close()


def _names(row: SheetRow) -> int:
    texts = [shown(cell) for cell in row.cells if not isinstance(cell, Broken)]
    return known_columns(texts)
