"""One cell of a creditor's file, and how it is read as a text, a date or an amount.

Pure. A cell of a CSV is always text. A spreadsheet also has numbers and dates, and cells
that cannot be used at all (`Broken`). What could mean two things is refused, never guessed.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from foundation.brasil.dates import InvalidDate, format_date, parse_date
from foundation.brasil.money import InvalidAmount, parse_amount

_EXACT_BELOW = Decimal(10) ** 15  # a spreadsheet keeps 15 digits of a number
_CENT = Decimal("0.01")
_NOISE = Decimal("0.00001")  # what binary fractions add to a sum of cents
_LARGEST = Decimal(10) ** 12
_YEARS = range(1800, 2101)
_LAST_SERIAL = 73_415  # 31/12/2100
_AFTER_FALSE_LEAP_DAY = 60  # serial of the 29/02/1900 that never was
EPOCH_1900 = date(1899, 12, 30)
EPOCH_1904 = date(1904, 1, 1)
_FORMULA_MARKS = ("'=", "'+", "'-", "'@", "'\t", "'\r")


@dataclass(frozen=True, slots=True)
class Broken:
    """A cell that has no value we could use; `reason` is pt-BR."""

    reason: str


Cell = str | Decimal | date | Broken


class UnusableCell(ValueError):
    """A célula não pode ser lida como o campo pede."""


def is_blank(cell: Cell) -> bool:
    """Tell whether nobody wrote anything there."""
    return isinstance(cell, str) and not cell.strip()


def as_text(cell: Cell) -> str:
    """Return a cell as the text that a person sees; raises UnusableCell.

    A whole number loses its decimal point; one beyond 15 digits is refused, because the
    spreadsheet has already changed its last digits.
    """
    if isinstance(cell, str):
        text = cell.strip()
        return text[1:] if text.startswith(_FORMULA_MARKS) else text
    if isinstance(cell, Broken):
        raise UnusableCell(cell.reason)
    if isinstance(cell, date):
        return format_date(cell)
    if abs(cell) >= _EXACT_BELOW:
        raise UnusableCell(
            "número com mais de 15 dígitos perde os últimos na planilha;"
            " formate a coluna como texto"
        )
    return str(int(cell)) if cell == cell.to_integral_value() else f"{cell.normalize():f}"


def as_date(cell: Cell, *, epoch: date = EPOCH_1900) -> date:
    """Return a date from a date cell, a spreadsheet's serial number or text.

    Raises UnusableCell with the reason in pt-BR.
    """
    if isinstance(cell, date):
        return cell
    if isinstance(cell, Decimal):
        return _of_serial(cell, epoch)
    try:
        return parse_date(as_text(cell))
    except InvalidDate as error:
        raise UnusableCell(str(error)) from error


def _of_serial(number: Decimal, epoch: date) -> date:
    if number != number.to_integral_value():
        raise UnusableCell("data com hora ou número quebrado; escreva como dd/mm/aaaa")
    if int(number) in _YEARS:
        raise UnusableCell("data com o ano só; escreva como dd/mm/aaaa")
    if not _AFTER_FALSE_LEAP_DAY < number <= _LAST_SERIAL:
        raise UnusableCell("número que não é uma data; escreva como dd/mm/aaaa")
    return epoch + timedelta(days=int(number))


def as_amount(cell: Cell) -> Decimal:
    """Return whole cents from a number or a text such as `1.234,56`.

    A number's third decimal place is let pass only when it is noise of binary fractions.
    Raises UnusableCell with the reason in pt-BR.
    """
    if isinstance(cell, date):
        raise UnusableCell("a planilha guarda aqui uma data, não um valor")
    if not isinstance(cell, Decimal):
        try:
            return parse_amount(as_text(cell))
        except InvalidAmount as error:
            raise UnusableCell(str(error)) from error
    if abs(cell) >= _LARGEST:
        raise UnusableCell("valor grande demais")
    cents = cell.quantize(_CENT)
    if abs(cents - cell) > _NOISE:
        raise UnusableCell("valor com mais de duas casas decimais")
    return cents


def shown(cell: Cell) -> str:
    """Return what the error file repeats of a cell."""
    if isinstance(cell, Broken):
        return ""
    if isinstance(cell, Decimal):
        return f"{cell.normalize():f}".replace(".", ",")
    return format_date(cell) if isinstance(cell, date) else cell
