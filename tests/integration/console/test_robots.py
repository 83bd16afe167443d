"""A conversation of the URA is followed, heard and taken, by supervisors alone."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID

from aiohttp import web
from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.services import SETTINGS
from cobranca.contacts import robot_calls
from cobranca.contacts.robot_calls import Over
from cobranca.contacts.robot_store import RobotCallRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.bus import BOARD, COMMANDS, Bus
from foundation.home import Home
from foundation.ids import uuid7
from tests.integration.console.calls import a_leader
from tests.integration.console.test_recordings import a_recording
from tests.integration.contacts.test_robot_board import a_turn, begun
from tests.people import Browser, Client, a_user, log_in

SECOND = b"\x01\x00\x02\x00" * 8000  # 1 on the left, 2 on the right
CPF = "cinco dois nove nove oito dois dois quatro sete dois cinco"


def api(call: UUID, what: str) -> str:
    return f"/api/v1/robots/{call}/{what}"


async def a_conversation(engine: AsyncEngine) -> UUID:
    call = await begun(engine, datetime.now(UTC))
    asked = {**asdict(a_turn(hypothesis=f"meu cpf é {CPF}")), "asked": "Qual é o CPF?"}
    async with engine.begin() as connection:
        await robot_calls.turn(connection, call, 1, asked)
        await robot_calls.turn(connection, call, 2, asdict(a_turn(outcome="")))
    return call


async def recorded(engine: AsyncEngine, home: Path, call: UUID) -> Path:
    """The file that the switch writes of the call."""
    query = select(RobotCallRow.channel).where(RobotCallRow.id == call)
    async with engine.connect() as connection:
        channel = await connection.scalar(query)
    folder = Home(home).recordings_clear
    folder.mkdir(parents=True, exist_ok=True)
    return folder / f"{channel}.raw"


async def test_what_was_said_is_read_while_it_is_said(
    sol: Browser, engine: AsyncEngine
) -> None:
    call = await a_conversation(engine)
    seen = await (await sol.get(api(call, "said"))).json()
    assert seen["live"]
    assert [(one["asked"], one["hypothesis"]) for one in seen["turns"]] == [
        ("Qual é o CPF?", "meu cpf é ***"), ("", "sim"),
    ]  # fmt: skip
    assert (await sol.get(api(uuid7(), "said"))).status == 404
    board = (await (await sol.get("/api/v1/supervision/figures")).json())["robots"]
    (seat,) = board["seats"]
    assert (seat["id"], seat["understood"], seat["missed"]) == (str(call), 1, 1)
    assert "00199" not in seat["caller"].replace("-", "")


async def test_the_sound_comes_as_it_is_written_and_ends_with_the_conversation(
    sol: Browser, engine: AsyncEngine, app: web.Application
) -> None:
    call = await a_conversation(engine)
    file = await recorded(engine, app[SETTINGS].home, call)
    file.write_bytes(SECOND * 3 + b"\x01\x00")  # half a sample is on its way
    answer = await sol.get(api(call, "sound"))
    heard = await answer.content.readexactly(len(SECOND))
    with file.open("ab") as growing:
        growing.write(SECOND[2:])
    rest = await answer.content.readexactly(len(SECOND))
    over = Over(outcome="done", hands_over=False, state="x", at=datetime.now(UTC), turns=[])
    async with engine.begin() as connection:
        await robot_calls.end(connection, call, over)
    async with asyncio.timeout(30):
        assert await answer.content.read() == b""
    file.unlink()
    assert (heard, rest) == (SECOND, SECOND)
    assert (await sol.get(api(call, "sound"))).status == 404
    async with engine.connect() as connection:
        query = text("SELECT action FROM audit WHERE action LIKE 'robot.%'")
        assert list(await connection.scalars(query)) == ["robot.listen"]


async def test_a_call_is_taken_once_by_an_idle_agent(
    sol: Browser, engine: AsyncEngine, wire: Bus
) -> None:
    call = await a_conversation(engine)
    body: dict[str, str | None] = {"agent": "web001"}
    nobody_idle = await sol.send("POST", api(call, "take"), body)
    body = {"agent": None}
    nobody_leads = await sol.send("POST", api(call, "take"), body)
    await a_leader(engine)
    done = [await sol.send("POST", api(call, "take"), body) for _ in range(2)]
    answers = (nobody_idle, nobody_leads, *done)
    assert [one.status for one in answers] == [409, 503, 204, 404]
    (order,) = await wire.newest(COMMANDS, count=5)
    assert order.fields == {"do": "take", "agent": "", "code": "", "call": str(call)}
    assert await wire.table(BOARD) == {}


async def test_a_supervisor_takes_it_himself_once_his_telephone_is_ready(
    sol: Browser, engine: AsyncEngine, wire: Bus
) -> None:
    call = await a_conversation(engine)
    await a_leader(engine)
    body: dict[str, bool] = {"own": True}
    without_a_seat = await sol.send("POST", api(call, "take"), body)
    assert (await sol.get("/desk")).status == 200  # which gives him a seat
    away = await sol.send("POST", api(call, "take"), body)
    rests = {"state": "paused", "since": "2026-03-10T13:00:00Z", "call": None}
    await wire.put(BOARD, {"web001": rests})  # who was an agent here before
    agents = await sol.send("POST", api(call, "take"), body)
    await wire.put(BOARD, {"web001": rests | {"supervises": True}})
    done = [await sol.send("POST", api(call, "take"), body) for _ in range(2)]
    answers = (without_a_seat, away, agents, *done)
    assert [one.status for one in answers] == [409, 409, 409, 204, 404]
    (order,) = await wire.newest(COMMANDS, count=5)
    assert order.fields == {
        "do": "take", "agent": "web001", "code": "", "call": str(call), "own": True,
    }  # fmt: skip
    async with engine.connect() as connection:
        who = "SELECT u.login FROM robot_call c JOIN user_account u ON u.id = c.taken_by"
        assert await connection.scalar(text(who)) == "sol"
        done_by = text("SELECT action FROM audit WHERE action IN ('desk.seat', :taken)")
        acts = await connection.scalars(done_by, {"taken": "robot.take_over"})
        assert sorted(acts) == ["desk.seat", "robot.take_over"]


async def test_a_supervisors_desk_takes_no_other_calls(
    sol: Browser, engine: AsyncEngine, wire: Bus
) -> None:
    await a_leader(engine)
    await sol.get("/desk")
    asked = [
        await sol.send("POST", "/api/v1/desk/commands", {"do": do})
        for do in ("available", "skip", "log_in")
    ]
    assert [one.status for one in asked] == [409, 409, 204]
    (order,) = await wire.newest(COMMANDS, count=5)
    assert (order.fields["do"], order.fields["own"]) == ("log_in", True)


async def test_agents_neither_hear_nor_take(
    engine: AsyncEngine, client: Client, passwords: Passwords
) -> None:
    call = await a_conversation(engine)
    await a_user(engine, passwords, "ana", Role.AGENT)
    ana = await log_in(client, "ana")
    answers = [await ana.get(api(call, what)) for what in ("said", "sound")]
    answers.append(await ana.send("POST", api(call, "take"), {"agent": None}))
    assert [one.status for one in answers] == [403] * 3


async def test_recordings_are_found_by_what_was_said(
    sol: Browser, engine: AsyncEngine, home: Home, tmp_path: Path
) -> None:
    first, second = [
        await a_recording(engine, home, tmp_path, hours_ago=hours) for hours in (1, 2)
    ]
    said = "Quero parcelar a dívida em três vezes"
    row = {
        "id": first.attempt, "channel": "1.1", "flow": "receptive", "called": "1",
        "began_at": datetime.now(UTC), "hands_over": False, "understood": 0, "missed": 0,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(RobotCallRow), row)
        await robot_calls.turn(
            connection, first.attempt, 1, asdict(a_turn(hypothesis=said))
        )

    async def found(words: str) -> list[str]:
        path = "/api/v1/recordings/search"
        answer = await sol.send("POST", path, {"said": words})
        return [one["call"] for one in (await answer.json())["recordings"]]

    assert await found("parcelando dívidas") == [str(first.attempt)]
    assert await found("boleto") == []
    assert (await sol.send("POST", "/api/v1/recordings/search", {})).status == 422
    assert second.attempt != first.attempt
