"""Staging: good rows go to temporary tables by COPY, a batch at a time."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.rows import DebtorLine
from cobranca.debtors.service import document_index, seal_document
from foundation.brasil.document import Document
from foundation.brasil.phone import Phone
from foundation.crypto import Keys
from foundation.ids import uuid7

_CREATE = (
    """
    CREATE TEMP TABLE import_row (
        line int, contract text, instalment int,
        document_index bytea, document_sealed bytea, kind text,
        name text, birth_date date, uf text,
        street text, district text, city text, cep text,
        product text, contracted_on date, amount bigint, due_on date,
        debtor_id uuid, contract_id uuid, debt_id uuid, instalment_id uuid,
        fate text, other_line int
    ) ON COMMIT DROP
    """,
    """
    CREATE TEMP TABLE import_phone (
        line int, id uuid, value text, ddd text, uf text, zone text, kind text,
        score double precision, chance double precision
    ) ON COMMIT DROP
    """,
)
_FINISH = ("ANALYZE import_row", "ANALYZE import_phone")
_DROP = (
    "DROP TABLE import_row, import_phone, import_debtor, import_contract, import_chance,"
    " import_address, import_point, import_diff"
)
_ROW_COLUMNS = (
    "line", "contract", "instalment",
    "document_index", "document_sealed", "kind",
    "name", "birth_date", "uf",
    "street", "district", "city", "cep",
    "product", "contracted_on", "amount", "due_on",
    "debtor_id", "contract_id", "debt_id", "instalment_id",
)  # fmt: skip
_PHONE_COLUMNS = ("line", "id", "value", "ddd", "uf", "zone", "kind", "score", "chance")

_FIRST_SCORE = 0.6  # of a row's first number; creditors write the best one first
_SCORE_STEP = 0.1
_LOWEST_SCORE = 0.1
_FIXED_LINE_LOSS = 0.2  # a household shares a fixed line, and many are never answered


Values = tuple[object, ...]


@dataclass(frozen=True, slots=True)
class Staged:
    """Good rows as the temporary tables take them."""

    rows: Sequence[Values]
    phones: Sequence[Values]


def staged(keys: Keys, rows: Sequence[DebtorLine]) -> Staged:
    """Seal and spell out good rows; needs no database, so a thread can do it."""
    sealed: dict[Document, tuple[bytes, bytes]] = {}
    for row in rows:
        if row.document not in sealed:
            index = document_index(keys, row.document)
            sealed[row.document] = (index, seal_document(keys, row.document))
    return Staged(
        [_row(row, *sealed[row.document]) for row in rows],
        [_phone(row, place) for row in rows for place in range(len(row.phones))],
    )


class Staging:
    """The temporary tables of one import, inside its transaction."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection
        self._driver: Any = None

    async def create(self) -> None:
        for statement in _CREATE:
            await self._connection.execute(text(statement))
        self._driver = (await self._connection.get_raw_connection()).driver_connection

    async def add(self, batch: Staged) -> None:
        """Copy a batch of good rows."""
        await self._driver.copy_records_to_table(
            "import_row", records=batch.rows, columns=_ROW_COLUMNS
        )
        await self._driver.copy_records_to_table(
            "import_phone", records=batch.phones, columns=_PHONE_COLUMNS
        )

    async def finish(self) -> None:
        """Let the planner know what was copied."""
        for statement in _FINISH:
            await self._connection.execute(text(statement))

    async def drop(self) -> None:
        """Make room for another import in the same transaction."""
        await self._connection.execute(text(_DROP))


def _row(row: DebtorLine, index: bytes, sealed: bytes) -> Values:
    return (
        row.line,
        row.contract,
        row.instalment,
        index,
        sealed,
        row.document.holder,
        row.name,
        row.birth_date,
        row.uf,
        *_address(row),
        row.product,
        row.contracted_on,
        int(row.amount * 100),
        row.due_on,
        uuid7(),
        uuid7(),
        uuid7(),
        uuid7(),
    )


def _address(row: DebtorLine) -> Values:
    """Street, district, city and CEP; its UF is the row's."""
    one = row.address
    return (None,) * 4 if one is None else (one.street, one.district, one.city, one.cep)


def _phone(row: DebtorLine, place: int) -> Values:
    phone = row.phones[place]
    area = phone.area
    score = first_score(phone, place)
    return (
        row.line, uuid7(), phone.e164, area.ddd, area.uf, area.zone, phone.line, score,
        row.chances[place],
    )  # fmt: skip


def first_score(phone: Phone, place: int) -> float:
    """Return the score, 0..1, of a row's number by its place before any call was made.

    It orders numbers of which no list says a chance; it is no chance itself.
    """
    score = _FIRST_SCORE - _SCORE_STEP * place
    if phone.line == "fixed":
        score -= _FIXED_LINE_LOSS
    return max(_LOWEST_SCORE, round(score, 2))
