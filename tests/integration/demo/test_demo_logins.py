"""A demonstration has logins; a real installation never does."""

from __future__ import annotations

import asyncio
import json
import os
import re
import stat
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people import demonstration, users
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.cli import main
from tests.people import SEATS, Client, a_user, log_in, try_password

Run = Callable[..., Awaitable[Result]]


@pytest.fixture
def run(settings_env: dict[str, str], tmp_path: Path) -> Run:
    """Commands on a state folder of their own."""
    environment = {**settings_env, "ACORDO_HOME": str(tmp_path)}

    async def _run(*arguments: str, **more: str) -> Result:
        invoke = partial(CliRunner().invoke, env={**environment, **more})
        return await asyncio.to_thread(invoke, main, arguments)

    return _run


def passwords_in(output: str) -> dict[str, str]:
    return dict(re.findall(r"^login (\S+) +senha (\S+) ", output, re.MULTILINE))


async def test_every_start_shows_logins_that_open(
    run: Run, client: Client, tmp_path: Path
) -> None:
    first = await run("demo", "logins")
    again = await run("demo", "logins")

    shown = passwords_in(first.output)
    assert first.output == again.output
    assert list(shown) == [login for login, _, _ in demonstration.PEOPLE]
    assert len(set(shown.values())) == len(shown)
    for login, password in shown.items():
        await log_in(client, login, password)
    file = tmp_path / "demo" / "logins.json"
    assert json.loads(file.read_text()) == shown
    assert stat.S_IMODE(os.stat(file).st_mode) == 0o600


async def test_who_was_there_before_is_left_alone(
    run: Run, client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "admin", Role.ADMIN)
    shown = await run("demo", "logins")
    assert "senha trocada" in shown.output.splitlines()[-1]
    await log_in(client, "admin")  # with his own password


async def test_a_real_route_shows_none_and_closes_what_there_is(
    run: Run,
    client: Client,
    engine: AsyncEngine,
    passwords: Passwords,
    tmp_path: Path,
) -> None:
    shown = passwords_in((await run("demo", "logins")).output)
    refused = await run("demo", "logins", ACORDO_TRUNK__SIMULATED="false")
    assert refused.exit_code == 1
    assert not any(password in refused.output for password in shown.values())

    real = Passwords()
    try:
        async with engine.begin() as connection:
            kept = await users.by_login(connection, "supervisora")
            assert kept
            hashed = await passwords.hash("uma senha que é só dela")
            await users.set_password(
                connection, kept.who.user_id, hashed, must_change=False
            )
        file = tmp_path / "demo" / "logins.json"
        async with engine.begin() as connection:
            closed = await demonstration.close_doors(connection, real, file)
        assert set(closed) == shown.keys() - {"supervisora"}
        for login in closed:
            assert (await try_password(client, login, shown[login])).status == 401
        async with engine.begin() as connection:
            opened = await demonstration.open_doors(connection, real, file, SEATS)
    finally:
        real.close()
    assert {one.login for one in opened if one.password is None} == {"supervisora"}
    await log_in(client, "admin", shown["admin"])


async def test_a_start_without_administrators_says_how_to_make_one(run: Run) -> None:
    assert "acordo users create" in (await run("users", "first")).output
    await run("demo", "logins")
    assert (await run("users", "first")).output == ""
