"""The supervisor's figures on real servers: true, live, and for supervisors alone."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from foundation.bus import BOARD, EVENTS, Bus
from foundation.ids import uuid7
from tests.integration.console.calls import a_campaign, a_leader, lose_tables
from tests.people import Browser

FIGURES = "/api/v1/supervision/figures"
IDLE = {"state": "idle", "since": "2026-03-10T13:00:00.000+00:00", "call": None}


async def answered(
    engine: AsyncEngine,
    campaign: UUID,
    *,
    minutes_ago: float,
    abandoned: bool = False,
    direction: str = "outbound",
) -> None:
    at = datetime.now(UTC) - timedelta(minutes=minutes_ago)
    statement = """
        INSERT INTO attempt (id, direction, campaign_id, number, route, epoch, placed_at,
                             contact_day, answered_at, ended_at, outcome, abandoned)
        VALUES (:id, :direction, :c, '+5511900000000', 'trunk', 1, :at, now(), :at, :at,
                'answered', :abandoned)
    """
    async with engine.begin() as connection:
        values = {"id": uuid7(), "c": campaign, "at": at, "abandoned": abandoned}
        await connection.execute(text(statement), values | {"direction": direction})


async def state(engine: AsyncEngine, state: str, at: datetime) -> None:
    statement = """
        INSERT INTO call_event (kind, at, data)
        VALUES ('agent', :at, jsonb_build_object('endpoint', 'agent001',
                                                 'state', CAST(:state AS text)))
    """
    async with engine.begin() as connection:
        await connection.execute(text(statement), {"at": at, "state": state})


async def test_abandonment_by_window_and_campaign(
    sol: Browser, engine: AsyncEngine
) -> None:
    maio = await a_campaign(engine, "Maio")
    robot = await a_campaign(engine, "Robô")
    async with engine.begin() as connection:
        statement = 'UPDATE campaign SET policy = \'{"mode": "agentless"}\' WHERE id = :c'
        await connection.execute(text(statement), {"c": robot})
    for minutes_ago in (5, 10, 60, 61 * 24, 60 * 24 * 29, 60 * 24 * 31):
        await answered(engine, maio, minutes_ago=minutes_ago)
    await answered(engine, maio, minutes_ago=20, abandoned=True)
    await answered(engine, maio, minutes_ago=5, direction="inbound")
    await answered(engine, robot, minutes_ago=5, abandoned=True)
    await a_leader(engine)

    seen = await (await sol.get(FIGURES)).json()

    assert seen["rates"]["half_hour"] == {"abandoned": 1, "answered": 3, "share": 1 / 3}
    assert seen["rates"]["day"] == {"abandoned": 1, "answered": 4, "share": 0.25}
    assert seen["rates"]["month"] == {"abandoned": 1, "answered": 6, "share": 1 / 6}
    by_name = {one["name"]: one for one in seen["campaigns"]}
    assert by_name["Maio"]["rates"] == seen["rates"]
    assert by_name["Robô"]["rates"] is None
    assert sum(seen["minutes"]["outcomes"]["answered"]) >= 5
    assert [one["code"] for one in seen["alerts"]][-1] == "no_agents"


@pytest.mark.parametrize(("status", "told"), [("paused", "pausada"), ("stopped", "parada")])
async def test_abandonment_of_a_campaign_that_rests_is_still_told(
    sol: Browser, engine: AsyncEngine, status: str, told: str
) -> None:
    maio = await a_campaign(engine, "Maio")
    for n in range(20):
        await answered(engine, maio, minutes_ago=60 + n, abandoned=n < 2)
    async with engine.begin() as connection:
        statement = "UPDATE campaign SET status = :status WHERE id = :c"
        await connection.execute(text(statement), {"c": maio, "status": status})
    await a_leader(engine)

    alerts = (await (await sol.get(FIGURES)).json())["alerts"]

    (alert,) = [one for one in alerts if one["code"] == "abandonment_rests"]
    assert alert["text"].startswith(f"Abandono de 10,0% em «Maio» ({told}) nas últimas 24")


async def test_occupancy_of_the_last_hour(sol: Browser, engine: AsyncEngine) -> None:
    now = datetime.now(UTC)
    for minutes_ago, name in (
        (40, "idle"),
        (30, "talking"),
        (20, "paused"),
        (10, "offline"),
    ):
        await state(engine, name, now - timedelta(minutes=minutes_ago))

    hour = (await (await sol.get(FIGURES)).json())["occupancy"]["hour"]

    # a test that runs within 40 minutes of midnight sees only what is of today
    if (now - timedelta(hours=3)).hour > 0 or (now - timedelta(hours=3)).minute > 41:
        assert hour["share"] == pytest.approx(1 / 3, abs=0.01)
        assert hour["without_breaks"] == pytest.approx(1 / 2, abs=0.01)


async def events(answer: Any, *kinds: str) -> dict[str, Any]:
    """The first event of each kind."""
    found: dict[str, Any] = {}
    kind = ""
    async with asyncio.timeout(20):
        while set(kinds) - found.keys():
            line = (await answer.content.readline()).decode()
            if line.startswith("event: "):
                kind = line.removeprefix("event: ").strip()
            elif line.startswith("data: "):
                found.setdefault(kind, json.loads(line.removeprefix("data: ")))
    return found


async def test_the_page_follows_agents_calls_and_figures(
    sol: Browser, engine: AsyncEngine, wire: Bus
) -> None:
    campaign = str(await a_campaign(engine, "Maio"))
    await wire.put(BOARD, {"agent001": IDLE})
    floor = {"at": datetime.now(UTC).isoformat(), "calls": {campaign: {"ringing": 2}}}
    async with sol.client.get("/api/v1/supervision/live") as answer:
        assert answer.content_type == "text/event-stream"
        first = await events(answer, "snapshot", "figures")
        await wire.publish(EVENTS, {"kind": "floor", "lacks": ["trunk"], **floor})
        told = await events(answer, "floor")
        while "trunk_down" not in str(await events(answer, "figures")):
            # a leader leads, and says that the network is silent
            await a_leader(engine)

    assert first["figures"]["campaigns"][0]["name"] == "Maio"
    assert told["floor"]["calls"] == {campaign: {"ringing": 2}}


async def test_without_the_database_it_says_so(sol: Browser, engine: AsyncEngine) -> None:
    await lose_tables(engine)
    answer = await sol.get(FIGURES)
    assert (answer.status, (await answer.json())["code"]) == (503, "database_unreachable")


async def test_agents_may_not_look(agent: Browser) -> None:
    for path in (FIGURES, "/api/v1/supervision/live", "/api/v1/supervision/seats"):
        assert (await agent.get(path)).status == 403
    assert (await agent.get("/supervision")).status == 403


async def test_the_page_opens_for_a_supervisor(sol: Browser) -> None:
    for path in ("/supervision", "/campaigns", "/campaigns/new"):
        page = await sol.get(path)
        html = await page.text()
        assert page.status == 200
        assert "<style" not in html
        assert " style=" not in html
