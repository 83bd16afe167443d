"""The back office as people use it: a request answered, money closed, in both themes."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.store import ArrivalRow, PaymentWorkRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.portal.requests import Kind, ask
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from tests.browser.doors import come_in
from tests.builders.visits import an_owing_person
from tests.people import a_user

SCHEMES = ("light", "dark")


@pytest.fixture
async def page(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    home: Home,
    passwords: Passwords,
) -> Page:
    """One request of a debtor's, and R$ 33 that nobody knows where to put."""
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    keys, now = Keys.of(home), datetime.now(UTC)
    async with engine.begin() as connection:
        debtor = await an_owing_person(connection, keys)
        await ask(connection, keys, Kind.DISPUTE, debtor, "Já paguei em maio.", now)
        arrival = {
            "id": uuid7(), "means": "pix", "reference": "E" + "7" * 31,
            "refunded": Decimal(0), "amount": Decimal(33), "entered": Decimal(0),
            "paid_on": date(2026, 11, 20), "heard_at": now,
        }  # fmt: skip
        await connection.execute(insert(ArrivalRow), arrival)
        question = {
            "id": uuid7(), "arrival_id": arrival["id"], "reason": "unknown",
            "rest": Decimal(33), "opened_at": now,
        }  # fmt: skip
        await connection.execute(insert(PaymentWorkRow), question)
    page = await context.new_page()
    await come_in(page, console, "sol", "/back-office")
    return page


async def test_what_waits_is_answered_and_closed(page: Page) -> None:
    said = page.locator("#said")
    asked = page.locator("#requests tbody tr")
    await expect(asked).to_have_count(1)
    await expect(asked).to_contain_text("Já paguei em maio.")
    await expect(asked.get_by_label("A contestação procede")).not_to_be_checked()
    await asked.get_by_placeholder("Resposta, que o devedor lê no portal").fill(
        "Conferido."
    )
    await page.keyboard.press("Enter")
    await expect(said).to_contain_text("Respondido.")
    await expect(asked).to_have_count(0)
    open_money = page.locator("#questions tbody tr")
    await expect(open_money).to_have_count(1)
    await open_money.get_by_placeholder("O que foi feito").fill("Era da loja ao lado.")
    await page.keyboard.press("Enter")
    await expect(said).to_have_text("Feito.")
    await expect(open_money).to_have_count(0)
    await page.reload()
    await expect(page.locator("main")).to_contain_text("Nenhum pedido em aberto.")
    await expect(page.locator("main")).to_contain_text("Nada a conferir")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_page_shuts_nobody_out(page: Page, axe: str, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme)
    await expect(page.locator("#requests tbody tr")).to_have_count(1)
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
