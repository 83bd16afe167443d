"""The meters for programs, on the supervisor's page, and at the command line."""

from __future__ import annotations

import asyncio
import json
import os

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.compliance.meters.store import TallyRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.db.contact_clock import contact_day
from tests.builders.processes import ACORDO
from tests.people import Client, a_user, log_in

PATH = "/api/v1/compliance/meters"
CLI = "+551130000000"


async def tallied(
    engine: AsyncEngine, *, answered: int, unanswered: int, abandoned: int
) -> None:
    """Today's calls of one number."""
    async with engine.begin() as connection:
        await connection.execute(
            insert(TallyRow),
            {
                "day": await contact_day(connection), "route": "trunk", "cli": CLI,
                "calls": answered + unanswered, "unanswered": unanswered, "short": 0,
                "machines": 0, "answered": answered, "abandoned": abandoned,
            },
        )  # fmt: skip


async def many_short_calls(engine: AsyncEngine) -> None:
    await tallied(engine, answered=10_000, unanswered=70_000, abandoned=10)


async def test_a_program_and_the_supervisor_see_a_pulled_brake(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await many_short_calls(engine)
    await a_user(engine, passwords, "sup", Role.SUPERVISOR)
    await log_in(client, "sup")
    told = (await (await client.get(PATH)).json())["meters"]
    braked = [one for one in told if one["brake"] == "stop"]
    assert {(one["meter"], one["scope"]) for one in braked} == {
        ("short", "cli"), ("short", "carrier"),
    }  # fmt: skip
    assert all(one["source"] and one["text"].startswith("Freio") for one in braked)
    figures = await (await client.get("/api/v1/supervision/figures")).json()
    shown = [a for a in figures["alerts"] if a["code"] == "meter_short"]
    assert {alert["level"] for alert in shown} == {"bad"}
    assert any(CLI in alert["text"] for alert in shown)
    assert all("nunca estique chamadas" in alert["todo"] for alert in shown)


async def test_the_supervisor_sees_a_step_of_the_abandonment_once(
    client: Client, engine: AsyncEngine, passwords: Passwords
) -> None:
    await tallied(engine, answered=1_000, unanswered=0, abandoned=20)
    await a_user(engine, passwords, "sup", Role.SUPERVISOR)
    await log_in(client, "sup")
    figures = await (await client.get("/api/v1/supervision/figures")).json()
    (told,) = [a for a in figures["alerts"] if "abandonment" in a["code"]]
    assert (told["code"], told["level"]) == ("abandonment_step", "warn")
    assert told["text"].startswith("Abandono: hoje passou de 60% da linha ")
    assert CLI in told["text"]


async def test_the_command_tells_the_same(
    engine: AsyncEngine, settings_env: dict[str, str]
) -> None:
    await many_short_calls(engine)

    async def told(*more: str) -> str:
        command = [ACORDO, "compliance", "meters", *more]
        process = await asyncio.create_subprocess_exec(
            *command, env={**os.environ, **settings_env}, stdout=asyncio.subprocess.PIPE
        )
        output, _ = await process.communicate()
        assert process.returncode == 0
        return output.decode()

    meters = json.loads(await told("--json"))["meters"]
    assert (meters[0]["brake"], meters[0]["alarm"]) == ("stop", 0.8)
    assert "FREIO" in await told()
