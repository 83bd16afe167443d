"""A supervisor enters, finds and lifts lines of the suppression ledger, by keyboard."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.crypto import Keys
from foundation.home import Home
from tests.browser.doors import come_in
from tests.builders.conversations import CPF, known_person
from tests.builders.portfolio import a_portfolio
from tests.people import a_user


@pytest.fixture
async def page(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    home: Home,
    passwords: Passwords,
) -> Page:
    """The ledger, in which nothing stands yet; one debtor is known."""
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    async with engine.begin() as connection:
        (debtor,) = await a_portfolio(connection, debtors=1)
        await known_person(connection, Keys.of(home), debtor)
    page = await context.new_page()
    await come_in(page, console, "sol", "/suppressions")
    await expect(page.locator("#none")).to_contain_text("Nenhum bloqueio registrado")
    return page


async def enter(page: Page, reason: str, document: str, proof: str) -> None:
    """By keyboard alone: the key of the page, then what the dialog asks for."""
    await page.locator("#main").focus()
    await page.keyboard.press("n")
    dialog = page.locator("#entering")
    await dialog.locator("[name=reason]").select_option(label=reason)
    await expect(dialog.locator("[data-asked=number]")).to_be_hidden()
    await dialog.locator("[name=document]").fill(document)
    await dialog.locator("[name=proof]").fill(proof)
    await page.keyboard.press("Enter")


async def test_a_line_is_entered_found_and_lifted_by_keyboard(
    page: Page, engine: AsyncEngine
) -> None:
    alert = page.locator("#entering [role=alert]")
    await enter(page, "Representado por advogado", CPF, "")
    await expect(alert).to_contain_text("quem informou")
    await page.keyboard.type("procuração de 2/3")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_have_text("Bloqueio registrado.")
    await expect(page.locator("#add")).to_be_focused()
    row = page.locator("#list tbody tr")
    await expect(row).to_contain_text("Devedor 0")
    await expect(row).to_contain_text("procuração de 2/3")

    await page.keyboard.press("/")
    await page.keyboard.type("111.444.777-35")
    await page.keyboard.press("Enter")
    await expect(page.locator("#none")).to_have_text("Nenhum bloqueio com estes filtros.")
    await page.fill("#whom", CPF)
    await page.keyboard.press("Enter")
    await row.get_by_role("button", name="Levantar").press("Enter")
    lifting = page.locator("#lifting")
    await page.keyboard.press("Enter")
    await expect(lifting.get_by_role("alert")).to_contain_text("por que")
    await page.keyboard.type("Trocou de advogado")
    await page.keyboard.press("Enter")
    await expect(page.locator("#done")).to_have_text("Bloqueio levantado.")
    await expect(page.locator("#none")).to_be_visible()
    await page.select_option("#state", "over")
    await expect(row).to_contain_text("terminou em")
    async with engine.connect() as connection:
        query = "SELECT detail->>'why' FROM audit WHERE action = 'suppression.lift'"
        assert await connection.scalar(text(query)) == "Trocou de advogado"


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_page_shuts_nobody_out(page: Page, axe: str, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.evaluate(axe)
    assert await faults(page) == []
    await enter(page, "Representado por advogado", CPF, "procuração")
    await page.get_by_role("button", name="Levantar").click()
    await expect(page.locator("#lifting")).to_be_visible()
    assert await faults(page) == []
    await page.keyboard.press("Escape")
    await page.locator("#add").click()
    assert await faults(page) == []
    await page.keyboard.press("Escape")
    wide = await page.evaluate("document.documentElement.scrollWidth - innerWidth")
    assert wide <= 0, "it scrolls sideways at 1366 pixels"


async def faults(page: Page) -> list[tuple[str, str]]:
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    return [(one["id"], one["nodes"][0]["html"]) for one in found]
