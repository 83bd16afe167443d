"""Our numbers, by the interface and by the command: the same rows, each change audited."""

from __future__ import annotations

import asyncio
import json
from functools import partial
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.cli import main
from tests.builders.portfolio import some_seats
from tests.people import Browser, Client, a_user, log_in

API = "/api/v1/inbound/numbers"
NUMBER = "551130000100"
FORM: dict[str, Any] = {
    "name": "Cobrança Banco Azul", "creditor": None, "flow": "receptive",
    "weekday": "07:30-21:00", "saturday": "08:00-14:00", "sunday": "", "holiday": "",
    "uf": "SP", "skill": "", "priority": 0,
}  # fmt: skip


async def test_a_number_is_kept_changed_and_taken_out(
    sol: Browser, engine: AsyncEngine
) -> None:
    made = await sol.send("PUT", f"{API}/{NUMBER}", FORM)
    assert await made.json() == {**FORM, "number": NUMBER}
    changed = await sol.send("PUT", f"{API}/{NUMBER}", {**FORM, "flow": "floor"})
    assert changed.status == 200
    (listed,) = (await (await sol.get(API)).json())["numbers"]
    assert (listed["number"], listed["flow"]) == (NUMBER, "floor")
    assert (await sol.send("DELETE", f"{API}/{NUMBER}")).status == 204
    assert (await sol.send("DELETE", f"{API}/{NUMBER}")).status == 404
    async with engine.connect() as connection:
        query = text("SELECT action FROM audit WHERE subject_id = :n ORDER BY id")
        actions = list(await connection.scalars(query, {"n": NUMBER}))
    assert actions == ["inbound.number", "inbound.number", "inbound.number_removed"]


@pytest.mark.parametrize(
    ("wrong", "status", "code"),
    [
        ({"weekday": "20:00-08:00"}, 422, "bad_hours"),
        ({"uf": "XX"}, 422, "invalid"),
        ({"flow": "amanha"}, 422, "invalid"),
        ({"priority": 6}, 422, "invalid"),
        ({"creditor": "0190b1c0-0000-7000-8000-000000000000"}, 404, "no_creditor"),
    ],
)
async def test_what_cannot_be_is_refused_and_nothing_kept(
    sol: Browser, wrong: dict[str, Any], status: int, code: str
) -> None:
    answer = await sol.send("PUT", f"{API}/{NUMBER}", {**FORM, **wrong})
    assert (answer.status, (await answer.json())["code"]) == (status, code)
    assert (await (await sol.get(API)).json())["numbers"] == []


async def test_agents_neither_see_nor_change_numbers(
    engine: AsyncEngine, client: Client, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana", Role.AGENT)
    ana = await log_in(client, "ana")
    answers = [await ana.get(API), await ana.send("PUT", f"{API}/{NUMBER}", FORM)]
    answers += [await ana.send("DELETE", f"{API}/{NUMBER}"), await ana.get("/inbound")]
    assert [one.status for one in answers] == [403] * 4


async def test_the_command_keeps_what_it_is_not_told(
    settings_env: dict[str, str], engine: AsyncEngine
) -> None:
    async def run(*arguments: str) -> Result:
        invoke = partial(CliRunner().invoke, env=settings_env)
        return await asyncio.to_thread(invoke, main, ("inbound", *arguments))

    assert "acordo inbound set" in (await run("list")).output
    first = await run(
        "set", "+55 (11) 3000-0100", "--name", "Azul", "--sunday", "09:00-12:00"
    )
    assert first.exit_code == 0, first.output
    assert (await run("set", NUMBER, "--flow", "floor")).exit_code == 0
    (row,) = json.loads((await run("list", "--json")).output)
    assert (row["number"], row["name"], row["flow"]) == (NUMBER, "Azul", "floor")
    assert row["sunday"] == "09:00-12:00"
    late = await run("set", NUMBER, "--sunday", "12-9")
    assert (late.exit_code, "08:00-20:00" in late.output) == (1, True)
    assert (await run("set", "abc", "--name", "x")).exit_code == 2
    assert (await run("remove", NUMBER)).exit_code == 0
    assert (await run("remove", NUMBER)).exit_code == 1


async def test_an_agents_skills_are_put_by_interface_and_command(
    sol: Browser, settings_env: dict[str, str], engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await some_seats(connection, 1)
    path = f"{API.removesuffix('numbers')}agents/agent001/skills"
    given = await sol.send("PUT", path, {"skills": ["Veículos", "cartão", "veículos"]})
    assert await given.json() == {"skills": ["cartão", "veículos"]}
    nobody = await sol.send("PUT", path.replace("001", "009"), {"skills": []})
    assert (nobody.status, (await nobody.json())["code"]) == (404, "no_agent")

    async def run(*arguments: str) -> Result:
        invoke = partial(CliRunner().invoke, env=settings_env)
        return await asyncio.to_thread(invoke, main, ("inbound", "skills", *arguments))

    assert "cartão, veículos" in (await run()).output
    assert (await run("agent001")).exit_code == 2  # none by mistake
    assert (await run("agent009", "cartão")).exit_code == 1
    assert "nenhuma habilidade" in (await run("agent001", "--none")).output
    assert "–" in (await run()).output
