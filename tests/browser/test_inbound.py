"""«Receptivo»: numbers are added, changed and taken out, by keyboard alone."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.browser.doors import come_in
from tests.builders.portfolio import some_seats
from tests.people import a_user


async def shut_out(page: Page, axe: str) -> list[tuple[str, str]]:
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


async def test_a_number_is_added_changed_and_taken_out(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords,
    axe: str,
) -> None:  # fmt: skip
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    page = await context.new_page()
    await come_in(page, console, "sol", "/inbound")
    empty = page.locator(".empty", has_text="seguem as configurações")
    await expect(empty).to_be_visible()
    await page.keyboard.press("n")
    await page.keyboard.type("30")
    await page.keyboard.press("Enter")
    await expect(page.locator("#number-trouble")).to_contain_text("de 3 a 15 dígitos")
    assert await shut_out(page, axe) == []
    await page.locator("#number").fill("+55 11 3000-0100")
    await page.locator("#name").fill("Banco Azul")
    await page.locator("#weekday").fill("20:00-08:00")
    await page.keyboard.press("Enter")
    await expect(page.locator("#form-trouble")).to_contain_text("20:00-08:00")
    await page.locator("#weekday").fill("07:00-21:00")
    await page.keyboard.press("Enter")
    row = page.locator("tr[data-number='551130000100']")
    await expect(row).to_contain_text("Banco Azul")
    await expect(row).to_contain_text("07:00-21:00")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await shut_out(page, axe) == []
    await page.set_viewport_size({"width": 360, "height": 740})
    change = row.get_by_role("button", name="Mudar 551130000100")
    place = await change.bounding_box()
    assert place is not None
    assert place["x"] + place["width"] <= 360  # in sight without being scrolled to
    assert await shut_out(page, axe) == []

    await change.press("Enter")
    await page.locator("#flow").select_option("floor")
    await page.locator("#flow").press("Enter")
    await page.get_by_role("button", name="Guardar").press("Enter")
    await expect(row).to_contain_text("Direto às pessoas")
    await page.wait_for_load_state()
    await row.get_by_role("button", name="Tirar 551130000100").press("Enter")
    await page.locator("#confirm").get_by_role("button", name="Tirar").press("Enter")
    await expect(empty).to_be_visible()


async def test_an_agent_is_given_skills(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords,
    axe: str,
) -> None:  # fmt: skip
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    async with engine.begin() as connection:
        await some_seats(connection, 1)
    page = await context.new_page()
    await come_in(page, console, "sol", "/inbound")
    row = page.locator("tr[data-seat='agent001']")
    await row.get_by_role("button").press("Enter")
    assert await shut_out(page, axe) == []
    await page.keyboard.type("Veículos, cartão")
    await page.keyboard.press("Enter")
    await expect(row).to_contain_text("cartão, veículos")
    assert await shut_out(page, axe) == []
