"""The calculator in a browser: answers as figures are typed, and for everybody."""

from __future__ import annotations

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.browser.doors import come_in
from tests.people import a_user


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    page = await context.new_page()
    await come_in(page, console, "sol", "/staffing")
    await page.wait_for_selector("form[data-plan=inbound] table:not([hidden])")
    return page


async def test_it_answers_as_figures_are_typed(page: Page) -> None:
    inbound = page.locator("form[data-plan=inbound]")
    await page.fill("#inbound-wrap_up_s", "0")
    await expect(inbound.locator("[data-answer]")).to_contain_text("8 atendentes")
    await expect(inbound.locator("tr.enough td").first).to_have_text("8")
    lines = page.locator("form[data-plan=lines]")
    await page.fill("#lines-load_erl", "10")
    await expect(lines.locator("[data-answer]")).to_contain_text("18 linhas")
    await page.fill("#lines-blocked", "0")
    await expect(lines.locator("[data-answer]")).to_have_text(
        "Confira os valores marcados."
    )
    await page.fill("#outbound-agents", "5")
    told = page.locator("form[data-plan=outbound] [data-answer]")
    await expect(told).to_contain_text("só aproximada")


async def test_the_page_is_for_everybody(page: Page, axe: str) -> None:
    await page.evaluate(axe)
    found = await page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    told = [(one["id"], [n["html"] for n in one["nodes"]]) for one in found["violations"]]
    assert told == []
