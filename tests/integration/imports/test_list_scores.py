"""Chances of being answered: kept by number, brought up to date, shown and taken back."""

from __future__ import annotations

from pathlib import Path
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.imports.direct import import_directly, undo_directly
from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.service import Order, Report
from cobranca.debtors.imports.undo import NotUndone, Undone
from foundation.crypto import Keys
from foundation.ids import uuid7
from tests.builders.debtor_files import HEADER, phone, row, write

KEYS = Keys(b"d" * 32, b"i" * 32)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.csv"


def scored(path: Path, *rows: tuple[str, str, str]) -> Path:
    """Rows of `debtor_files` with the chances of their two telephones."""
    lines = [f"{HEADER};score1;score2", *(";".join(cells) for cells in rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


async def run(
    engine: AsyncEngine, path: Path, *, creditor: str = "Banco Um", dry_run: bool = False
) -> tuple[UUID, Report]:
    order = Order(
        path=path, creditor=creditor, portfolio="Carteira", dry_run=dry_run,
        import_id=uuid7(),
    )  # fmt: skip
    with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
        async with engine.begin() as connection:
            report = await import_directly(connection, KEYS, order, error_file, "teste")
        error_file.put_in_place()
    return order.import_id, report


async def undone(engine: AsyncEngine, number: UUID) -> object:
    async with engine.begin() as connection:
        return await undo_directly(connection, number, "teste", undo_days=30)


async def scores(engine: AsyncEngine) -> dict[str, float | None]:
    """Last digits of each number, and what a list told of it."""
    query = text(
        "SELECT right(c.value, 4) AS number, s.score FROM contact_point c"
        " LEFT JOIN contact_score s ON s.contact_point_id = c.id"
    )
    async with engine.connect() as connection:
        return {found.number: found.score for found in await connection.execute(query)}


async def test_each_number_gets_the_chance_that_the_list_tells(
    engine: AsyncEngine, path: Path
) -> None:
    scored(
        path,
        (row(1, telefone2=phone(11)), "45", "12,5"),
        (row(2, telefone2=phone(22)), "80%", ""),
        (row(3), "", "50"),
    )
    _, report = await run(engine, path)
    assert await scores(engine) == {
        "0001": 0.45, "0011": 0.125, "0002": 0.8, "0022": None, "0003": None,
    }  # fmt: skip
    told = "Chances de atender lidas de 0 a 100 (85 é 85%) em “score1”, “score2”."
    assert told in report.notes
    assert (report.warnings, report.counts.new) == (0, 3)
    again = (await run(engine, path))[1]
    assert (again.counts.same, again.counts.changed) == (3, 0)


async def test_a_later_list_brings_them_up_to_date_and_undo_takes_that_back(
    engine: AsyncEngine, path: Path
) -> None:
    many = [(row(n), "0,50", "") for n in range(3, 9)]
    first = (row(1, telefone2=phone(11)), "0,45", "")
    await run(engine, scored(path, first, (row(2), "0,3", ""), *many))
    before = await scores(engine)
    changed = (row(1, telefone2=phone(11)), "0,2", "0,9")
    scored(path, changed, (row(2), "0,3", ""), (row(20), "0,7", ""), *many)
    planned = (await run(engine, path, dry_run=True))[1]
    assert await scores(engine) == before
    number, report = await run(engine, path)
    assert report.fingerprint == planned.fingerprint
    assert (report.counts.new, report.counts.changed, report.counts.same) == (1, 1, 7)
    shown = report.diff.fields["score"]
    assert [(one.line, one.old, one.new) for one in shown.examples] == [
        (2, "45%", "20%"),
        (2, "", "90%"),
    ]
    assert (await scores(engine))["0001"] == 0.2
    ended = await undone(engine, number)
    assert isinstance(ended, Undone)
    assert (ended.points, ended.restored) == (1, 2)
    assert await scores(engine) == before


async def test_a_list_without_chances_leaves_them_as_they_are(
    engine: AsyncEngine, path: Path
) -> None:
    await run(engine, scored(path, (row(1), "0,45", "")))
    write(path, row(1))
    assert (await run(engine, path))[1].counts.same == 1
    await run(engine, scored(path, (row(1), "", "")))
    assert await scores(engine) == {"0001": 0.45}


async def test_the_last_row_that_tells_a_chance_is_right(
    engine: AsyncEngine, path: Path
) -> None:
    scored(
        path,
        (row(1), "0,1", ""),
        (row(1, parcela="2"), "0,2", ""),
        (row(1, parcela="3"), "", ""),
    )
    await run(engine, path)
    assert await scores(engine) == {"0001": 0.2}
    assert (await run(engine, path))[1].counts.changed == 0


async def test_nonsense_is_a_warning_and_the_row_stands(
    engine: AsyncEngine, path: Path
) -> None:
    good = [(row(n), "0,5", "") for n in range(2, 30)]
    scored(path, (row(1), "alto", ""), *good, (row(30), "7", ""))
    report = (await run(engine, path))[1]
    assert (report.counts.new, report.counts.refused, report.warnings) == (30, 0, 2)
    remarks = path.with_suffix(".erros.csv").read_text("utf-8-sig").splitlines()[1:]
    assert remarks[0].startswith('2;aviso;"score1: chance de atender ilegível')
    assert "de 0 a 1, ou ter %" in remarks[1]
    found = await scores(engine)
    assert (found["0001"], found["0030"], found["0002"]) == (None, None, 0.5)


async def test_who_told_another_chance_since_forbids_to_undo(
    engine: AsyncEngine, path: Path
) -> None:
    await run(engine, scored(path, (row(1), "0,1", "")))
    second, _ = await run(engine, scored(path, (row(1), "0,2", "")))
    third, report = await run(engine, scored(path, (row(1), "0,3", "")), creditor="Dois")
    assert report.diff.fields["score"].total == 1
    ended = await undone(engine, second)
    assert isinstance(ended, NotUndone)
    assert ("com dados alterados depois", 1) in ended.reasons
    assert isinstance(await undone(engine, third), Undone)
    assert await scores(engine) == {"0001": 0.2}
    assert isinstance(await undone(engine, second), Undone)
    assert await scores(engine) == {"0001": 0.1}


async def test_the_dialer_counts_a_try_while_a_list_is_written(
    engine: AsyncEngine, path: Path
) -> None:
    """An import is one long transaction: what it holds must not be what a call needs."""
    await run(engine, scored(path, (row(1), "0,1", "")))
    order = Order(
        path=scored(path, (row(1), "0,2", "")), creditor="Banco Um", portfolio="Carteira"
    )
    with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
        async with engine.begin() as importing, engine.begin() as dialling:
            await import_directly(importing, KEYS, order, error_file, "teste")
            await dialling.execute(text("SET LOCAL lock_timeout = '2s'"))
            await dialling.execute(text("UPDATE contact_point SET tries = tries + 1"))
    assert await scores(engine) == {"0001": 0.2}
