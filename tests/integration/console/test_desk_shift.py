"""The desk's interface around calls: own figures, own seat, calls that others took."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy import insert, select, text
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.store import AgentRow
from dialer.calls.store import CallEventRow
from foundation.ids import uuid7
from tests.builders.conversations import a_call
from tests.integration.console.own_desk import Desk
from tests.people import Client, a_user, log_in


async def test_own_figures(desk: Desk) -> None:
    async with desk.engine.begin() as connection:
        facts = [
            {"agent_id": desk.agent, "kind": "agent", "at": datetime.now(UTC),
             "data": {"state": state, "pause_code": "lunch"}}
            for state in ("paused", "talking", "wrap_up")
        ]  # fmt: skip
        await connection.execute(insert(CallEventRow), facts)
    seen = await (await desk.browser.get("/api/v1/desk/figures")).json()
    assert (seen["calls"], seen["right_party"], seen["promises"]) == (1, 0, 0)
    assert 0 <= seen["occupancy"] <= 1


async def test_the_own_seat_is_told_live(desk: Desk) -> None:
    await desk.show("idle")
    stream = await desk.browser.get("/api/v1/desk/live")
    async with asyncio.timeout(10):
        while b'"state": "idle"' not in await stream.content.readline():
            pass
        await desk.show("talking", uuid7(), seat="web002")
        await desk.show("talking")
        seen = b""
        while b'"state": "talking"' not in seen:
            seen = await stream.content.readline()
    assert b"web002" not in seen
    stream.close()


async def test_who_has_no_seat_is_told_so(
    engine: AsyncEngine, client: Client, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "ana")
    async with engine.begin() as connection:
        await connection.execute(text("UPDATE agent SET user_id = NULL"))
    browser = await log_in(client, "ana")
    answer = await browser.get("/api/v1/desk")
    assert (answer.status, (await answer.json())["code"]) == (409, "no_seat")


async def test_a_call_that_another_agent_took_is_told_to_the_first(
    desk: Desk, passwords: Passwords
) -> None:
    user = await a_user(desk.engine, passwords, "bia")
    async with desk.engine.begin() as connection:
        query = select(AgentRow.id).where(AgentRow.user_id == user)
        bia = (await connection.execute(query)).scalar_one()
        late = await a_call(connection, desk.debtors[1], desk.campaign, agent=bia)
        await joined(connection, late, desk.agent, bia)
        back = await a_call(connection, desk.debtors[1], desk.campaign, agent=desk.agent)
        await joined(connection, back, desk.agent, bia, desk.agent)
    seen = await (await desk.browser.get("/api/v1/desk")).json()
    (told,) = seen["passed_on"]
    assert (told["call"], told["taker"]) == (str(late), "Pessoa bia")
    assert told["debtor"] == "Devedor 1."
    assert "*****" in told["telephone"]
    assert told["at"][:10] == seen["contact_now"][:10]
    assert [one["call"] for one in seen["unrecorded"]] == [str(back)]


async def joined(connection: AsyncConnection, call: UUID, *agents: UUID) -> None:
    """Each of them talked with the debtor, one after another."""
    now = datetime.now(UTC)
    for n, agent in enumerate(agents):
        at = now - timedelta(minutes=9 - n)
        fact = {
            "attempt_id": call,
            "agent_id": agent,
            "kind": "joined",
            "at": at,
            "data": {},
        }
        await connection.execute(insert(CallEventRow).values(fact))
