"""Addresses in lists: kept for slips, brought up to date, shown and taken back."""

from __future__ import annotations

from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.imports.undo import NotUndone, Undone
from tests.builders.debtor_files import HEADER, row
from tests.integration.imports.test_list_scores import run, undone

HOME = ("Rua das Flores", "100", "ap. 3", "Centro", "São Paulo", "01310-100")
AWAY = ("Avenida Brasil", "5", "", "", "Campinas", "13010-000")
NOWHERE = ("",) * 6


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.csv"


def placed(path: Path, *rows: tuple[str, tuple[str, ...]]) -> Path:
    """Rows of `debtor_files`, and where each debtor lives."""
    head = f"{HEADER};Endereço;Número do endereço;Complemento;Bairro;Cidade;CEP"
    lines = [head, *(";".join((cells, *home)) for cells, home in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def homes(engine: AsyncEngine) -> list[str]:
    """Where debtors live, by name."""
    query = text(
        "SELECT concat_ws('|', a.street, a.district, a.city, a.uf, a.cep)"
        " FROM debtor_address a JOIN debtor d ON d.id = a.debtor_id ORDER BY d.name"
    )
    async with engine.connect() as connection:
        return list((await connection.execute(query)).scalars())


FIRST = "Rua das Flores, 100, ap. 3|Centro|São Paulo|SP|01310100"
OTHER = "Avenida Brasil, 5||Campinas|SP|13010000"


async def test_where_a_debtor_lives_is_kept_and_the_last_told_counts(
    engine: AsyncEngine, path: Path
) -> None:
    one, two = row(1), row(2)
    _, report = await run(engine, placed(path, (one, HOME), (two, NOWHERE)))
    assert (report.counts.new, report.warnings, report.ignored_columns) == (2, 0, ())
    assert await homes(engine) == [FIRST]
    _, same = await run(engine, path)
    assert (same.counts.same, same.counts.changed) == (2, 0)
    _, report = await run(engine, placed(path, (one, AWAY), (two, NOWHERE)), dry_run=True)
    change = report.diff.fields["address"]
    assert change.total == 1
    assert change.examples[0].new.startswith("Avenida Brasil, 5")
    assert await homes(engine) == [FIRST]
    await run(engine, path)
    assert await homes(engine) == [OTHER]
    await run(engine, placed(path, (one, NOWHERE)))
    assert await homes(engine) == [OTHER]  # blank cells erase nothing


@pytest.mark.parametrize(
    ("cells", "told"),
    [
        ((*HOME[:5], ""), "falta o CEP"),
        ((*HOME[:4], "", HOME[5]), "falta a cidade"),
        ((*HOME[:5], "99"), "oito números"),
    ],
)
async def test_an_address_that_is_not_whole_is_a_warning(
    engine: AsyncEngine, path: Path, cells: tuple[str, ...], told: str
) -> None:
    _, report = await run(engine, placed(path, (row(1), cells)))
    assert (report.counts.new, report.counts.refused, report.warnings) == (1, 0, 1)
    assert await homes(engine) == []
    assert told in path.with_suffix(".erros.csv").read_text("utf-8-sig")


async def test_a_spreadsheet_that_ate_the_zero_of_a_cep_is_understood(
    engine: AsyncEngine, path: Path
) -> None:
    await run(engine, placed(path, (row(1), (*HOME[:5], "1310100"))))
    assert await homes(engine) == [FIRST]


async def test_an_import_taken_back_takes_its_addresses_back(
    engine: AsyncEngine, path: Path
) -> None:
    first, _ = await run(engine, placed(path, (row(1), HOME)))
    second, _ = await run(engine, placed(path, (row(1), AWAY)))
    assert isinstance(await undone(engine, second), Undone)
    assert await homes(engine) == [FIRST]
    assert isinstance(await undone(engine, first), Undone)
    assert await homes(engine) == []


async def test_an_address_told_since_forbids_to_undo(
    engine: AsyncEngine, path: Path
) -> None:
    first, _ = await run(engine, placed(path, (row(1), HOME)))
    second, _ = await run(engine, placed(path, (row(1), NOWHERE), (row(2), AWAY)))
    async with engine.begin() as connection:
        changed = "UPDATE debtor_address SET city = 'Santos', told_at = clock_timestamp()"
        await connection.execute(text(changed))
    for number in (second, first):
        ended = await undone(engine, number)
        assert isinstance(ended, NotUndone)
        assert ("com dados alterados depois", 1) in ended.reasons
    assert len(await homes(engine)) == 2
