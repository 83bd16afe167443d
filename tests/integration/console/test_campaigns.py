"""Campaigns over the API: what a supervisor does, alone and with another at once."""

from __future__ import annotations

from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.ids import uuid7
from tests.builders.portfolio import a_portfolio
from tests.people import Browser, Client, a_user, log_in

API = "/api/v1/campaigns"
TERMS = {
    "name": "Maio", "mode": "predictive", "target": 0.025, "max_attempts": 5,
    "ring_timeout_s": 30, "threshold_s": 2, "wrap_up_s": 30,
}  # fmt: skip


@pytest.fixture
async def creditor(engine: AsyncEngine) -> str:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=4)
        return str(await connection.scalar(select(CreditorRow.id)))


@pytest.fixture
async def ana(engine: AsyncEngine, client: Client, passwords: Passwords) -> Browser:
    await a_user(engine, passwords, "ana", Role.SUPERVISOR)
    return await log_in(client, "ana")


async def made(ana: Browser, creditor: str, **changed: Any) -> dict[str, Any]:
    body = {"terms": TERMS | changed, "filter": {"creditor": creditor}}
    answer = await ana.send("POST", API, body)
    assert answer.status == 201, await answer.text()
    found: dict[str, Any] = await answer.json()
    return found


async def test_from_a_count_to_a_running_campaign(ana: Browser, creditor: str) -> None:
    counted = await ana.send("POST", f"{API}/count", {"creditor": creditor})
    assert await counted.json() == {"debtors": 4, "exact": True}
    options = await (await ana.get(f"{API}/options")).json()
    assert options["creditors"][0]["portfolios"][0]["name"] == "Cartão"

    one = await made(ana, creditor)
    assert (one["status"], one["size"], one["version"]) == ("draft", 4, 1)
    assert one["changed_by"] == "Pessoa ana"
    for verb, status in (("start", "running"), ("pause", "paused"), ("stop", "stopped")):
        answer = await ana.send("POST", f"{API}/{one['id']}/{verb}")
        assert (await answer.json())["status"] == status
    (listed,) = (await (await ana.get(API)).json())["campaigns"]
    assert (listed["version"], listed["creditor"]) == (4, "Loja")


async def test_the_second_of_two_editors_is_told_and_overwrites_nothing(
    ana: Browser, creditor: str, engine: AsyncEngine
) -> None:
    one = await made(ana, creditor)
    at = f"{API}/{one['id']}"
    body = {"terms": TERMS | {"wrap_up_s": 45}, "filter": one["filter"], "version": 1}
    assert (await ana.send("PUT", at, body)).status == 200
    body["terms"] = TERMS | {"target": 0.01}
    refused = await ana.send("PUT", at, body)
    problem = await refused.json()

    assert (refused.status, problem["code"]) == (409, "campaign_changed")
    assert problem["by"] == "Pessoa ana"
    assert problem["current"]["terms"]["wrap_up_s"] == 45
    now = await (await ana.get(at)).json()
    assert (now["terms"]["target"], now["version"]) == (0.025, 2)
    body["version"] = now["version"]
    assert (await (await ana.send("PUT", at, body)).json())["terms"]["target"] == 0.01
    async with engine.connect() as connection:
        query = text("SELECT action FROM audit WHERE subject_id = :id ORDER BY id")
        actions = list((await connection.execute(query, {"id": one["id"]})).scalars())
    assert actions == ["campaign.create", "campaign.edit", "campaign.edit"]


async def test_what_a_machine_brings_about_is_a_term_like_others(
    ana: Browser, creditor: str, engine: AsyncEngine
) -> None:
    one = await made(ana, creditor, machines="listen")
    assert one["terms"]["machines"] == "listen"
    at = f"{API}/{one['id']}"
    body = {"terms": TERMS, "filter": one["filter"], "version": 1}  # says nothing of it
    kept = await (await ana.send("PUT", at, body)).json()
    assert kept["terms"]["machines"] == "listen"
    body |= {"terms": TERMS | {"machines": "hang_up"}, "version": 2}
    changed = await (await ana.send("PUT", at, body)).json()
    assert changed["terms"]["machines"] == "hang_up"
    told = await (await ana.get(f"{at}/machines")).json()
    assert told == {"mode": "hang_up"}
    plain = await made(ana, creditor, name="Junho")
    assert plain["terms"]["machines"] == "off"
    async with engine.connect() as connection:
        query = text("SELECT what FROM campaign_change WHERE version = 3")
        assert "hang_up" in str((await connection.execute(query)).scalars().all())


async def test_a_list_changes_until_the_first_call(
    ana: Browser, creditor: str, engine: AsyncEngine
) -> None:
    one = await made(ana, creditor)
    at = f"{API}/{one['id']}"
    narrow = one["filter"] | {"days_late_from": 99_9}
    refused = await ana.send("PUT", at, {"terms": TERMS, "filter": narrow, "version": 1})
    assert (await refused.json())["title"].startswith("Nenhum devedor")
    never = one["filter"] | {"contact": "never_called"}
    changed = await ana.send("PUT", at, {"terms": TERMS, "filter": never, "version": 1})
    assert (await changed.json())["size"] == 4
    async with engine.begin() as connection:
        statement = """
            INSERT INTO attempt (id, direction, campaign_id, number, route, epoch,
                                 placed_at, contact_day, abandoned)
            VALUES (:id, 'outbound', :c, '+5511900000000', 'trunk', 1, now(), now(), false)
        """
        await connection.execute(text(statement), {"id": uuid7(), "c": UUID(one["id"])})
    fixed = await ana.send(
        "PUT", at, {"terms": TERMS, "filter": one["filter"], "version": 2}
    )
    assert (fixed.status, (await fixed.json())["code"]) == (409, "campaign_refused")
    same = await ana.send(
        "PUT", at, {"terms": TERMS | {"name": "Junho"}, "filter": never, "version": 2}
    )
    assert (await same.json())["terms"]["name"] == "Junho"


async def test_what_cannot_be_is_said_plainly(ana: Browser, creditor: str) -> None:
    one = await made(ana, creditor)
    twice = await ana.send("POST", API, {"terms": TERMS, "filter": {"creditor": creditor}})
    assert "Já existe" in (await twice.json())["title"]
    gone = await ana.send(
        "POST", API, {"terms": TERMS | {"name": "X"}, "filter": {"creditor": str(uuid7())}}
    )
    assert (gone.status, (await gone.json())["code"]) == (409, "campaign_refused")
    paused = await ana.send("POST", f"{API}/{one['id']}/pause")
    assert "em rascunho" in (await paused.json())["title"]
    assert (await ana.send("POST", f"{API}/{uuid7()}/start")).status == 404
    assert (await ana.send("POST", f"{API}/{one['id']}/explode")).status in (404, 405)
    wrong = await ana.send(
        "POST", API, {"terms": TERMS | {"target": 7}, "filter": {"creditor": creditor}}
    )
    assert wrong.status == 422


async def test_agents_may_not(
    engine: AsyncEngine, client: Client, passwords: Passwords, creditor: str
) -> None:
    await a_user(engine, passwords, "beto", Role.AGENT)
    beto = await log_in(client, "beto")
    assert (await beto.get(API)).status == 403
    assert (await beto.send("POST", f"{API}/count", {"creditor": creditor})).status == 403
