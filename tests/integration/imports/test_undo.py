"""Taking an import back: all of it, or not at all with the reason."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.debtors.imports.direct import import_directly, undo_directly
from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.service import Order
from cobranca.debtors.imports.undo import NotUndone, TooLate, Undone
from foundation.crypto import Keys
from foundation.ids import uuid7
from tests.builders.debtor_files import phone, row, write

KEYS = Keys(b"d" * 32, b"i" * 32)
TABLES = (
    "creditor",
    "portfolio",
    "debtor",
    "contract",
    "debt",
    "instalment",
    "contact_point",
)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.csv"


async def imported(engine: AsyncEngine, path: Path, creditor: str = "Banco Um") -> UUID:
    order = Order(path=path, creditor=creditor, portfolio="Carteira")
    with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
        async with engine.begin() as connection:
            await import_directly(connection, KEYS, order, error_file, "teste")
    return order.import_id


async def undone(engine: AsyncEngine, number: UUID, days: int = 30) -> Any:
    async with engine.begin() as connection:
        return await undo_directly(connection, number, "teste", undo_days=days)


async def everything(engine: AsyncEngine) -> dict[str, list[Any]]:
    """All that imports write, to the last column."""
    async with engine.connect() as connection:
        return {
            table: [
                tuple(found)
                for found in await connection.execute(
                    text(f"SELECT * FROM {table} ORDER BY id")  # noqa: S608
                )
            ]
            for table in TABLES
        }


async def test_what_it_made_goes_and_what_it_overwrote_comes_back(
    engine: AsyncEngine, path: Path
) -> None:
    await imported(engine, write(path, row(1), row(2), row(3, uf="")))
    before = await everything(engine)
    write(
        path,
        row(1, valor="9,00", nome="Outra"),
        row(1, parcela="2"),
        row(2, vencimento="11/01/2026", telefone2=phone(77)),
        row(3, uf="RJ"),
        row(4),
    )
    number = await imported(engine, path)
    assert await everything(engine) != before
    ended = await undone(engine, number)
    assert ended == Undone(debtors=1, contracts=1, instalments=2, points=2, restored=3)
    assert await everything(engine) == before


async def test_the_first_import_of_a_creditor_leaves_nothing(
    engine: AsyncEngine, path: Path
) -> None:
    number = await imported(engine, write(path, row(1), row(2)))
    assert isinstance(await undone(engine, number), Undone)
    assert not any((await everything(engine)).values())
    assert await undone(engine, number) is None  # again: it was undone already
    assert isinstance(await undone(engine, await imported(engine, path)), Undone)


async def test_what_it_left_alone_may_be_touched(engine: AsyncEngine, path: Path) -> None:
    await imported(engine, write(path, row(1)))
    number = await imported(engine, write(path, row(1), row(2)))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE debtor SET name = 'X' WHERE name LIKE '%1'"))
    assert isinstance(await undone(engine, number), Undone)


async def call(connection: AsyncConnection, *, at: datetime) -> None:
    """An attempt on every telephone of every debtor, and its end."""
    await connection.execute(
        text(
            "INSERT INTO attempt (id, direction, debtor_id, contact_point_id, number,"
            " route, epoch, placed_at, contact_day, abandoned, outcome) SELECT"
            " gen_random_uuid(), 'outbound', debtor_id, id, value, 'r', 1, :at,"
            " current_date, false, 'busy'"
            " FROM contact_point"
        ),
        {"at": at},
    )


async def test_a_call_to_somebody_it_made_forbids_it(
    engine: AsyncEngine, path: Path
) -> None:
    number = await imported(engine, write(path, row(1), row(2)))
    async with engine.begin() as connection:
        await call(connection, at=datetime.now(UTC))
    before = await everything(engine)
    ended = await undone(engine, number)
    assert isinstance(ended, NotUndone)
    assert ended.reasons == (("com ligações", 2),)
    assert str(ended) == "Não dá mais para desfazer: 2 devedores com ligações."
    assert await everything(engine) == before


async def test_calls_before_a_change_do_not_forbid_it_and_calls_after_it_do(
    engine: AsyncEngine, path: Path
) -> None:
    await imported(engine, write(path, row(1)))
    async with engine.begin() as connection:
        await call(connection, at=datetime.now(UTC))
    number = await imported(engine, write(path, row(1, valor="9,00")))
    async with engine.begin() as connection:
        await call(connection, at=datetime.now(UTC))
    assert isinstance(await undone(engine, number), NotUndone)
    async with engine.begin() as connection:
        await connection.execute(
            text(
                "DELETE FROM attempt WHERE placed_at > (SELECT max(applied_at)"
                " FROM debtor_import)"
            )
        )
    assert isinstance(await undone(engine, number), Undone)


@pytest.mark.parametrize(
    ("deed", "why"),
    [
        ("UPDATE debt SET status = 'settled'", "com dívida baixada"),
        ("UPDATE contact_point SET tries = 1", "com dados alterados depois"),
        (
            "UPDATE debtor SET updated_at = now() + interval '1s'",
            "com dados alterados depois",
        ),
        (
            "INSERT INTO suppression (id, debtor_id, reason, origin, since)"
            " SELECT gen_random_uuid(), id, 'opt_out', 'agent', now() FROM debtor",
            "com bloqueio de contato",
        ),
    ],
)
async def test_whatever_else_was_built_on_it_forbids_it(
    engine: AsyncEngine, path: Path, deed: str, why: str
) -> None:
    number = await imported(engine, write(path, row(1)))
    async with engine.begin() as connection:
        await connection.execute(text(deed))
    ended = await undone(engine, number)
    assert isinstance(ended, NotUndone)
    assert ended.reasons == ((why, 1),)


async def test_a_table_that_nobody_told_it_of_forbids_it_too(
    engine: AsyncEngine, path: Path
) -> None:
    number = await imported(engine, write(path, row(1)))
    async with engine.begin() as connection:
        await connection.execute(
            text("CREATE TABLE later_thing (contract_id uuid REFERENCES contract (id))")
        )
        await connection.execute(text("INSERT INTO later_thing SELECT id FROM contract"))
    ended = await undone(engine, number)
    assert isinstance(ended, NotUndone)
    assert ended.reasons == (("com registros em “later_thing”", 1),)


async def test_the_last_import_goes_first(engine: AsyncEngine, path: Path) -> None:
    first = await imported(engine, write(path, row(1), row(2)))
    second = await imported(engine, write(path, row(2, valor="9,00")))
    ended = await undone(engine, first)
    assert isinstance(ended, NotUndone)
    assert ended.reasons[0] == ("que vieram também em importação posterior", 1)
    assert isinstance(await undone(engine, second), Undone)
    assert isinstance(await undone(engine, first), Undone)
    assert not any((await everything(engine)).values())


async def test_a_person_of_two_creditors_stays_for_the_other(
    engine: AsyncEngine, path: Path
) -> None:
    first = await imported(engine, write(path, row(1)))
    second = await imported(engine, path, "Banco Dois")
    assert isinstance(await undone(engine, first), NotUndone)
    assert isinstance(await undone(engine, second), Undone)
    found = await everything(engine)
    assert [len(found[table]) for table in ("creditor", "debtor", "contract")] == [1, 1, 1]


async def test_after_its_time_it_cannot_be_undone(engine: AsyncEngine, path: Path) -> None:
    number = await imported(engine, write(path, row(1)))
    assert await undone(engine, number, days=0) == TooLate(0)


async def test_every_key_to_what_an_import_makes_has_an_index(engine: AsyncEngine) -> None:
    """Without one, taking back 100,000 rows would read the other table 100,000 times."""
    query = """
        SELECT s.relname || '.' || a.attname
          FROM pg_constraint k JOIN pg_class s ON s.oid = k.conrelid
          JOIN pg_class r ON r.oid = k.confrelid
          JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
         WHERE k.contype = 'f'
           AND r.relname IN ('debtor', 'contract', 'debt', 'instalment', 'contact_point')
           AND NOT EXISTS (SELECT FROM pg_index i WHERE i.indrelid = k.conrelid
                              AND i.indkey[0] = k.conkey[1] AND i.indpred IS NULL)
    """
    async with engine.connect() as connection:
        assert (await connection.execute(text(query))).scalars().all() == []


async def test_an_unknown_number_is_said(engine: AsyncEngine) -> None:
    from cobranca.debtors.imports.tasks import NoSuchImport

    with pytest.raises(NoSuchImport):
        await undone(engine, uuid7())
