"""Which column of a file holds what, and the layout that follows from it.

Pure. Names are compared without accents, case, punctuation and small words, so that
"Nº do Contrato", "CONTRATO" and "numero_contrato" are one (`synonyms`). Two columns for
one field are refused rather than chosen between, except documents (CPF and CNPJ may stand
apart), telephones and what belongs to a telephone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from cobranca.debtors.imports.cells import EPOCH_1900
from cobranca.debtors.imports.errors import MissingColumns, RepeatedColumns
from cobranca.debtors.imports.phone_columns import PhoneColumn, pair_columns
from cobranca.debtors.imports.scores import Scale
from cobranca.debtors.imports.synonyms import (
    ADDRESS,
    SEVERAL,
    Field,
    field_of,
    is_ddd,
    is_phone,
    is_score,
    words_of,
)

REQUIRED = (Field.CONTRACT, Field.DOCUMENT, Field.NAME, Field.AMOUNT, Field.DUE_ON)
PHONE_LABEL = str(Field.PHONE)


@dataclass(frozen=True, slots=True)
class Layout:
    """Where each field stands in the rows of one file."""

    headers: tuple[str, ...]
    fields: Mapping[Field, int]  # without the document
    documents: tuple[int, ...]
    phones: tuple[PhoneColumn, ...]
    address: Mapping[Field, tuple[int, ...]]
    epoch: date = EPOCH_1900  # of serial numbers in date columns
    scale: Scale = Scale.SHARE  # of all chances of being answered
    notes: tuple[str, ...] = ()  # pt-BR, what was decided that people should know

    @property
    def ignored(self) -> tuple[str, ...]:
        """Headers that mean nothing to us."""
        used: set[int | None] = {*self.fields.values(), *self.documents}
        for places in self.address.values():
            used.update(places)
        for phone in self.phones:
            used |= {phone.index, phone.ddd_index, phone.score_index}
        return tuple(
            name for place, name in enumerate(self.headers) if name and place not in used
        )


def known_columns(headers: Sequence[str]) -> int:
    """Return how many headers are understood: tells a right delimiter from a wrong one."""
    return sum(by_name(name) is not None for name in headers)


def by_name(header: str) -> Field | None:
    """Return what a header alone says without doubt; DDDs are not asked here."""
    words = words_of(header)
    if is_score(words):
        return Field.SCORE
    return Field.PHONE if is_phone(words) else field_of(words)


def by_names(headers: Sequence[str]) -> tuple[Field | None, ...]:
    """Return what the names of the columns alone say."""
    return tuple(
        by_name(name) or (Field.DDD if is_ddd(words_of(name)) else None) for name in headers
    )


def read_layout(headers: Sequence[str], epoch: date = EPOCH_1900) -> Layout:
    """Return the layout that names alone give; raises MissingColumns, RepeatedColumns."""
    return layout_of(headers, by_names(headers), epoch)


def missing_fields(targets: Sequence[Field | None]) -> tuple[Field, ...]:
    """Return the fields without which a file cannot be imported and that have no column."""
    return tuple(field for field in (*REQUIRED, Field.PHONE) if field not in targets)


def repeated_fields(targets: Sequence[Field | None]) -> dict[Field, list[int]]:
    """Return the fields that have several columns and may have one only."""
    places: dict[Field, list[int]] = {}
    for place, field in enumerate(targets):
        if field is not None and field not in SEVERAL:
            places.setdefault(field, []).append(place)
    return {field: found for field, found in places.items() if len(found) > 1}


def layout_of(
    headers: Sequence[str], targets: Sequence[Field | None], epoch: date = EPOCH_1900
) -> Layout:
    """Return the layout in which each column holds its target (None: not read).

    Raises MissingColumns, RepeatedColumns.
    """
    missing = missing_fields(targets)
    if missing:
        raise MissingColumns(", ".join(map(str, missing)) + ".")
    for field, places in repeated_fields(targets).items():
        names = ", ".join(f"“{headers[place].strip()}”" for place in places)
        raise RepeatedColumns(f"{field} ({names}).")
    single: dict[Field, int] = {
        field: place
        for place, field in enumerate(targets)
        if field is not None and field not in SEVERAL
    }
    phones, notes = pair_columns(headers, targets)
    return Layout(
        tuple(name.strip() for name in headers),
        single,
        tuple(place for place, field in enumerate(targets) if field is Field.DOCUMENT),
        phones,
        {
            field: found
            for field in ADDRESS
            if (found := tuple(p for p, one in enumerate(targets) if one is field))
        },
        epoch,
        notes=notes,
    )
