"""A text is looked over while it is written, and what must not be said is marked."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.browser.doors import come_in
from tests.people import a_user

# the emoji is one letter and two places in a string of the browser
TEXT = "Olá 🙂 é sobre a dívida.\n--- identidade confirmada ---\nÚltima chance!"


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    page = await context.new_page()
    await come_in(page, console, "sol", "/wording")
    await expect(page.get_by_role("status")).to_have_text("Escreva ou cole um texto.")
    return page


async def test_what_must_not_be_said_is_marked_and_found_in_the_text(page: Page) -> None:
    status, marks = page.get_by_role("status"), page.locator("wording-check mark")
    await page.fill("#text", TEXT)
    await expect(status).to_contain_text("2 trechos a mudar")
    await expect(marks).to_have_text(["dívida", "Última chance"])
    go = page.get_by_role("button", name="Ir ao trecho: dívida")
    await go.press("Enter")
    await expect(page.locator("#text")).to_be_focused()
    await page.keyboard.type("pessoa")
    await expect(page.locator("#text")).to_have_value(TEXT.replace("dívida", "pessoa"))
    await expect(status).to_contain_text("1 trecho a mudar")
    await expect(marks).to_have_text(["Última chance"])
    await page.fill("#text", "Esta é a proposta da credora.")
    await expect(status).to_have_text("Nada a mudar. Pode ser usado.")
    await page.fill("#text", "É sobre a sua dívida.")
    await expect(status).to_have_text("Nada a mudar. Pode ser usado.")
    await page.check("#before")
    await expect(marks).to_have_text(["dívida"])


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_shuts_nobody_out(page: Page, axe: str, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.fill("#text", TEXT)
    await expect(page.locator("wording-check mark")).to_have_count(2)
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
