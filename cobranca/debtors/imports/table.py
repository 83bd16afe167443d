"""A creditor's file as a table: a header and rows of cells, whatever its format."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from cobranca.debtors.imports.cells import Cell


@dataclass(frozen=True, slots=True)
class Record:
    """One row of cells, or None where the line's quotes cannot be understood."""

    line: int  # number of its first line in the file, from 1
    cells: Sequence[Cell] | None
    text: str = ""  # the line itself where there are no cells


class Table(Protocol):
    """An open file, its header already read; iterate `records` once."""

    @property
    def headers(self) -> tuple[str, ...]: ...

    @property
    def epoch(self) -> date:
        """The day from which serial numbers count where a date is asked for."""

    @property
    def done(self) -> int:
        """How much was read, in units of `size`."""

    @property
    def size(self) -> int: ...

    @property
    def form(self) -> str:
        """What the file was found to be, in pt-BR for people."""

    @property
    def encoding(self) -> str | None:
        """Of a text."""

    @property
    def delimiter(self) -> str:
        """Of a text; a spreadsheet has none."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What people should know of the file as a whole, once it was read."""

    def records(self) -> Iterator[Record]:
        """Yield the rows that are not blank."""
