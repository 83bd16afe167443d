"""`acordo compliance`: no document on a command line, and bad input changes nothing."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.cli import main
from foundation.crypto import Keys
from foundation.home import Home
from tests.builders.conversations import CPF, known_person
from tests.builders.portfolio import a_portfolio

SUNDAY = "2026-03-15T10:00"
TUESDAY = "2026-03-10T10:00"
Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(settings_env: dict[str, str]) -> Run:
    async def _run(*arguments: str, typed: str | None = None) -> Result:
        invoke = partial(CliRunner().invoke, env=settings_env, input=typed)
        return await asyncio.to_thread(invoke, main, ["compliance", *arguments])

    return _run


async def a_debtor(engine: AsyncEngine, home: Home) -> UUID:
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        await known_person(connection, Keys.of(home), debtor)
    return debtor


async def test_explain_tells_people_and_programs(
    run: Run, engine: AsyncEngine, home: Home
) -> None:
    debtor = str(await a_debtor(engine, home))
    said = await run("explain", "--at", TUESDAY, typed=f"{CPF}\n")
    assert said.exit_code == 0, said.output
    assert "Pode ligar até 20:00; 0 de 3 tentativas hoje" in said.output
    assert "fecha por: Horário de São Paulo [hours_sp]: SP, Lei 15.426/2014" in said.output
    assert CPF not in said.output
    told = json.loads((await run("explain", debtor, "--at", SUNDAY, "--json")).output)
    (point,) = told["telephones"]
    assert (point["allowed"], point["until"]) == (False, "2026-03-16T11:00:00+00:00")
    assert {rule["rule"] for rule in point["objections"]} == {"hours_sp", "sunday"}
    assert (told["means"], told["purpose"]) == ("voice", "collection")
    message = await run("explain", debtor, "--means", "letter")
    assert "o devedor não tem por onde ser contatado assim" in message.output


async def test_explain_tells_of_a_purpose_and_of_one_debt(
    run: Run, engine: AsyncEngine, home: Home
) -> None:
    debtor = str(await a_debtor(engine, home))
    async with engine.begin() as connection:
        debt = str(await connection.scalar(text("SELECT id FROM debt")))
        list_row = "INSERT INTO do_not_call_list VALUES ('sp', now(), 'x', 'x', 'x', 1)"
        await connection.execute(text(list_row))
        listed = "INSERT INTO do_not_call SELECT value, 'sp' FROM contact_point"
        await connection.execute(text(listed))
    offer = await run("explain", debtor, "--at", TUESDAY, "--purpose", "offer")
    assert "por ligação, para oferecer um produto:" in offer.output
    assert "[listed_sp]" in offer.output
    of_it = (debtor, "--at", TUESDAY, "--debt", debt)
    assert "Pode ligar até 20:00" in (await run("explain", *of_it)).output
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE debt SET status = 'settled'"))
    paid = await run("explain", *of_it)
    assert "não: Nada em aberto [nothing_owed]" in paid.output
    owed = await run("explain", *of_it, "--purpose", "service")
    assert "Pode ligar a qualquer hora" in owed.output  # what is owed has no hours


async def test_explain_says_what_it_cannot_find(run: Run, engine: AsyncEngine) -> None:
    for arguments, typed, status, says in (
        (["explain"], f"{CPF}\n", 1, "Não há devedor"),
        (["explain"], "123\n", 1, ""),
        (["explain", "abc"], None, 2, "UUID"),
        (["explain", "--at", "ontem"], CPF, 2, "2026-03-10T10:00"),
    ):
        answer = await run(*arguments, typed=typed)
        assert (answer.exit_code, says in answer.output) == (status, True), answer.output


async def test_suppress_ledger_and_lift(run: Run, engine: AsyncEngine, home: Home) -> None:
    debtor = str(await a_debtor(engine, home))
    lacking = await run("suppress", "counsel", debtor)
    assert (lacking.exit_code, "prova" in lacking.output) == (1, True)
    made = await run("suppress", "counsel", "--proof", "OAB/SP 1", typed=f"{CPF}\n")
    assert made.output.startswith("Bloqueado: Representado por advogado")
    again = await run("suppress", "counsel", debtor, "--proof", "OAB/SP 1")
    assert again.output.startswith("Já estava bloqueado")
    (line,) = json.loads((await run("ledger", debtor, "--json")).output)
    assert (line["reason"], line["stands"], line["until"]) == ("counsel", True, None)
    told = (await run("explain", debtor, "--at", TUESDAY)).output
    assert "NÃO" not in told
    assert "não: Representado por advogado [counsel]" in told
    assert (await run("lift", line["id"], "--why", "trocou")).exit_code == 0
    assert (await run("lift", line["id"], "--why", "trocou")).exit_code == 1
    assert "(terminado)" in (await run("ledger", debtor)).output
    async with engine.connect() as connection:
        audited = "SELECT count(*) FROM audit WHERE action LIKE 'suppression.%'"
        assert await connection.scalar(text(audited)) == 3


async def test_a_number_and_a_creditor_are_checked(
    run: Run, engine: AsyncEngine, home: Home
) -> None:
    debtor = str(await a_debtor(engine, home))
    for arguments, says in (
        (["number_opt_out"], "diga qual"),
        (["number_opt_out", "--number", "190"], "telefone"),
        (["dispute", debtor, "--creditor", "Ninguém", "--proof", "x"], "Não há credor"),
    ):
        answer = await run("suppress", *arguments)
        assert (answer.exit_code, says in answer.output) == (1, True), answer.output
    only = await run("suppress", "number_opt_out", "--number", "(11) 90000-0000")
    assert only.exit_code == 0, only.output
    assert "number_opt_out" in (await run("explain", debtor, "--at", TUESDAY)).output


async def test_a_list_is_imported_whole_or_not_at_all(
    run: Run, engine: AsyncEngine, home: Home, tmp_path: Path
) -> None:
    debtor = str(await a_debtor(engine, home))
    file = tmp_path / "pa.csv"
    file.write_text("11900000000\nxyz\n", "utf-8")
    refused = await run("import-list", "pa", str(file))
    assert (refused.exit_code, "linhas 2" in refused.output) == (1, True), refused.output
    assert "nunca importada" in (await run("lists")).output
    done = await run("import-list", "pa", str(file), "--skip-unreadable")
    assert done.output == "Lista «pa»: 1 telefones lidos; 1 linhas deixadas de fora.\n"
    assert "listed_pa" in (await run("explain", debtor, "--at", TUESDAY)).output
    kept = {one["list"]: one for one in json.loads((await run("lists", "--json")).output)}
    assert (kept["pa"]["numbers"], kept["pa"]["stale"], kept["sp"]["stale"]) == (
        1, False, True,
    )  # fmt: skip
    assert (await run("import-list", "xx", str(file))).exit_code == 2
    gone = await run("import-list", "pa", str(tmp_path / "nada.csv"))
    assert (gone.exit_code, "não consegui ler" in gone.output) == (1, True)
