"""«Conversas da URA»: found, opened, gone through turn by turn, by mouse and keys."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.people.store import UserRow
from tests.browser.doors import come_in
from tests.builders.portfolio import some_seats
from tests.integration.console.test_robot_calls import a_conversation, taken
from tests.people import a_user


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    return await context.new_page()


async def test_a_conversation_is_gone_through_turn_by_turn(
    page: Page, console: str, engine: AsyncEngine, axe: str
) -> None:
    await come_in(page, console, "sol", "/robot")
    await expect(page.locator("#none")).to_contain_text("Nenhuma conversa da URA ainda")
    await a_conversation(engine, outcome="hung_up", state="proposal")
    given = await a_conversation(engine, outcome="taken")
    await a_conversation(engine, "lá lá lá", "quero negociar")
    async with engine.begin() as connection:
        (sol,) = await connection.scalars(select(UserRow.id))
        await some_seats(connection, 1)
    await taken(engine, given, sol, "agent001")
    await page.reload()
    items = page.locator("#calls > li")
    await expect(items).to_have_count(3)
    await expect(items.nth(2)).to_contain_text("desligou (confirmação da proposta)")
    await expect(items.nth(1)).to_contain_text("passou a Atendente 001")
    await expect(items.nth(1)).to_contain_text("Pessoa sol assumiu")
    await page.get_by_label("Só com algo não entendido").check()
    await expect(items).to_have_count(1)
    await expect(items.first).to_contain_text("0 entendidas, 2 não · sem gravação")
    await items.first.get_by_role("button").click()
    rows = page.locator("#turns tbody tr")
    await expect(rows).to_have_count(2)
    await expect(rows.first).to_contain_text("«lá lá lá»")
    await expect(rows.first).to_contain_text("não entendida (pontuação baixa)")
    await page.keyboard.press("j")
    await page.keyboard.press("j")
    await expect(rows.nth(1)).to_have_attribute("aria-current", "true")
    await page.keyboard.press("k")
    await expect(rows.first).to_have_attribute("aria-current", "true")
    await page.set_viewport_size({"width": 360, "height": 740})
    asked = await rows.first.locator("td").nth(1).bounding_box()
    assert asked is not None
    assert asked["width"] > 250  # not a column of syllables
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
