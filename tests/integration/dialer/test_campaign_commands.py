"""`acordo campaign`, as a supervisor types it."""

from __future__ import annotations

import asyncio
import json

from click.testing import CliRunner
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.cli import main
from tests.builders.portfolio import a_portfolio, some_seats


async def acordo(environment: dict[str, str], *arguments: str) -> tuple[int, str, str]:
    """Exit status, output and errors of one command; in a thread, for its own loop."""
    done = await asyncio.to_thread(CliRunner().invoke, main, arguments, env=environment)
    return done.exit_code, done.stdout, done.stderr


async def test_a_campaign_from_creation_to_stop(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=2)
        await some_seats(connection)
    made = await acordo(settings_env, "campaign", "create", "Maio", "--creditor", "Loja")
    assert (made[0], made[1]) == (0, "Campanha «Maio» criada com 2 devedores.\n")
    for verb in ("start", "pause", "start", "stop"):
        assert (await acordo(settings_env, "campaign", verb, "Maio"))[0] == 0
    status, output, _ = await acordo(settings_env, "campaign", "status", "Maio", "--json")
    assert status == 0
    figures = json.loads(output)
    assert (figures["status"], figures["debtors"]) == ("stopped", {"ready": 2})
    assert figures["refused"] == {}
    _, output, _ = await acordo(settings_env, "campaign", "status", "Maio")
    assert output == "Maio: parada, 0 em curso, 2 na fila\n"
    _, output, _ = await acordo(settings_env, "campaign", "list")
    assert output.split() == ["parada", "Maio"]


async def test_starting_twice_says_so_and_a_misspelt_name_is_guessed(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        await some_seats(connection)
    made = await acordo(settings_env, "campaign", "create", "Maio", "--creditor", "loja")
    assert "Credor «loja» não existe; seria «Loja»?" in made[2]
    made = await acordo(settings_env, "campaign", "create", "Maio", "--creditor", "Loja")
    assert made[1] == "Campanha «Maio» criada com 1 devedor.\n"
    first = await acordo(settings_env, "campaign", "start", "Maio")
    again = await acordo(settings_env, "campaign", "start", "Maio")
    assert "já estava" not in first[1]
    assert again[:2] == (0, "Campanha «Maio» já estava em andamento.\n")
    assert "seria «Maio»?" in (await acordo(settings_env, "campaign", "stop", "maoi"))[2]


async def test_status_names_the_rule_for_which_nobody_was_rung(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
    await acordo(settings_env, "campaign", "create", "Maio", "--creditor", "Loja")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE campaign_debtor SET state = 'done'"))
        await connection.execute(
            text(
                "INSERT INTO verdict (id, debtor_id, contact_point_id, means, asked_at,"
                " allowed, rule, source) SELECT gen_random_uuid(), debtor_id, id, 'voice',"
                " now(), false, 'destination', 'test' FROM contact_point"
            )
        )
    _, output, _ = await acordo(settings_env, "campaign", "status", "Maio", "--json")
    assert json.loads(output)["refused"] == {"destination": 1}
    _, output, _ = await acordo(settings_env, "campaign", "status", "Maio")
    assert "sem contato permitido (destination)" in output


async def test_what_a_supervisor_can_mend_is_one_clear_line(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
        await connection.execute(text("UPDATE contact_point SET status = 'invalid'"))
    cases = [
        (("create", "A", "--creditor", "Ninguém"), "Credor «Ninguém» não existe"),
        (
            ("create", "A", "--creditor", "Loja", "--portfolio", "X"),
            "Carteira «X» não existe",
        ),
        (("create", "A", "--creditor", "Loja"), "Nenhum devedor com dívida aberta"),
        (("start", "A"), "Campanha «A» não existe"),
    ]
    for arguments, words in cases:
        status, _, errors = await acordo(settings_env, "campaign", *arguments)
        assert (status, errors.count("\n")) == (1, 1)
        assert words in errors


async def test_a_campaign_without_seats_starts_with_a_warning(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
    await acordo(settings_env, "campaign", "create", "Maio", "--creditor", "Loja")
    status, _, errors = await acordo(settings_env, "campaign", "start", "Maio")
    assert status == 0
    assert "não há posições de atendimento" in errors


async def test_without_a_database_the_command_says_what_to_do(
    settings_env: dict[str, str],
) -> None:
    environment = settings_env | {
        "ACORDO_DATABASE_URL": "postgresql+asyncpg://a:b@/c?host=/nonexistent"
    }
    status, _, errors = await acordo(environment, "campaign", "list")
    assert status == 1
    assert "acordo up" in errors


async def test_a_campaign_may_go_by_the_chances_of_its_list_from_the_start(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=1)
    made = ("campaign", "create", "Maio", "--creditor", "Loja", "--list-scores")
    assert (await acordo(settings_env, *made))[0] == 0
    async with engine.begin() as connection:
        stored = await connection.scalar(text("SELECT policy FROM campaign"))
    assert stored["scored"] is True
