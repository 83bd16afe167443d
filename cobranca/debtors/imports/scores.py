"""A number's chance of being answered, as a creditor writes it, and on which scale.

Pure. Some write 0.85, some 85, some 85 %: the columns of one file are read on one scale,
which their values tell together, never on the cell's own. What cannot be a chance is not
guessed at.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from cobranca.debtors.imports.cells import Cell, UnusableCell, as_text, is_blank

_NUMBER = re.compile(r"(\d{0,9}(?:[.,]\d{1,20})?)(?:E([+-]?\d{1,2}))?\s*(%?)", re.ASCII)
_DIGITS = 4  # of a share: finer than any list knows
_MOST = Decimal(100)
_MANY_ABOVE, _FEW_ABOVE = 0.5, 0.1  # share of the values above 1 that settles the scale


class Scale(StrEnum):
    """What a bare number means; the value is how people are told."""

    SHARE = "de 0 a 1"
    PERCENT = "de 0 a 100"


@dataclass(frozen=True, slots=True)
class Written:
    """A number as it stands in the cell; not below 0."""

    value: Decimal
    percent: bool  # it has the sign


def read_written(cell: Cell) -> Written | None:
    """Return the number of a cell, None when it is blank; raises UnusableCell."""
    if is_blank(cell):
        return None
    if isinstance(cell, date):
        raise UnusableCell("a planilha guarda aqui uma data, não uma chance")
    if isinstance(cell, Decimal):
        written = Written(cell, percent=False)
    else:
        found = _NUMBER.fullmatch(as_text(cell).upper())
        if found is None or not found[1]:
            raise UnusableCell("chance de atender ilegível; escreva um número")
        number = f"{found[1].replace(',', '.')}E{found[2] or 0}"
        written = Written(Decimal(number), percent=found[3] == "%")
    if not 0 <= written.value <= _MOST:
        raise UnusableCell("chance de atender fora de 0 a 100%")
    return written


def chance_in(cell: Cell, scale: Scale) -> float | None:
    """Return the chance, 0..1, None when the cell is blank; raises UnusableCell."""
    written = read_written(cell)
    if written is None:
        return None
    if written.percent or scale is Scale.PERCENT:
        return round(float(written.value / 100), _DIGITS)
    if written.value > 1:
        raise UnusableCell(f"chance de atender tem de ser um número {scale}, ou ter %")
    return round(float(written.value), _DIGITS)


@dataclass(slots=True)
class Tally:
    """What one column holds."""

    wrong: int = 0  # no chance on any scale
    signed: int = 0
    small: int = 0  # bare, above 0 and up to 1
    large: int = 0  # bare, above 1
    filled: int = 0

    def note(self, cell: Cell) -> None:
        try:
            written = read_written(cell)
        except UnusableCell:
            self.wrong += 1
            self.filled += 1
            return
        if written is None:
            return
        self.filled += 1
        self.signed += written.percent
        self.large += not written.percent and written.value > 1
        self.small += not written.percent and 0 < written.value <= 1

    @property
    def is_nonsense(self) -> bool:
        """Most of it cannot be chances: a score of something else stands there."""
        return self.wrong > self.filled / 2


def scale_of(tallies: list[Tally]) -> Scale | None:
    """Return the one scale of these columns; None when their values speak for both."""
    large = sum(one.large for one in tallies)
    bare = large + sum(one.small for one in tallies)
    if bare == 0:
        return Scale.PERCENT if any(one.signed for one in tallies) else Scale.SHARE
    if large > _MANY_ABOVE * bare:
        return Scale.PERCENT
    return Scale.SHARE if large <= _FEW_ABOVE * bare else None
