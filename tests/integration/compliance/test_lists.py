"""Do-not-call lists: a file is imported whole or not at all, and obeyed."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.compliance.lists import EmptyList, UnreadableList, import_list, kept_lists
from cobranca.compliance.points_of import points_of
from cobranca.compliance.service import ContactPolicy, Errand
from tests.builders.contact import TUESDAY_TEN
from tests.builders.portfolio import a_portfolio

POLICY = ContactPolicy(simulated_route=True)
NOW = datetime(2026, 3, 10, 13, tzinfo=UTC)
OFFER = Errand(purpose="offer")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return tmp_path / "lista.csv"


def write(file: Path, written: str) -> None:
    file.write_text(written, "utf-8")


async def imported(
    connection: AsyncConnection, file: Path, written: str, name: str = "pa", **how: bool
) -> int:
    write(file, written)
    read = await import_list(connection, name, file, now=NOW, by="ana", **how)
    return read.numbers


async def kept(connection: AsyncConnection) -> set[str]:
    rows = await connection.execute(text("SELECT number FROM do_not_call"))
    return set(rows.scalars())


async def test_a_listed_number_is_obeyed_by_the_rules_that_look(
    engine: AsyncEngine, file: Path
) -> None:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        (whom,) = await points_of(connection, debtor)
        await imported(connection, file, f"telefone;nome\n{whom.number};x\n", "sp")
        (collecting,) = await POLICY.ask(connection, [whom], TUESDAY_TEN)
        (offering,) = await POLICY.ask(connection, [whom], TUESDAY_TEN, errand=OFFER)
        await imported(connection, file, whom.number[3:], "pa")
        (bound,) = await POLICY.ask(connection, [whom], TUESDAY_TEN)
    assert collecting.verdict.rule == "all_rules_met"  # São Paulo's is of offers
    assert offering.verdict.rule == "listed_sp"
    assert bound.verdict.rule == "listed_pa"  # Pará's binds collectors


async def test_forms_of_numbers_headings_and_repetitions(
    engine: AsyncEngine, file: Path
) -> None:
    written = "\ufeffTelefone\n(11) 90001-2345\n5511900012345\n\n+55 11 3333-4444,x\n"
    async with engine.begin() as connection:
        assert await imported(connection, file, written) == 3
        assert await kept(connection) == {"+5511900012345", "+551133334444"}
        (one,) = await kept_lists(connection)
    assert (one.name, one.numbers, one.imported_by, one.file_name) == (
        "pa", 2, "ana", "lista.csv",
    )  # fmt: skip


async def test_a_new_file_takes_the_place_of_the_list_or_is_added(
    engine: AsyncEngine, file: Path
) -> None:
    async with engine.begin() as connection:
        await imported(connection, file, "11900010001\n11900010002\n")
        await imported(connection, file, "11900010003\n", add=True)
        assert len(await kept(connection)) == 3
        await imported(connection, file, "11900010002\n")
        assert await kept(connection) == {"+5511900010002"}
        assert [one.numbers for one in await kept_lists(connection)] == [1]


async def test_what_is_no_telephone_changes_nothing(
    engine: AsyncEngine, file: Path
) -> None:
    bad = "11900010009\nnão sei\n0800 123 4567\n"
    async with engine.begin() as connection:
        await imported(connection, file, "11900010001\n")
    with pytest.raises(UnreadableList) as refused:
        async with engine.begin() as connection:
            await imported(connection, file, bad)
    assert (refused.value.read.unreadable, refused.value.read.first_unreadable) == (
        2, (2, 3),
    )  # fmt: skip
    with pytest.raises(EmptyList):
        async with engine.begin() as connection:
            await imported(connection, file, "telefone\n")
    async with engine.begin() as connection:
        assert await kept(connection) == {"+5511900010001"}
        assert await imported(connection, file, bad, skip_unreadable=True) == 1
        assert await kept(connection) == {"+5511900010009"}
