"""«Conversas da URA»: found, opened, gone through turn by turn, by mouse and keys."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.browser.doors import come_in
from tests.integration.console.test_robot_calls import a_conversation
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
    await a_conversation(engine)
    await a_conversation(engine, "lá lá lá", "quero negociar")
    await page.reload()
    items = page.locator("#calls > li")
    await expect(items).to_have_count(2)
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
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
