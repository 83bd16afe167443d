"""The commands of debts, indices, policies, offers and agreements, as an operator types."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from uuid import UUID

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debts.store import DebtRow
from foundation.cli import main
from tests.builders.agreements import TERMS
from tests.builders.portfolio import a_portfolio

Run = Callable[..., Awaitable[Result]]
POLICY = """
code = "padrao"
version = 1
valid_from = 2026-01-01

[[conditions]]
name = "à vista"
discount = {agent = "0.10", supervisor = "0.20"}

[[conditions]]
name = "até 3 vezes"
instalments = [2, 3]
min_instalment = "30.00"
"""


@pytest.fixture
def run(settings_env: dict[str, str]) -> Run:
    async def _run(*arguments: object) -> Result:
        invoke = partial(CliRunner().invoke, env=settings_env)
        return await asyncio.to_thread(invoke, main, [str(one) for one in arguments])

    return _run


@pytest.fixture
async def bare(engine: AsyncEngine) -> UUID:
    """R$ 100.00, due on 5/1/2026; no terms, no policy."""
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        found: UUID = (await connection.execute(select(DebtRow.id))).scalar_one()
        return found


async def test_from_terms_to_an_offer(run: Run, bare: UUID, tmp_path: Path) -> None:
    before = await run("debts", "balance", bare, "--on", "10/03/2026")
    assert "Total: R$\xa0100,00" in before.output
    assert "Nenhum encargo" in before.output

    terms, policy = tmp_path / "condicoes.toml", tmp_path / "politica.toml"
    terms.write_text(TERMS, "utf-8")
    assert (await run("debts", "terms", terms)).output == "1 condições registradas\n"
    after = await run("debts", "balance", bare, "--on", "10/03/2026")
    assert "Total: R$\xa0104,13" in after.output
    assert "Multa R$\xa02,00: 2 % sobre R$\xa0100,00, uma vez" in after.output
    told = await run("debts", "balance", bare, "--on", "2026-03-10", "--json")
    assert json.loads(told.output)["total"] == "104.13"

    policy.write_text(POLICY, "utf-8")
    assert (await run("policies", "publish", policy)).exit_code == 0
    again = await run("policies", "publish", policy)
    assert (again.exit_code, "já foi publicada" in again.output) == (1, True)
    asked = ("offers", "simulate", bare, "--on", "10/03/2026")
    menu = (await run(*asked)).output.splitlines()
    assert menu[0].startswith("à vista: à vista 1 x R$\xa093,72, até 15/03/2026; desconto")
    assert [line.partition(":")[0] for line in menu] == ["à vista", *["até 3 vezes"] * 2]
    month = await run(*asked, "--monthly", "35,00", "--json")
    (one,) = json.loads(month.output)["offers"]
    assert [part["amount"] for part in one["payments"]] == ["34.71", "34.71", "34.71"]
    many = (await run(*asked, "--instalments", "12")).output
    assert "o mais próximo" in many
    assert "não há esse número de parcelas" in many


async def test_an_index_is_imported_whole_or_not_at_all(run: Run, tmp_path: Path) -> None:
    file = tmp_path / "serie.csv"
    file.write_text("data;valor\n01/09/2025;0,48\n01/10/2025;0,09\n", "utf-8")
    done = await run("indices", "import", file, "--name", "inpc", "--source", "SGS 188")
    assert done.output == "inpc: 2 meses, até 10/2025\n"
    listed = (await run("indices", "list")).output
    assert "inpc: 09/2025 a 10/2025; SGS 188" in listed
    assert "ipca: 01/2016 a 11/2025" in listed
    file.write_text("data;valor\n01/09/2025;0,48\n01/12/2025;0,09\n", "utf-8")
    gap = await run("indices", "import", file, "--name", "inpc", "--source", "SGS 188")
    assert (gap.exit_code, "falta um mês" in gap.output) == (1, True)
    assert "inpc: 09/2025 a 10/2025" in (await run("indices", "list")).output


async def test_what_cannot_be_is_told_in_one_line(
    run: Run, bare: UUID, tmp_path: Path
) -> None:
    file = tmp_path / "x.toml"
    file.write_text('[[terms]]\ncreditor = "Loja"\nfine = "0.10"\n', "utf-8")
    nobody = UUID(int=1)
    for arguments, status, says in (
        (("debts", "balance", nobody), 1, "Não há dívida"),
        (("debts", "balance", bare, "--on", "31/02/2026"), 2, "não existe"),
        (("debts", "terms", file), 1, "multa acima de 2 %"),
        (("policies", "publish", file), 1, "não pode ser publicada"),
        (("offers", "simulate", nobody), 1, "negociar junto"),
        (("offers", "simulate", bare, "--monthly", "-1,00"), 2, "impossível"),
        (("debts", "creditor", "Ninguém", "--document", "x", "--address", "y"), 2, ""),
    ):
        answer = await run(*arguments)
        assert (answer.exit_code, says in answer.output) == (status, True), answer.output
    assert (await run("agreements", "due")).output == ""
    assert (await run("agreements", "break")).output == ""


async def test_a_creditor_and_a_portfolio_are_closed_and_opened_again(
    run: Run, bare: UUID
) -> None:
    assert (await run("debts", "close", "Loja")).output == "Loja: desativado\n"
    assert (await run("debts", "close", "Loja")).output == "Loja: já estava desativado\n"
    refused = await run("offers", "simulate", bare)
    assert (refused.exit_code, "desativada" in refused.output) == (1, True)
    assert (await run("debts", "reopen", "Loja")).output == "Loja: reativado\n"
    portfolio = ("Loja", "--portfolio", "Cartão")
    assert (await run("debts", "close", *portfolio)).output == "Cartão: desativado\n"
    assert (await run("debts", "reopen", *portfolio)).output == "Cartão: reativado\n"
    unknown = await run("debts", "close", "Ninguém")
    assert (unknown.exit_code, "não existe: credor" in unknown.output) == (1, True)
