"""The rows of one sheet, one after another, with each cell's value as it is stored."""

from __future__ import annotations

import math
import re
from collections.abc import Generator
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import IO

from cobranca.debtors.imports.cells import EPOCH_1900, EPOCH_1904, Broken, Cell
from cobranca.debtors.imports.errors import (
    DamagedSpreadsheet,
    HostileSpreadsheet,
    TooManyColumns,
)
from cobranca.debtors.imports.xlsx.strings import LONGEST, SharedStrings, unescaped
from cobranca.debtors.imports.xlsx.xml import Attributes, feed

COLUMNS_MAX = 1024  # Excel has 16,384; no creditor's file comes near
_PLACE = re.compile(r"([A-Z]{1,8})(\d{1,9})", re.ASCII)
_WHOLE = re.compile(r"-?\d{1,15}", re.ASCII)
_ISO_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
_SECONDS = 86_400
_NO_RESULT = Broken(
    "fórmula sem resultado guardado; abra a planilha no Excel, salve e envie de novo"
)


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row that is not empty."""

    number: int  # as the spreadsheet shows it, from 1
    cells: list[Cell]


class SheetRows:
    """Reads a sheet once; `done` tells the unpacked bytes read so far."""

    def __init__(
        self, strings: SharedStrings, dates: frozenset[str], *, starts_1904: bool
    ) -> None:
        self._strings, self._dates = strings, dates
        self._epoch = EPOCH_1904 if starts_1904 else EPOCH_1900
        self._ready: list[SheetRow] = []
        self._row: list[Cell] = []
        self._number = 0
        self._columns: dict[str, int] = {}
        self._place = -1
        self._kind = self._style = ""
        self._formula = self._reading = self._phonetic = False
        self._runs: list[str] = []
        self._length = 0
        self.done = 0
        self.merged = 0

    def read(self, stream: IO[bytes]) -> Generator[SheetRow, None, None]:
        """Yield the rows; raises DamagedSpreadsheet, HostileSpreadsheet, TooManyColumns."""
        for done in feed(stream, self):
            self.done = done
            yield from self._ready
            self._ready.clear()

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "c":
            self._start_cell(attributes)
        elif name == "v":
            self._reading = True
        elif name == "t":
            self._reading = not self._phonetic
        elif name == "f":
            self._formula = True
        elif name == "row":
            self._start_row(attributes.get("r", ""))
        elif name == "rPh":
            self._phonetic = True
        elif name == "mergeCell":
            self.merged += 1

    def text(self, data: str) -> None:
        if self._reading:
            self._length += len(data)
            if self._length > LONGEST:
                raise HostileSpreadsheet("uma célula é grande demais.")
            self._runs.append(data)

    def end(self, name: str) -> None:
        if name in ("v", "t"):
            self._reading = False
        elif name == "rPh":
            self._phonetic = False
        elif name == "c":
            value = self._value()
            if value != "":
                self._row.extend([""] * (self._place - len(self._row)))
                self._row[self._place :] = [value]
        elif name == "row" and self._row:
            self._ready.append(SheetRow(self._number, self._row))
            self._row = []

    def _start_row(self, number: str) -> None:
        known = number.isascii() and number.isdigit() and len(number) < 10
        self._number = int(number) if known else self._number + 1
        self._place = -1

    def _start_cell(self, attributes: Attributes) -> None:
        place = attributes.get("r")
        self._place = self._place + 1 if place is None else self._column(place)
        if self._place >= COLUMNS_MAX:
            raise TooManyColumns(f"{COLUMNS_MAX}.")
        if self._place < len(self._row):
            raise DamagedSpreadsheet("tem células fora de ordem.")
        self._kind = attributes.get("t", "n")
        self._style = attributes.get("s", "0")
        self._formula = False
        self._length = 0
        self._runs.clear()

    def _column(self, place: str) -> int:
        found = _PLACE.fullmatch(place)
        if found is None:
            raise DamagedSpreadsheet("tem uma célula sem lugar.")
        letters = found[1]
        known = self._columns.get(letters)
        if known is None:
            known = column_number(letters)
            if known < COLUMNS_MAX:
                self._columns[letters] = known
        return known

    def _value(self) -> Cell:
        text = "".join(self._runs)
        match self._kind:
            case "s":
                return self._strings[_index(text)] if text else ""
            case "str" | "inlineStr":
                return unescaped(text)
            case "e":
                return Broken(f"a célula tem um erro da planilha ({text[:20]})")
            case "b":
                return "VERDADEIRO" if text == "1" else "FALSO"
            case "d":
                return date.fromisoformat(text[:10]) if _is_midnight(text) else text
            case _:
                return self._number_of(text.strip())

    def _number_of(self, text: str) -> Cell:
        if not text:
            return _NO_RESULT if self._formula else ""
        if _WHOLE.fullmatch(text):
            number = Decimal(text)
        else:
            try:
                number = Decimal(str(_finite(float(text))))
            except (ValueError, OverflowError):
                return Broken("número ilegível")
        return self._day(number) if self._style in self._dates else number

    def _day(self, number: Decimal) -> Cell:
        """A serial number that is shown as a date; with a clock time it stays a text."""
        whole = int(number)
        if not 0 < whole < 2_958_466:  # 31/12/9999
            return number
        try:
            day = self._epoch + timedelta(days=whole)
        except OverflowError:
            return number
        seconds = round((number - whole) * _SECONDS)
        if seconds == 0:
            return day
        return f"{day:%d/%m/%Y} {seconds // 3600:02}:{seconds // 60 % 60:02}"


def _finite(number: float) -> float:
    if not math.isfinite(number):
        raise ValueError(number)
    return number


def _index(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 12):
        raise DamagedSpreadsheet("uma célula aponta para um texto que não existe.")
    return int(text)


def _is_midnight(text: str) -> bool:
    """`2026-01-10` or `2026-01-10T00:00:00`, and a day that exists."""
    if not _ISO_DAY.match(text) or text[10:] not in ("", "T00:00:00", "T00:00:00Z"):
        return False
    try:
        date.fromisoformat(text[:10])
    except ValueError:
        return False
    return True


def column_number(letters: str) -> int:
    """Return the place of a column, from 0.

    >>> column_number("A"), column_number("Z"), column_number("AA")
    (0, 25, 26)
    """
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number - 1
