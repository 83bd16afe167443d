"""`acordo users` and `acordo token`: passwords and keys never stand on a command line."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import Awaitable, Callable
from functools import partial

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.cli import main
from tests.people import Client, try_password

PASSWORD = "minha frase secreta"


Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(settings_env: dict[str, str]) -> Run:
    async def _run(*arguments: str, typed: str | None = None) -> Result:
        invoke = partial(CliRunner().invoke, env=settings_env, input=typed)
        return await asyncio.to_thread(invoke, main, arguments)

    return _run


async def test_the_first_admin_is_made_and_comes_in(run: Run, client: Client) -> None:
    assert "acordo users create" in (await run("users", "list")).output

    typed = f"{PASSWORD}\n{PASSWORD}\n"
    new = ("users", "create", "Raiz", "--name", "Raiz da Silva", "--role", "admin")
    made = await run(*new, typed=typed)

    assert made.exit_code == 0, made.output
    assert PASSWORD not in made.output
    assert (await try_password(client, "raiz", PASSWORD)).status == 201
    again = await run(*new, typed=typed)
    assert (again.exit_code, "Já existe um usuário" in again.output) == (1, True)


async def test_a_generated_password_is_shown_once(run: Run, client: Client) -> None:
    made = await run(
        "users", "create", "ana", "--name", "Ana", "--role", "agent", "--generate"
    )
    password = re.search(r"de novo\): (\S+)", made.output)
    assert password
    assert (await try_password(client, "ana", password[1])).status == 201
    assert password[1] not in (await run("users", "list")).output
    (listed,) = json.loads((await run("users", "list", "--json")).output)
    assert listed == {
        "login": "ana", "name": "Ana", "role": "agent", "seat": "web001", "active": True,
    }  # fmt: skip


@pytest.mark.parametrize("weak", ["curta", "raiz raiz raiz", "aaaaaaaaaaaaaa"])
async def test_a_weak_password_is_refused(run: Run, weak: str) -> None:
    new = ("users", "create", "raiz", "--name", "Raiz", "--role", "admin")
    made = await run(*new, typed=f"{weak}\n{weak}\n")
    assert made.exit_code == 1
    assert "12 a 128" in made.output


async def test_access_is_changed_from_the_command_line(run: Run, client: Client) -> None:
    for login, role in (("raiz", "admin"), ("ana", "agent")):
        await run("users", "create", login, "--name", login, "--role", role, "--generate")
    changed = await run("users", "password", "ana", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert changed.exit_code == 0
    assert (await try_password(client, "ana", PASSWORD)).status == 201
    assert (await run("users", "role", "ana", "supervisor")).exit_code == 0
    assert (await run("users", "deactivate", "ana")).exit_code == 0
    assert (await try_password(client, "ana", PASSWORD)).status == 401
    assert (await run("users", "activate", "ana")).exit_code == 0
    for wrong in (("role", "ninguem", "agent"), ("role", "raiz", "agent")):
        refused = await run("users", *wrong)
        assert refused.exit_code == 1
        assert len(refused.output.splitlines()) == 1


async def test_a_token_is_shown_once_and_opens_its_scopes(
    run: Run, client: Client, engine: AsyncEngine
) -> None:
    await run("users", "create", "raiz", "--name", "R", "--role", "admin", "--generate")
    made = await run(
        "token", "create", "relatórios", "--user", "raiz", "--scope", "users:read"
    )
    token = made.stdout.strip()
    assert re.fullmatch(r"acordo_[\w-]{43}", token)
    headers = {"Authorization": f"Bearer {token}"}
    assert (await client.get("/api/v1/users", headers=headers)).status == 200
    assert (await client.get("/api/v1/audit", headers=headers)).status == 403
    async with engine.connect() as connection:
        kept = await connection.execute(text("SELECT t::text FROM api_token t"))
        assert token not in str(kept.scalars().all())
    listed = await run("token", "list", "--json")
    assert token not in listed.output
    assert json.loads(listed.output)[0]["lives"] is True

    assert (await run("token", "revoke", "relatórios")).exit_code == 0
    assert (await client.get("/api/v1/users", headers=headers)).status == 401
    assert "revogado" in (await run("token", "list")).output


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("t", "--user", "ninguem", "--scope", "users:read"), "Não existe usuário"),
        (("t", "--user", "ana", "--scope", "users:read"), "não dá direito"),
        (("t", "--user", "ana", "--scope", "tudo"), "não existe a permissão tudo"),
        (("\x1b[2J", "--user", "ana", "--scope", "desk:read"), "nome do token"),
    ],
)
async def test_a_token_beyond_its_user_is_refused(
    run: Run, arguments: tuple[str, ...], said: str
) -> None:
    await run("users", "create", "ana", "--name", "A", "--role", "agent", "--generate")
    refused = await run("token", "create", *arguments)
    assert refused.exit_code == 1
    assert said in refused.output


async def test_a_name_is_given_to_one_token(run: Run) -> None:
    await run("users", "create", "ana", "--name", "A", "--role", "agent", "--generate")
    new = ("token", "create", "t", "--user", "ana", "--scope", "desk:read")
    assert (await run(*new)).exit_code == 0
    assert "Já existe um token" in (await run(*new)).output
