"""Which styles of a spreadsheet show a number as a date."""

from __future__ import annotations

import re
from typing import IO

from cobranca.debtors.imports.xlsx.xml import Attributes, feed_all

_BUILT_IN = frozenset((*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59)))
_NOT_CODE = re.compile(r'"[^"]*"|\[[^\]]*\]|\\.|_.|\*.')
_DATE_LETTERS = re.compile(r"[dyDYaA]")  # `a` is the year in Portuguese codes


def date_styles(stream: IO[bytes] | None) -> frozenset[str]:
    """Return the numbers, as cells write them, of the styles that show a date."""
    if stream is None:
        return frozenset()
    reader = _Reader()
    feed_all(stream, reader)
    return frozenset(
        str(place) for place, number in enumerate(reader.formats) if reader.is_date(number)
    )


def shows_date(code: str) -> bool:
    """Tell whether a format code shows a day or a year.

    >>> shows_date("dd/mm/yyyy"), shows_date('R$ #,##0.00;[Red]-"dia" 0')
    (True, False)
    """
    general = code.casefold() in ("general", "geral")
    return not general and _DATE_LETTERS.search(_NOT_CODE.sub("", code)) is not None


class _Reader:
    def __init__(self) -> None:
        self.formats: list[int] = []
        self._codes: dict[int, str] = {}
        self._within = False

    def is_date(self, number: int) -> bool:
        code = self._codes.get(number)
        return number in _BUILT_IN if code is None else shows_date(code)

    def start(self, name: str, attributes: Attributes) -> None:
        if name == "cellXfs":
            self._within = True
        elif name == "numFmt":
            self._codes[_number(attributes)] = attributes.get("formatCode", "")
        elif name == "xf" and self._within:
            self.formats.append(_number(attributes))

    def end(self, name: str) -> None:
        if name == "cellXfs":
            self._within = False

    def text(self, data: str) -> None: ...


def _number(attributes: Attributes) -> int:
    text = attributes.get("numFmtId", "0")
    return int(text) if text.isascii() and text.isdigit() else 0
