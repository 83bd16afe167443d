"""Reading a CSV as it comes: any usual delimiter and encoding, one record at a time.

Each line is decoded by itself: as UTF-8 when it is that, else as Windows-1252, so that a
file that somebody glued together from two is read right too. A quote that is opened and
never closed costs its own line, not the rest of the file.
"""

from __future__ import annotations

import csv
from collections import deque
from collections.abc import Iterator
from datetime import date
from typing import TextIO

from cobranca.debtors.imports import errors
from cobranca.debtors.imports.cells import EPOCH_1900
from cobranca.debtors.imports.columns import known_columns
from cobranca.debtors.imports.table import Record

DELIMITERS = ";,\t|"
LONGEST_LINE = 64 * 1024  # bytes
LINES_JOINED_MAX = 20  # of one record with line breaks inside quotes
HEADER_LINES = 10  # lines among which the header is looked for: titles may stand above
_DELIMITER_NAMES = {"\t": "tabulação"}
_BOM = (
    "\N{LATIN SMALL LETTER I WITH DIAERESIS}\N{RIGHT-POINTING DOUBLE ANGLE QUOTATION MARK}"
)
_UTF8_BOM = _BOM + "\N{INVERTED QUESTION MARK}"  # EF BB BF read as Latin-1


class CsvFile:
    """An open CSV, its header already read; iterate `records` once."""

    epoch: date = EPOCH_1900
    notes: tuple[str, ...] = ()

    def __init__(self, file: TextIO, size: int = 0) -> None:
        """Read the header; raises UnreadableFile when there is nothing to import.

        `file` gives each byte as one character (Latin-1) and leaves line ends alone.
        """
        self._file = file
        self.size = size
        self._ahead: deque[tuple[int, str]] = deque()
        self._lines_read = 0
        self.bytes_read = 0
        self.utf8_lines = 0  # with letters beyond ASCII
        self.windows_lines = 0
        header = self._header_line()
        self.delimiter = _delimiter(header)
        cells = _cells(header, self.delimiter)
        self.headers = tuple(name.strip() for name in cells)

    @property
    def done(self) -> int:
        return self.bytes_read

    @property
    def form(self) -> str:
        mark = _DELIMITER_NAMES.get(self.delimiter, f"“{self.delimiter}”")
        return f"CSV, {self.encoding}, separador {mark}"

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
                yield Record(number, None, line.strip())
                continue
            cells = _cells(text, self.delimiter)
            if any(map(str.strip, cells)):
                yield Record(number, self._fitted(cells))

    def _fitted(self, cells: list[str]) -> list[str]:
        """Drop empty cells beyond the header: many programs end lines with delimiters."""
        while len(cells) > len(self.headers) and not cells[-1].strip():
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
        return len(cells) == len(self.headers)

    def _header_line(self) -> str:
        """The line among the first that names most columns; those above are titles."""
        taken: list[tuple[int, str]] = []
        while len(taken) < HEADER_LINES and (numbered := self._next_line()) is not None:
            taken.append(numbered)
        filled = [
            place
            for place, (_, line) in enumerate(taken)
            if line.strip(" \t\r\n;,|") and not line.lower().startswith("sep=")
        ]
        if not filled:
            raise errors.EmptyFile
        best = max(filled, key=lambda place: _names(taken[place][1]))
        if _names(taken[best][1]) == 0:
            best = filled[0]
        self._ahead.extendleft(reversed(taken[best + 1 :]))
        return taken[best][1]

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


def _names(line: str) -> int:
    """How many known columns a line names, by whichever delimiter."""
    return max(known_columns(_cells(line, mark)) for mark in DELIMITERS)


def _delimiter(header: str) -> str:
    """The one that makes the most known columns of the header line, then the most."""
    return max(
        DELIMITERS,
        key=lambda mark: (known_columns(_cells(header, mark)), header.count(mark)),
    )


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
