"""The same POST sent twice is done once, wherever it changes something."""

from __future__ import annotations

import asyncio
from uuid import uuid4

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.api.endpoint import API, Endpoint
from agent_console.api.routing import collected
from cobranca.debtors.store import CreditorRow
from cobranca.hooks.store import HookRow
from cobranca.people.store import RequestKeyRow
from tests.builders.portfolio import a_portfolio
from tests.people import Browser

CAMPAIGNS, USERS = "/api/v1/campaigns", "/api/v1/users"
TERMS = {
    "name": "Maio", "mode": "predictive", "target": 0.025, "max_attempts": 5,
    "ring_timeout_s": 30, "threshold_s": 2, "wrap_up_s": 30,
}  # fmt: skip
BIA = {"login": "bia", "name": "Bia Lopes", "role": "agent"}
READS = {
    "/campaigns/count", "/compliance/explain", "/compliance/suppressions/search",
    "/creditors/{id}/terms/preview", "/desk/calls/{id}/call-back-check",
    "/policies/preview", "/recordings/search", "/wording",
}  # fmt: skip


@pytest.fixture
async def creditor(engine: AsyncEngine) -> str:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=2)
        return str(await connection.scalar(select(CreditorRow.id)))


async def _campaigns(browser: Browser) -> int:
    return len((await (await browser.get(CAMPAIGNS)).json())["campaigns"])


async def test_a_key_answers_as_the_first_time_and_is_of_one_request(
    supervisor: Browser, creditor: str
) -> None:
    key, body = uuid4().hex, {"terms": TERMS, "filter": {"creditor": creditor}}
    first = await supervisor.send("POST", CAMPAIGNS, body, key=key)
    again = await supervisor.send("POST", CAMPAIGNS, body, key=key)
    assert (first.status, again.status) == (201, 201), await first.text()
    assert (await first.json())["id"] == (await again.json())["id"]
    other = body | {"terms": TERMS | {"name": "Junho"}}
    reused = await supervisor.send("POST", CAMPAIGNS, other, key=key)
    assert (reused.status, (await reused.json())["code"]) == (409, "idempotency_key_reused")
    wrong = await supervisor.send("POST", CAMPAIGNS, other, key="!")
    assert (wrong.status, (await wrong.json())["code"]) == (400, "idempotency_key")
    assert await _campaigns(supervisor) == 1


async def test_what_was_refused_may_be_sent_again_with_its_key(
    supervisor: Browser, creditor: str
) -> None:
    key, nobody = uuid4().hex, str(uuid4())
    for creditor_id, refused in ((nobody, True), (creditor, False)):
        body = {"terms": TERMS, "filter": {"creditor": creditor_id}}
        answer = await supervisor.send("POST", CAMPAIGNS, body, key=key)
        assert (answer.status >= 400) is refused, await answer.text()
    assert await _campaigns(supervisor) == 1


async def test_two_at_once_make_one(supervisor: Browser, creditor: str) -> None:
    key, body = uuid4().hex, {"terms": TERMS, "filter": {"creditor": creditor}}
    answers = await asyncio.gather(
        *(supervisor.send("POST", CAMPAIGNS, body, key=key) for _ in range(4))
    )
    statuses = {answer.status for answer in answers}
    assert statuses <= {201, 409}
    assert 201 in statuses
    assert await _campaigns(supervisor) == 1


async def test_a_secret_is_shown_once_and_kept_nowhere(admin: Browser) -> None:
    key = uuid4().hex
    made = await admin.send("POST", USERS, BIA, key=key)
    assert made.status == 201, await made.text()
    again = await admin.send("POST", USERS, BIA, key=key)
    assert (again.status, (await again.json())["code"]) == (409, "idempotency_key_secret")


async def test_a_webhooks_secret_is_shown_once_and_kept_sealed_alone(
    admin: Browser, engine: AsyncEngine
) -> None:
    body = {"url": "https://example.com/hook", "events": ["payment.received"]}
    key = uuid4().hex
    made = await admin.send("POST", "/api/v1/hooks", body, key=key)
    assert made.status == 201, await made.text()
    secret = (await made.json())["secret"]
    again = await admin.send("POST", "/api/v1/hooks", body, key=key)
    assert (again.status, (await again.json())["code"]) == (409, "idempotency_key_secret")
    async with engine.connect() as connection:
        kept = [row.answer for row in await connection.execute(select(RequestKeyRow))]
        sealed = (await connection.scalars(select(HookRow.secret_sealed))).one()
    assert kept == [{}]
    assert secret.encode() not in sealed


def test_every_post_that_changes_something_takes_a_key() -> None:
    """Who adds a route that only reads says so here too."""
    posts = [
        route
        for module in collected()
        for route in getattr(module, "ENDPOINTS", ())
        if isinstance(route, Endpoint) and route.verb == "POST"
    ]
    reading = {route.path.removeprefix(API) for route in posts if not route.keyed}
    assert reading == READS
