"""What another target would have given, as supervisors are told it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import insert, text
from sqlalchemy.ext.asyncio import AsyncEngine

from dialer.calls.store import AttemptRow
from dialer.campaigns.store import CampaignChangeRow
from dialer.what_if.store import WhatIfRow
from foundation.ids import uuid7
from tests.builders.what_if import an_answer, keep
from tests.people import Browser


async def asked(sol: Browser, campaign: UUID) -> dict[str, Any]:
    answer = await sol.get(f"/api/v1/campaigns/{campaign}/what-if")
    assert answer.status == 200, await answer.text()
    told: dict[str, Any] = await answer.json()
    return told


async def talked(engine: AsyncEngine, campaign: UUID, talks: int) -> None:
    at = datetime.now(UTC) - timedelta(hours=1)
    row = {
        "direction": "outbound", "campaign_id": campaign, "number": "+55", "epoch": 1,
        "route": "trunk", "placed_at": at, "contact_day": at.date(), "answered_at": at,
        "bridged_at": at, "ended_at": at, "outcome": "answered", "abandoned": False,
    }  # fmt: skip
    async with engine.begin() as connection:
        rows = [row | {"id": uuid7()} for _ in range(talks)]
        await connection.execute(insert(AttemptRow), rows)


async def test_too_few_calls_are_said_with_how_many_are_needed(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    await talked(engine, campaign, 57)
    told = await asked(sol, campaign)
    assert (told["state"], told["targets"]) == ("few", [])
    assert "precisa de 200 conversas nas últimas 4 horas, e houve 57" in told["text"]


async def test_with_enough_calls_the_answer_is_on_its_way(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    await talked(engine, campaign, 200)
    assert (await asked(sol, campaign))["state"] == "waiting"


async def test_each_target_has_its_sentence(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await keep(connection, campaign, an_answer())
    told = await asked(sol, campaign)
    assert told["state"] == "ready"
    assert (told["answered"], told["calls"]) == (1204, 5120)
    assert "as 1.204 atendidas das 5.120 chamadas" in told["text"]
    less, same, more = (one["text"] for one in told["targets"])
    assert less.startswith("A 1% você perde 1,4 min de fala por hora por atendente (de 0,9")
    assert same.startswith("A 2% a fala por hora por atendente fica como está")
    assert more.startswith("A 4% você ganha 3,1 min de fala por hora por atendente (de 2,2")
    assert more.endswith("abandono perto de 4,0%.")
    assert told["targets"][2]["gain"] == {"mean": 3.14, "low": 2.2, "high": 4.0}


async def test_a_simulation_that_does_not_give_the_last_hours_promises_nothing(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await keep(connection, campaign, an_answer(outside=["occupancy"]))
    told = await asked(sol, campaign)
    assert (told["state"], told["targets"]) == ("untrusted", [])
    assert "não reproduziu" in told["text"]


async def test_what_was_said_yesterday_is_not_said_today(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        await keep(connection, campaign, an_answer(), hours_old=25)
    assert (await asked(sol, campaign))["state"] == "few"


async def test_a_sum_that_was_not_finished_is_said_so(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    await talked(engine, campaign, 200)
    at = datetime.now(UTC)
    row = {"campaign_id": campaign, "asked_at": at, "failed_at": at}
    async with engine.begin() as connection:
        await connection.execute(insert(WhatIfRow), row)
    told = await asked(sol, campaign)
    assert (told["state"], told["targets"]) == ("failed", [])
    assert "não terminou" in told["text"]


async def test_what_compares_with_other_settings_than_todays_is_not_said(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    await talked(engine, campaign, 200)
    async with engine.begin() as connection:
        await keep(connection, campaign, an_answer())
    for name in ("name", "limits"):
        assert (await asked(sol, campaign))["state"] == "ready"
        row = {"id": uuid7(), "campaign_id": campaign, "version": 2, "by": "Sol",
               "at": datetime.now(UTC), "what": {name: [1, 2]}}  # fmt: skip
        async with engine.begin() as connection:
            await connection.execute(insert(CampaignChangeRow), row)
    told = await asked(sol, campaign)
    assert (told["state"], told["targets"]) == ("outdated", [])
    assert "As regras mudaram" in told["text"]


async def test_where_nothing_is_paced_there_is_no_target(
    sol: Browser, campaign: UUID, engine: AsyncEngine
) -> None:
    mode = """UPDATE campaign SET policy = '{"mode": "preview"}'"""
    async with engine.begin() as connection:
        await connection.execute(text(mode))
    assert (await asked(sol, campaign))["state"] == "not_paced"


async def test_a_campaign_that_is_not_there_is_said_so(sol: Browser) -> None:
    answer = await sol.get(f"/api/v1/campaigns/{uuid7()}/what-if")
    assert (answer.status, (await answer.json())["code"]) == (404, "no_campaign")
