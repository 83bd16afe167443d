"""Reading index tables: those that ship, and files of the Banco Central's series.

Pure but for the files of the package. A series is read as the SGS writes it: `data;valor`,
one month a line (`01/09/2025;0,48`), comma or point, quoted or not. Nothing is guessed: a
line that cannot be read, a month twice, a gap or an absurd figure refuses the whole file.
"""

from __future__ import annotations

import re
import tomllib
from datetime import date
from decimal import Decimal
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field

from cobranca.debts.index_tables import GapInTable, IndexTable
from foundation.brasil.dates import InvalidDate, parse_date

_NAME = re.compile(r"[a-z0-9_]{1,30}", re.ASCII)
_VALUE = re.compile(r"-?\d{1,3}([.,]\d{1,8})?", re.ASCII)
_PERCENT_MAX = Decimal(100)  # of a month: beyond it, the file is of something else
SHIPPED = ("igpm", "ipca", "selic")


class UnreadableTable(ValueError):
    """O arquivo não é uma tabela de índice."""


class _Shipped(BaseModel):
    model_config = ConfigDict(extra="forbid")

    name: str
    version: str
    source: str
    read_on: date
    licence: str
    years: dict[int, str] = Field(min_length=1)


@cache
def shipped() -> dict[str, IndexTable]:
    """Return the tables that come with the product, by name."""
    folder = files("cobranca.debts").joinpath("indices")
    tables = [
        _read_shipped(folder.joinpath(f"{name}.toml").read_text("utf-8"))
        for name in SHIPPED
    ]
    return {table.name: table for table in tables}


def _read_shipped(text: str) -> IndexTable:
    known = _Shipped.model_validate(tomllib.loads(text))
    values = {
        date(year, month, 1): Decimal(figure)
        for year, figures in known.years.items()
        for month, figure in enumerate(figures.split(), start=1)
    }
    return IndexTable(
        name=known.name, version=known.version, source=known.source, values=values
    )


def read_series(text: str, *, name: str, source: str) -> IndexTable:
    """Read a file of a monthly series; its version is its last month.

    Raises UnreadableTable with the line and the reason in pt-BR.
    """
    if not _NAME.fullmatch(name):
        raise UnreadableTable("nome do índice: letras minúsculas, números e _")
    values: dict[date, Decimal] = {}
    for number, line in enumerate(text.lstrip("\ufeff").splitlines(), start=1):
        cells = [cell.strip().strip('"') for cell in line.split(";")]
        if not any(cells) or (number == 1 and cells[:2] == ["data", "valor"]):
            continue
        month, value = _row(cells, number)
        if month in values:
            raise UnreadableTable(f"linha {number}: mês repetido")
        values[month] = value
    if not values:
        raise UnreadableTable("arquivo sem valores")
    try:
        return IndexTable(
            name=name, version=f"{max(values):%Y-%m}", source=source, values=values
        )
    except GapInTable as error:
        raise UnreadableTable(f"falta um mês entre {error}") from error


def _row(cells: list[str], number: int) -> tuple[date, Decimal]:
    if len(cells) != 2:
        raise UnreadableTable(f"linha {number}: esperava data;valor")
    try:
        month = parse_date(cells[0])
    except InvalidDate as error:
        raise UnreadableTable(f"linha {number}: {error}") from error
    if month.day != 1:
        raise UnreadableTable(f"linha {number}: o dia de um mês se escreve 01")
    if not _VALUE.fullmatch(cells[1]):
        raise UnreadableTable(f"linha {number}: valor ilegível")
    value = Decimal(cells[1].replace(",", "."))
    if abs(value) > _PERCENT_MAX:
        raise UnreadableTable(f"linha {number}: valor absurdo para um mês")
    return month, value
