"""The telephones of one row, each with the chance that the list gives it.

Pure. A number that cannot be dialled and a chance that cannot be read are told, not fatal.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from cobranca.debtors.imports.cells import Cell, UnusableCell, as_text
from cobranca.debtors.imports.columns import Layout
from cobranca.debtors.imports.phone_columns import PhoneColumn
from cobranca.debtors.imports.scores import chance_in
from foundation.brasil.phone import Phone, UndialableNumber, parse_phone, split_phones

Fault = tuple[str, str]  # the column's name and what is wrong, pt-BR


@dataclass(slots=True)
class RowPhones:
    """Numbers by their E.164 form, in the file's order; `chances`, 0..1, where told."""

    numbers: dict[str, Phone] = field(default_factory=dict)
    chances: dict[str, float] = field(default_factory=dict)
    undialable: list[Fault] = field(default_factory=list)
    unreadable: list[Fault] = field(default_factory=list)  # chances


def read_phones(cells: Sequence[Cell], layout: Layout) -> RowPhones:
    """Read all columns of telephones; the first chance told of a number counts."""
    read = RowPhones()
    chances = _Chances(cells, layout, read.unreadable)
    for column in layout.phones:
        phones, reasons = _numbers(cells, column)
        header = layout.headers[column.index]
        read.undialable += [(header, reason) for reason in reasons]
        chance = chances.at(column.score_index) if phones else None
        for phone in phones:
            read.numbers.setdefault(phone.e164, phone)
            if chance is not None:
                read.chances.setdefault(phone.e164, chance)
    return read


class _Chances:
    """Reads each cell of a chance once, though several telephones may share it."""

    def __init__(self, cells: Sequence[Cell], layout: Layout, faults: list[Fault]) -> None:
        self._cells = cells
        self._layout = layout
        self._faults = faults
        self._read: dict[int, float | None] = {}

    def at(self, place: int | None) -> float | None:
        if place is None:
            return None
        if place not in self._read:
            self._read[place] = self._chance(place)
        return self._read[place]

    def _chance(self, place: int) -> float | None:
        try:
            return chance_in(self._cells[place], self._layout.scale)
        except UnusableCell as error:
            self._faults.append((self._layout.headers[place], str(error)))
            return None


def _numbers(
    cells: Sequence[Cell], column: PhoneColumn
) -> tuple[tuple[Phone, ...], tuple[str, ...]]:
    """The dialable numbers of a cell, and what is wrong with the others."""
    try:
        text = as_text(cells[column.index])
        ddd = "" if column.ddd_index is None else as_text(cells[column.ddd_index])
    except UnusableCell as error:
        return (), (str(error),)
    return _phones_in(text, re.sub(r"\D", "", ddd).lstrip("0")) if text else ((), ())


@lru_cache(maxsize=8192)  # the instalments of one debtor repeat its numbers
def _phones_in(cell: str, ddd: str) -> tuple[tuple[Phone, ...], tuple[str, ...]]:
    phones, reasons = [], []
    for text in split_phones(cell):
        try:
            phones.append(parse_phone(text, ddd=ddd))
        except UndialableNumber as error:
            reasons.append(str(error))
    return tuple(phones), tuple(reasons)
