"""Reading a CSV as it comes: any usual delimiter and encoding, one record at a time.

Each line is decoded by itself: as UTF-8 when it is that, else as Windows-1252, so that a
file that somebody glued together from two is read right too. A quote that is opened and
never closed costs its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TextIO

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.columns import Layout, known_columns, read_layout

DELIMITERS = ";,\t|"
LONGEST_LINE = 64 * 1024  # bytes
LINES_JOINED_MAX = 20  # of one record with line breaks inside quotes
_SAMPLE = 64 * 1024
_BOM = (
    "\N{LATIN SMALL LETTER I WITH DIAERESIS}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
)
_UTF8_BOM = _BOM + "\N{INVERTED QUESTION MARK}"  # EF BB BF read as Latin-1
_UTF16_BOMS = (b"\xff\xfe", b"\xfe\xff")
_ZIP_OR_OLD_EXCEL = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")


@dataclass(frozen=True, slots=True)
class Record:
    """One row of cells, or None where the line's quotes cannot be understood."""

    line: int  # number of its first line in the file, from 1
    cells: Sequence[str] | None


class CsvFile:
    """An open file, its layout already read; iterate `records` once."""

    def __init__(self, file: TextIO) -> None:
        """Read the header; raises UnreadableFile when there is nothing to import."""
        self._file = file
        self._ahead: deque[tuple[int, str]] = deque()
        self._lines_read = 0
        self.bytes_read = 0
        self.utf8_lines = 0  # with letters beyond ASCII
        self.windows_lines = 0
        header = self._next_filled()
        if header is not None and header.lower().startswith("sep="):
            header = self._next_filled()  # a line that Excel writes for itself
        if header is None:
            raise errors.EmptyFile
        self.delimiter = _delimiter(header)
        self.layout: Layout = read_layout(_cells(header, self.delimiter))

    @property
    def encoding(self) -> str:
        """What the file was found to be written in, for people."""
        if self.windows_lines and self.utf8_lines:
            return "UTF-8 e Windows-1252 misturados"
        return "Windows-1252" if self.windows_lines else "UTF-8"

    def records(self) -> Iterator[Record]:
        """Yield the rows that are not blank."""
        while (numbered := self._next_line()) is not None:
            number, line = numbered
            text = self._whole(line) if '"' in line else line
            if text is None:
                yield Record(number, None)
                continue
            cells = _cells(text, self.delimiter)
            if any(map(str.strip, cells)):
                yield Record(number, self._fitted(cells))

    def _fitted(self, cells: list[str]) -> list[str]:
        """Drop empty cells beyond the header: many programs end lines with delimiters."""
        while len(cells) > len(self.layout.headers) and not cells[-1].strip():
            cells.pop()
        return cells

    def _whole(self, line: str) -> str | None:
        """Join the lines of a record whose quotes go on; None when they never close.

        A line that is a whole row by itself ends the search: two rows with a stray quote
        each must not swallow what stands between them.
        """
        taken: list[tuple[int, str]] = []
        text = line
        while _is_open(text, self.delimiter):
            full = len(taken) == LINES_JOINED_MAX or len(text) > LONGEST_LINE
            following = None if full else self._next_line()
            if following is not None:
                taken.append(following)
                text += following[1]
            if following is None or self._is_a_row(following[1]):
                break
        else:
            if not taken or self._is_a_row(text):
                return text
        self._ahead.extendleft(reversed(taken))
        return None

    def _is_a_row(self, text: str) -> bool:
        """Tell whether a text is well-formed and as wide as the header."""
        try:
            cells = next(csv.reader([text], delimiter=self.delimiter, strict=True), [])
        except csv.Error:
            return False
        return len(cells) == len(self.layout.headers)

    def _next_filled(self) -> str | None:
        while (numbered := self._next_line()) is not None:
            if numbered[1].strip():
                return numbered[1]
        return None

    def _next_line(self) -> tuple[int, str] | None:
        if self._ahead:
            return self._ahead.popleft()
        raw = self._file.readline(LONGEST_LINE + 1)
        if not raw:
            return None
        self._lines_read += 1
        if len(raw) > LONGEST_LINE:
            raise errors.LineTooLong(f"{self._lines_read}.")
        self.bytes_read += len(raw)
        if self._lines_read == 1:
            raw = raw.removeprefix(_UTF8_BOM)
        return self._lines_read, self._decoded(raw)

    def _decoded(self, raw: str) -> str:
        if raw.isascii():
            return raw
        octets = raw.encode("latin-1")
        try:
            text = octets.decode("utf-8")
            self.utf8_lines += 1
        except UnicodeDecodeError:
            text = octets.decode("cp1252", "replace")
            self.windows_lines += 1
        return text


def open_source(path: Path) -> TextIO:
    """Open the file so that each character is one byte; raises UnreadableFile."""
    try:
        with path.open("rb") as file:
            sample = file.read(_SAMPLE)
        # closed by whoever asked for it
        source = path.open(encoding="latin-1", newline="")
    except OSError as error:
        raise errors.FileMissing(f"{path.name} ({error.strerror}).") from error
    try:
        _refuse_other_formats(sample)
    except errors.UnreadableFile:
        source.close()
        raise
    return source


def _refuse_other_formats(sample: bytes) -> None:
    if not sample.strip():
        raise errors.EmptyFile
    if sample.startswith(_ZIP_OR_OLD_EXCEL):
        raise errors.SpreadsheetFile
    if sample.startswith(_UTF16_BOMS):
        raise errors.WideTextFile
    if b"\0" in sample:
        raise errors.BinaryFile


def _delimiter(header: str) -> str:
    """The one that makes the most known columns of the header line."""
    return max(DELIMITERS, key=lambda mark: known_columns(_cells(header, mark)))


def _cells(text: str, delimiter: str) -> list[str]:
    return next(csv.reader([text], delimiter=delimiter), [])


def _is_open(text: str, delimiter: str) -> bool:
    """Tell whether the text ends inside a quoted cell."""
    inside, at_start, place = False, True, 0
    while place < len(text):
        letter = text[place]
        if inside:
            if letter == '"':
                if text[place + 1 : place + 2] == '"':
                    place += 1
                else:
                    inside = False
        elif letter == '"' and at_start:
            inside = True
        at_start = not inside and letter == delimiter
        place += 1
    return inside
