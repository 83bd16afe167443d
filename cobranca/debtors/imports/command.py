"""What `acordo import debtors` was asked for, and the mapping that follows from it."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports.errors import MappingUnreadable
from cobranca.debtors.imports.inspection import Inspected, inspect
from cobranca.debtors.imports.mapping import ColumnMap, Targets, applied, from_json
from cobranca.debtors.imports.saved_mappings import named, save, saved_for
from cobranca.debtors.imports.service import Order
from cobranca.debtors.imports.xlsx.package import Limits

_LARGEST_MAPPING = 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """The command's arguments."""

    path: Path
    creditor: str
    portfolio: str
    dry_run: bool
    sheet: str | None
    mapping: str | None  # a file, or the name of a saved one
    save_as: str | None

    def order(self, targets: Targets | None, limits: Limits) -> Order:
        return Order(
            path=self.path,
            creditor=self.creditor,
            portfolio=self.portfolio,
            dry_run=self.dry_run,
            sheet=self.sheet,
            targets=targets,
            limits=limits,
        )


def look(asked: Asked, limits: Limits) -> Inspected:
    """Look at the file; raises UnreadableFile. Needs no database."""
    return inspect(asked.path, limits, asked.sheet)


async def chosen(
    connection: AsyncConnection, asked: Asked, looked: Inspected
) -> Targets | None:
    """Return what the columns hold by order or by what was saved; None: as names say.

    Raises MappingUnreadable.
    """
    if asked.mapping is None:
        saved = await saved_for(connection, asked.creditor, looked.headers)
        return saved.targets if saved else None
    if (file := _mapping_file(asked.mapping)) is not None:
        return _from_file(file, looked)
    saved = await named(connection, asked.creditor, asked.mapping, looked.headers)
    if saved is None:
        raise MappingUnreadable(
            f"não há arquivo nem mapeamento salvo para este credor com o nome"
            f" “{asked.mapping}”."
        )
    return saved.targets


def _mapping_file(name: str) -> Path | None:
    path = Path(name)
    return path if path.is_file() else None


def _from_file(path: Path, looked: Inspected) -> Targets:
    try:
        if path.stat().st_size > _LARGEST_MAPPING:
            raise MappingUnreadable("o arquivo é grande demais.")
        return from_json(json.loads(path.read_text("utf-8")), looked.headers)
    except (OSError, UnicodeDecodeError, json.JSONDecodeError, RecursionError) as error:
        raise MappingUnreadable(f"{path.name} não é um JSON legível.") from error


async def save_chosen(
    connection: AsyncConnection,
    asked: Asked,
    looked: Inspected,
    targets: Targets | None,
    who: str,
) -> None:
    """Save what was used under the name that was asked for."""
    if asked.save_as and not asked.dry_run:
        used = targets if targets is not None else looked.by_name
        await save(connection, asked.creditor, asked.save_as, looked.headers, used, who)


def shown_columns(looked: Inspected, targets: Targets | None) -> ColumnMap:
    """Return the columns as they would be used, or as they were learnt."""
    return looked.columns if targets is None else applied(looked.columns, targets)
