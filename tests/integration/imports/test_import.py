"""Import into a real database: what is new, changed, the same, repeated and refused."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.imports.direct import import_directly
from cobranca.debtors.imports.error_file import ErrorFile
from cobranca.debtors.imports.errors import NoRows, UnreadableFile
from cobranca.debtors.imports.progress import Progress
from cobranca.debtors.imports.service import Order, Report
from cobranca.debtors.service import debtor_with_document, open_document
from cobranca.debtors.store import ContactPointRow, CreditorRow, DebtorRow
from cobranca.debts.store import ContractRow, DebtRow, InstalmentRow
from foundation.brasil.document import parse_document
from foundation.crypto import Keys
from foundation.ids import uuid7
from tests.builders.debtor_files import HEADER, cpf, phone, row, write

KEYS = Keys(b"d" * 32, b"i" * 32)


async def run(
    engine: AsyncEngine, path: Path, *, dry_run: bool = False, creditor: str = "Banco Um"
) -> Report:
    order = Order(path=path, creditor=creditor, portfolio="Carteira", dry_run=dry_run)
    with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
        async with engine.begin() as connection:
            report = await import_directly(connection, KEYS, order, error_file, "teste")
        error_file.put_in_place()
    return report


def remarks_of(path: Path) -> list[list[str]]:
    with path.with_suffix(".erros.csv").open(encoding="utf-8-sig", newline="") as file:
        return list(csv.reader(file, delimiter=";"))[1:]


async def totals(engine: AsyncEngine) -> dict[str, int]:
    tables = (CreditorRow, DebtorRow, ContractRow, DebtRow, InstalmentRow, ContactPointRow)
    async with engine.connect() as connection:
        return {
            table.__tablename__: await connection.scalar(
                select(func.count()).select_from(table)
            )
            or 0
            for table in tables
        }


def figures(report: Report) -> tuple[int, int, int, int, int]:
    counts = report.counts
    return counts.new, counts.changed, counts.same, counts.repeated, counts.refused


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "devedores.csv"


async def test_a_file_becomes_debtors_debts_and_telephones(
    engine: AsyncEngine, path: Path
) -> None:
    write(
        path,
        row(1, telefone2="11 3222-1234"),
        row(1, parcela="2", valor="10,00", vencimento="10/02/2026"),
        row(2, uf=""),
        encoding="cp1252",
    )
    report = await run(engine, path)
    assert figures(report) == (3, 0, 0, 0, 0)
    assert (report.counts.new_debtors, report.counts.new_points) == (2, 3)
    assert await totals(engine) == {
        "creditor": 1,
        "debtor": 2,
        "contract": 2,
        "debt": 2,
        "instalment": 3,
        "contact_point": 3,
    }
    async with engine.connect() as connection:
        debtor_id = await debtor_with_document(connection, KEYS, parse_document(cpf(1)))
        debtor = (
            await connection.execute(select(DebtorRow).where(DebtorRow.id == debtor_id))
        ).one()
        points = (
            await connection.execute(
                select(ContactPointRow)
                .where(ContactPointRow.debtor_id == debtor_id)
                .order_by(ContactPointRow.score.desc())
            )
        ).all()
    assert (debtor.kind, debtor.name, debtor.uf) == ("person", "Devedor Número 1", "SP")
    assert open_document(KEYS, debtor.document_sealed) == cpf(1)
    assert cpf(1).encode() not in debtor.document_sealed
    mobile, fixed = points
    assert (mobile.value, mobile.line) == ("+5511900000001", "mobile")
    assert (fixed.value, fixed.line, fixed.ddd, fixed.uf, fixed.zone) == (
        "+551132221234",
        "fixed",
        "11",
        "SP",
        "America/Sao_Paulo",
    )
    assert mobile.source == "arquivo:devedores.csv"
    assert not path.with_suffix(".erros.csv").exists()


async def test_the_same_file_again_changes_nothing(engine: AsyncEngine, path: Path) -> None:
    write(path, *(row(serial) for serial in range(1, 30)))
    await run(engine, path)
    before = await totals(engine)
    async with engine.connect() as connection:
        stamps = (await connection.execute(select(DebtorRow.updated_at))).scalars().all()
    report = await run(engine, path)
    assert figures(report) == (0, 0, 29, 0, 0)
    assert await totals(engine) == before
    async with engine.connect() as connection:
        again = (await connection.execute(select(DebtorRow.updated_at))).scalars().all()
    assert sorted(again) == sorted(stamps)


@pytest.mark.parametrize(
    "changed",
    [
        {"valor": "1.300,00"},
        {"vencimento": "11/01/2026"},
        {"nome": "Outro Nome"},
        {"uf": "RJ"},
        {"telefone2": "(21) 90000-7777"},
    ],
)
async def test_what_changed_is_updated(
    engine: AsyncEngine, path: Path, changed: dict[str, str]
) -> None:
    await run(engine, write(path, row(1), row(2)))
    write(path, row(1, **changed), row(2), row(3))
    assert figures(await run(engine, path)) == (1, 1, 1, 0, 0)
    assert figures(await run(engine, path)) == (0, 0, 3, 0, 0)
    assert (await totals(engine))["debtor"] == 3


async def test_blank_cells_erase_nothing(engine: AsyncEngine, path: Path) -> None:
    await run(engine, write(path, row(1, uf="RJ", telefone2=phone(9))))
    assert figures(await run(engine, write(path, row(1, uf="")))) == (0, 0, 1, 0, 0)
    async with engine.connect() as connection:
        assert (await connection.execute(select(DebtorRow.uf))).scalar_one() == "RJ"
    assert (await totals(engine))["contact_point"] == 2


async def test_a_wrong_row_loses_only_itself(engine: AsyncEngine, path: Path) -> None:
    write(
        path,
        row(1),
        row(2, cpf="111.111.111-11"),
        row(3, nome='"Maria'),
        row(4, valor="dez", vencimento=""),
        "",
        row(5, telefone1="0800 123 4567"),
        row(6, telefone2="190"),
        "só isto",
    )
    report = await run(engine, path)
    assert figures(report) == (2, 0, 0, 0, 5)
    assert report.warnings == 2
    told = remarks_of(path)
    assert [remark[:2] for remark in told] == [
        ["3", "erro"],
        ["4", "erro"],
        ["5", "erro"],
        ["7", "erro"],
        ["8", "aviso"],
        ["9", "erro"],
    ]
    assert told[2][2] == (
        "valor: valor ilegível ou ambíguo; escreva como 1.234,56;"
        " vencimento: data em branco"
    )
    assert told[2][3:] == row(4, valor="dez", vencimento="").split(";")


async def test_a_file_mended_and_sent_again_leaves_no_remarks(
    engine: AsyncEngine, path: Path
) -> None:
    await run(engine, write(path, row(1, valor="x"), row(2)))
    assert path.with_suffix(".erros.csv").exists()
    assert figures(await run(engine, write(path, row(1), row(2)))) == (1, 0, 1, 0, 0)
    assert not path.with_suffix(".erros.csv").exists()


async def test_one_row_for_each_telephone_is_one_instalment(
    engine: AsyncEngine, path: Path
) -> None:
    write(path, row(1), row(1, telefone1=phone(77)), row(1))
    report = await run(engine, path)
    assert figures(report) == (1, 0, 0, 2, 0)
    assert report.counts.new_points == 2
    assert figures(await run(engine, path)) == (0, 0, 1, 2, 0)


async def test_a_row_that_contradicts_an_earlier_one_is_refused(
    engine: AsyncEngine, path: Path
) -> None:
    write(path, row(1), row(1, valor="9,99", telefone1=phone(77)))
    report = await run(engine, path)
    assert figures(report) == (1, 0, 0, 0, 1)
    assert report.counts.new_points == 1
    assert remarks_of(path) == [
        [
            "3",
            "erro",
            "parcela: repete contrato e parcela da linha 2 com outro valor ou vencimento",
            *row(1, valor="9,99", telefone1=phone(77)).split(";"),
        ]
    ]


async def test_a_contract_has_one_holder(engine: AsyncEngine, path: Path) -> None:
    report = await run(engine, write(path, row(1), row(2, contrato="C-1", parcela="2")))
    assert figures(report) == (1, 0, 0, 0, 1)
    assert "outro devedor na linha 2" in remarks_of(path)[0][2]
    report = await run(engine, write(path, row(3, contrato="C-1", parcela="3"), row(1)))
    assert figures(report) == (0, 0, 1, 0, 1)
    assert "já está em nome de outro devedor" in remarks_of(path)[0][2]
    assert (await totals(engine))["debtor"] == 1


async def test_one_person_owes_two_creditors(engine: AsyncEngine, path: Path) -> None:
    await run(engine, write(path, row(1)))
    report = await run(engine, path, creditor="Banco Dois")
    assert figures(report) == (1, 0, 0, 0, 0)
    found = await totals(engine)
    assert (found["creditor"], found["debtor"], found["contract"]) == (2, 1, 2)
    assert found["contact_point"] == 1


async def test_names_that_differ_within_a_file_settle_on_the_last(
    engine: AsyncEngine, path: Path
) -> None:
    write(path, row(1, nome="Maria"), row(1, nome="Maria Silva", contrato="C-2"))
    await run(engine, path)
    assert figures(await run(engine, path)) == (0, 0, 2, 0, 0)
    async with engine.connect() as connection:
        assert (await connection.execute(select(DebtorRow.name))).scalar_one() == (
            "Maria Silva"
        )


async def test_a_dry_run_counts_and_writes_nothing(engine: AsyncEngine, path: Path) -> None:
    await run(engine, write(path, row(1)))
    before = await totals(engine)
    write(path, row(1, valor="1,00"), row(2), row(3, cpf="1"))
    planned = await run(engine, path, dry_run=True, creditor="Banco Um")
    assert await totals(engine) == before
    assert figures(planned) == figures(await run(engine, path)) == (1, 1, 0, 0, 1)


async def test_an_import_that_fails_on_the_way_has_done_nothing(
    engine: AsyncEngine, path: Path
) -> None:
    write(path, *(row(serial) for serial in range(1, 6000)))
    seen: list[int] = []

    async def cut_off_on_the_way() -> None:
        order = Order(path=path, creditor="Banco Um", portfolio="Carteira")
        async with engine.begin() as connection:

            def progress(progress: Progress) -> None:
                seen.append(progress.rows)
                if len(seen) == 2:
                    raise ConnectionAbortedError

            with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
                await import_directly(
                    connection, KEYS, order, error_file, "teste", progress
                )

    with pytest.raises(ConnectionAbortedError):
        await cut_off_on_the_way()
    assert set((await totals(engine)).values()) == {0}
    assert figures(await run(engine, path)) == (5999, 0, 0, 0, 0)


async def test_a_file_without_rows_or_unreadable_changes_nothing(
    engine: AsyncEngine, path: Path
) -> None:
    with pytest.raises(NoRows):
        await run(engine, write(path))
    with pytest.raises(UnreadableFile):
        await run(engine, path.with_name("nenhum.csv"))
    assert set((await totals(engine)).values()) == {0}


async def test_two_imports_in_one_transaction(engine: AsyncEngine, path: Path) -> None:
    write(path, row(1))
    order = Order(path=path, creditor="Banco Um", portfolio="Carteira")
    with ErrorFile(path.with_suffix(".erros.csv")) as error_file:
        async with engine.begin() as connection:
            first = await import_directly(connection, KEYS, order, error_file, "teste")
            second = await import_directly(
                connection, KEYS, replace(order, import_id=uuid7()), error_file, "teste"
            )
    assert (figures(first), figures(second)) == ((1, 0, 0, 0, 0), (0, 0, 1, 0, 0))


async def test_settled_debts_and_known_wrong_numbers_stay_so(
    engine: AsyncEngine, path: Path
) -> None:
    await run(engine, write(path, row(1)))
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE debt SET status = 'settled'"))
        await connection.execute(text("UPDATE contact_point SET status = 'wrong_party'"))
    await run(engine, write(path, row(1, valor="2,00")))
    async with engine.connect() as connection:
        assert (await connection.execute(select(DebtRow.status))).scalar_one() == "settled"
        status = (await connection.execute(select(ContactPointRow.status))).scalar_one()
    assert status == "wrong_party"


DATED = f"{HEADER};data do contrato"


async def test_what_is_due_before_its_contract_is_refused(
    engine: AsyncEngine, path: Path
) -> None:
    before, known = "11/01/2026", "01/12/2025"
    write(
        path,
        f"{row(1)};{before}",
        f"{row(2)};{known}",
        # the day that another line tells is the contract's
        f"{row(3)};",
        f"{row(3, parcela='2', vencimento='10/02/2026')};{before}",
        header=DATED,
    )
    assert figures(await run(engine, path)) == (2, 0, 0, 0, 2)
    assert ["de antes da data do contrato" in " ".join(r) for r in remarks_of(path)] == [
        True, True,
    ]  # fmt: skip
    # what is known holds for a file that does not tell it, and moves no further than
    # what is due allows
    write(path, row(2, parcela="2", vencimento="30/11/2025"))
    assert figures(await run(engine, path)) == (0, 0, 0, 0, 1)
    write(path, f"{row(2, parcela='2', vencimento='10/03/2026')};{before}", header=DATED)
    assert figures(await run(engine, path)) == (0, 0, 0, 0, 1)
    write(path, f"{row(2)};10/01/2026", header=DATED)
    report = await run(engine, path)
    assert figures(report) == (0, 1, 0, 0, 0)
    assert report.diff.fields["contracted_on"].total == 1


async def test_a_file_for_what_is_closed_is_refused_whole(
    engine: AsyncEngine, path: Path
) -> None:
    write(path, row(1))
    await run(engine, path)
    before = await totals(engine)
    for table, name in (("creditor", "Banco Um"), ("portfolio", "Carteira")):
        async with engine.begin() as connection:
            await connection.execute(text(f"UPDATE {table} SET closed_at = now()"))  # noqa: S608
        with pytest.raises(UnreadableFile, match=name):
            await run(engine, path)
        async with engine.begin() as connection:
            await connection.execute(text(f"UPDATE {table} SET closed_at = NULL"))  # noqa: S608
    assert await totals(engine) == before


async def test_a_contract_of_a_closed_portfolio_is_not_changed_by_another_file(
    engine: AsyncEngine, path: Path
) -> None:
    write(path, row(1))
    await run(engine, path)
    async with engine.begin() as connection:
        await connection.execute(
            text("UPDATE portfolio SET closed_at = now(), name = 'Antiga'")
        )
    write(path, row(1, valor="999,00"), row(2))
    report = await run(engine, path)
    assert figures(report) == (1, 0, 0, 0, 1)
    assert "carteira desativada" in " ".join(map(str, remarks_of(path)[0]))
