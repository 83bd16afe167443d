"""Learning what each column holds, from its name and from values below it.

Pure. A name that everybody uses is certain; one that only contains a telling word is
probable; values alone make a guess. Values that contradict a name take its certainty away.
Nothing is applied on a guess without a person: `sure` says whether names alone suffice.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from cobranca.debtors.imports.cells import (
    Cell,
    UnusableCell,
    as_amount,
    as_date,
    as_text,
    is_blank,
    shown,
)
from cobranca.debtors.imports.columns import by_name, missing_fields, repeated_fields
from cobranca.debtors.imports.documents import read_document
from cobranca.debtors.imports.errors import MappingUnreadable
from cobranca.debtors.imports.scores import read_written
from cobranca.debtors.imports.synonyms import (
    HINTS,
    SEVERAL,
    Field,
    is_ddd,
    plain,
    telling_words,
    words_of,
)
from foundation.brasil.ddd import STATE_NAMES, UFS
from foundation.brasil.document import InvalidDocument
from foundation.brasil.phone import UndialableNumber, parse_phone

CERTAIN, PROBABLE, GUESS = 1.0, 0.6, 0.4
SURE = 0.8  # from here on a column is taken without asking
SAMPLES = 3
_CONTRADICTED = 0.5
_MOST = 0.8  # of the values must look right before they speak for a field
_FEW = 0.3  # and fewer than this speak against it

Targets = tuple[Field | None, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """What one column is taken to hold; `confidence` is 0..1."""

    header: str
    field: Field | None
    confidence: float
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ColumnMap:
    """What all columns of a file are taken to hold."""

    columns: tuple[Column, ...]

    @property
    def targets(self) -> Targets:
        return tuple(column.field for column in self.columns)

    @property
    def missing(self) -> tuple[Field, ...]:
        return missing_fields(self.targets)

    @property
    def repeated(self) -> dict[Field, list[str]]:
        return {
            field: [self.columns[place].header for place in places]
            for field, places in repeated_fields(self.targets).items()
        }

    @property
    def sure(self) -> bool:
        """Tell whether it can be used without a person looking at it."""
        doubtful = (
            column.field is not None and column.confidence < SURE for column in self.columns
        )
        return not self.missing and not self.repeated and not any(doubtful)


def learn(headers: Sequence[str], rows: Sequence[Sequence[Cell]]) -> ColumnMap:
    """Return what the columns seem to hold; `rows` are some of the file's first."""
    columns = [
        _named(name, [row[place] for row in rows if place < len(row)])
        for place, name in enumerate(headers)
    ]
    _settle_probable(columns)
    _guess_missing(columns, rows)
    return ColumnMap(tuple(columns))


def _named(header: str, values: Sequence[Cell]) -> Column:
    words = words_of(header)
    field, confidence = by_name(header), CERTAIN
    if field is None and is_ddd(words):
        field = Field.DDD
    if field is None:
        field, confidence = _hinted(words), PROBABLE
    if field is not None and _share(field, values, default=1.0) < _FEW:
        confidence *= _CONTRADICTED
    if field is None:
        confidence = 0.0
    return Column(header, field, confidence, _samples(values))


def _hinted(words: Sequence[str]) -> Field | None:
    telling = set(telling_words(words))
    found = [field for field, hints in HINTS.items() if hints & telling]
    return found[0] if len(found) == 1 else None


def _settle_probable(columns: list[Column]) -> None:
    """A probable column gives way to a certain one, and several to none."""
    for field in Field:
        probable = [
            place
            for place, column in enumerate(columns)
            if column.field is field and column.confidence < SURE
        ]
        certain = any(
            column.field is field and column.confidence >= SURE for column in columns
        )
        several = field not in SEVERAL and len(probable) > 1
        if certain or several:
            for place in probable:
                columns[place] = replace(columns[place], field=None, confidence=0.0)


def _guess_missing(columns: list[Column], rows: Sequence[Sequence[Cell]]) -> None:
    """Look at the values of unknown columns for what no name told."""
    for field in (Field.DOCUMENT, Field.PHONE, Field.DUE_ON, Field.AMOUNT, Field.UF):
        if any(column.field is field for column in columns):
            continue
        looks = [
            place
            for place, column in enumerate(columns)
            if column.field is None
            and _share(field, [row[place] for row in rows if place < len(row)]) >= _MOST
        ]
        if len(looks) == 1:
            columns[looks[0]] = replace(columns[looks[0]], field=field, confidence=GUESS)


def _share(field: Field, values: Sequence[Cell], default: float = 0.0) -> float:
    """The share, 0..1, of the values that a field could hold; `default` without values."""
    reads = _READS.get(field)
    filled = [value for value in values if not is_blank(value)]
    if reads is None or not filled:
        return default
    return sum(_can(reads, value) for value in filled) / len(filled)


def _can(reads: Callable[[Cell], object], value: Cell) -> bool:
    try:
        return reads(value) is not False
    except (UnusableCell, InvalidDocument, UndialableNumber):
        return False


_STATES = frozenset(plain(name) for name in STATE_NAMES.values())
_READS: Mapping[Field, Callable[[Cell], object]] = {
    Field.DOCUMENT: lambda cell: read_document(cell),
    Field.PHONE: lambda cell: parse_phone(as_text(cell), ddd="11"),
    Field.DUE_ON: lambda cell: as_date(cell),
    Field.BIRTH_DATE: lambda cell: as_date(cell),
    Field.CONTRACTED_ON: lambda cell: as_date(cell),
    Field.AMOUNT: lambda cell: as_amount(cell),
    Field.SCORE: lambda cell: read_written(cell),
    Field.UF: lambda cell: as_text(cell).upper() in UFS or plain(as_text(cell)) in _STATES,
}


def _samples(values: Sequence[Cell]) -> tuple[str, ...]:
    filled = dict.fromkeys(shown(value).strip()[:60] for value in values)
    filled.pop("", None)
    return tuple(filled)[:SAMPLES]


def signature(headers: Sequence[str]) -> str:
    """Return the same text for headers that differ in case, accents and signs only."""
    names = "\x1f".join(plain(name) for name in headers)
    return hashlib.sha256(names.encode()).hexdigest()


def applied(learnt: ColumnMap, targets: Targets) -> ColumnMap:
    """Put a person's choice, or a saved one, in the place of what was learnt."""
    return ColumnMap(
        tuple(
            replace(column, field=field, confidence=CERTAIN if field else 0.0)
            for column, field in zip(learnt.columns, targets, strict=True)
        )
    )


def as_json(headers: Sequence[str], targets: Targets) -> dict[str, Any]:
    """Return the form in which a mapping is saved and exchanged."""
    columns = [
        {"coluna": header, "campo": None if field is None else str(field)}
        for header, field in zip(headers, targets, strict=True)
    ]
    return {"colunas": columns}


def from_json(data: object, headers: Sequence[str]) -> Targets:
    """Read a mapping for a file with these headers; columns it does not name are not read.

    The nth column of a name in the mapping is the nth of that name in the file. Raises
    MappingUnreadable.
    """
    wanted: dict[str, list[Field | None]] = {}
    for header, field in _entries(data):
        wanted.setdefault(plain(header), []).append(field)
    targets = []
    for header in headers:
        fields = wanted.get(plain(header), [])
        targets.append(fields.pop(0) if fields else None)
    left = [name for name, fields in wanted.items() if any(fields)]
    if left:
        names = ", ".join(f"“{name}”" for name in left)
        raise MappingUnreadable(f"o arquivo não tem a coluna {names}.")
    return tuple(targets)


def _entries(data: object) -> list[tuple[str, Field | None]]:
    columns = data.get("colunas") if isinstance(data, dict) else None
    if not isinstance(columns, list):
        raise MappingUnreadable("falta a lista “colunas”.")
    found = []
    for entry in columns:
        if not isinstance(entry, dict) or not isinstance(entry.get("coluna"), str):
            raise MappingUnreadable("cada item precisa de “coluna” e “campo”.")
        found.append((entry["coluna"], field_named(entry.get("campo"))))
    return found


def field_named(name: object) -> Field | None:
    """Return a field by its label or its code; raises MappingUnreadable."""
    if name is None or name == "":
        return None
    for field in Field:
        if name in (str(field), field.name.lower()):
            return field
    raise MappingUnreadable(f"não existe o campo “{name}”.")
