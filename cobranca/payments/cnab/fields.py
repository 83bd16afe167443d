"""Fixed-width records described by data: what stands where, and in which form.

Pure. A record is a table of lines `first last form what`, positions from 1 as in the
banks' manuals. Forms:

    n   digits, zeros to the left          a   text, spaces to the right, capitals
    $   amount in reais with two places    %2  rate per cent, two places
    d6  date ddmmyy, d8 ddmmyyyy; no date is zeros
    0   zeros        _   blanks            =   the constant that follows
    x   as given, of exactly that length

A table that leaves a gap, overlaps or ends at another length is refused when it is read,
so a slip of the pen cannot shift a bank's file by one position. Amounts are integer cents
inside. What does not fit is refused, never cut; only text is cut, as the banks ask.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from cobranca.payments.refusal import InvalidCnab

_FORMS = re.compile(r"n|a|\$|d6|d8|0|_|=|x|%2")
_SIGNS = re.compile(r"[^A-Z0-9 .,/&()+@:-]")
_FILLERS = ("0", "_", "=")


class WrongLayout(ValueError):
    """A layout table that does not cover its record exactly."""


class DoesNotFit(InvalidCnab):
    """Um dado não cabe no campo do layout."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field; `first` is from 0, `end` is after the last, `constant` of fillers only."""

    first: int
    end: int
    form: str
    name: str

    @property
    def length(self) -> int:
        return self.end - self.first

    @property
    def constant(self) -> str | None:
        match self.form:
            case "0":
                return "0" * self.length
            case "_":
                return " " * self.length
            case "=":
                return self.name.ljust(self.length)
            case _:
                return None


def fields_of(table: str, length: int, *, name: str) -> tuple[Field, ...]:
    """Read a table; raises WrongLayout unless it covers 1..`length` without gap."""
    found = tuple(_field(line) for line in table.splitlines() if line.strip())
    at = 0
    for field in found:
        if field.first != at or field.end <= at:
            raise WrongLayout(
                f"{name}: position {at + 1} expected, {field.first + 1} found"
            )
        if field.constant is not None and len(field.constant) != field.length:
            raise WrongLayout(f"{name}: constant too long at {field.first + 1}")
        at = field.end
    if at != length:
        raise WrongLayout(f"{name}: {at} positions instead of {length}")
    return found


def _field(line: str) -> Field:
    parts = line.split(maxsplit=3)
    first, last, form = parts[:3]
    if not _FORMS.fullmatch(form) or (len(parts) == 3 and form not in ("0", "_")):
        raise WrongLayout(line)
    return Field(
        int(first) - 1, int(last), form, parts[3].strip() if len(parts) > 3 else ""
    )


class Record:
    """Writes and reads one kind of record; made once, used for every line."""

    def __init__(self, fields: tuple[Field, ...]) -> None:
        self.length = fields[-1].end
        self.fields = tuple(field for field in fields if field.form not in _FILLERS)
        self.constants = tuple(field for field in fields if field.form == "=")
        self._parts = _parts(fields)

    def written(self, values: Mapping[str, Any]) -> str:
        """Return the line; raises DoesNotFit naming the field, KeyError on one left out."""
        out = []
        for part in self._parts:
            if isinstance(part, str):
                out.append(part)
                continue
            field, write = part
            text = write(values[field.name], field.length)
            if len(text) != field.length:
                raise DoesNotFit("cnab_does_not_fit", f"«{field.name}» não cabe no layout")
            out.append(text)
        return "".join(out)

    def read(self, line: str) -> dict[str, Any]:
        """Return the values of a line; raises InvalidCnab naming what is illegible."""
        return {
            field.name: _read(field, line[field.first : field.end]) for field in self.fields
        }

    def matches(self, line: str) -> bool:
        """Tell whether a line has this record's length and all of its constants."""
        return len(line) == self.length and all(
            line[field.first : field.end].rstrip() == field.name for field in self.constants
        )


_Writing = tuple[Field, Callable[[Any, int], str]]


def _parts(fields: tuple[Field, ...]) -> tuple[str | _Writing, ...]:
    """Constants side by side become one text; the others keep how they are written."""
    parts: list[str | _Writing] = []
    for field in fields:
        constant = field.constant
        if constant is None:
            parts.append((field, _WRITERS[field.form.rstrip("2")]))
        elif parts and isinstance(parts[-1], str):
            parts[-1] += constant
        else:
            parts.append(constant)
    return tuple(parts)


def _write_digits(value: Any, length: int) -> str:
    text = str(value)
    if text and not (text.isascii() and text.isalnum()):
        raise DoesNotFit("cnab_not_digits", "um campo numérico do layout tem outros sinais")
    return text.upper().rjust(length, "0")


def _write_text(value: Any, length: int) -> str:
    return _SIGNS.sub(" ", str(value).upper())[:length].ljust(length)


def _write_cents(value: Any, length: int) -> str:
    cents = int(value)
    if cents < 0:
        raise DoesNotFit("cnab_negative", "valor negativo num layout que não o comporta")
    return str(cents).rjust(length, "0")


def _write_short_date(value: date | None, _length: int) -> str:
    return f"{value:%d%m%y}" if value else "000000"


def _write_long_date(value: date | None, _length: int) -> str:
    return f"{value:%d%m%Y}" if value else "00000000"


_WRITERS: Mapping[str, Callable[[Any, int], str]] = {
    "n": _write_digits,
    "a": _write_text,
    "$": _write_cents,
    "%": _write_cents,
    "d6": _write_short_date,
    "d8": _write_long_date,
    "x": lambda value, _length: str(value),
}


def _read(field: Field, text: str) -> Any:
    match field.form[0]:
        case "$" | "%":
            return _number(field, text)
        case "d":
            return _date(field, text)
        case "n":
            return text.strip()
        case _:
            return text.rstrip()


def _number(field: Field, text: str) -> int:
    digits = text.strip() or "0"
    if not (digits.isascii() and digits.isdigit()):
        raise InvalidCnab("cnab_illegible", f"«{field.name}» ilegível no arquivo")
    return int(digits)


def _date(field: Field, text: str) -> date | None:
    digits = text.strip()
    if not digits.strip("0"):
        return None
    try:
        year = int(digits[4:])
        if len(digits) == 6:
            year += 2000 if year < 80 else 1900
        return date(year, int(digits[2:4]), int(digits[:2]))
    except ValueError as error:
        raise InvalidCnab("cnab_illegible", f"«{field.name}» não é uma data") from error
