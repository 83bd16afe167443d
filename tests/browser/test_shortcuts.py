"""The list of keys on every page, and the switch for keys of one character."""

from __future__ import annotations

import pytest
from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.pages import MENU
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from tests.browser.desk_place import DeskPlace
from tests.browser.test_desk import commands, in_call
from tests.people import PASSWORD, a_user


async def come_in(page: Page, console: str, login: str, to: str) -> None:
    await page.goto(f"{console}/login?next={to}")
    await page.fill("#login", login)
    await page.fill("#password", PASSWORD)
    await page.press("#password", "Enter")
    await page.wait_for_url(f"{console}{to}")


async def test_the_list_opens_on_every_page(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    passwords: Passwords,
    app: web.Application,
) -> None:
    pages = {path: roles for path, roles in app[MENU].items() if "{" not in path}
    page = await context.new_page()
    await page.goto(f"{console}/login")
    await page.locator("h1").click()  # out of the field
    await listed(page)
    for role in Role:
        await a_user(engine, passwords, role.value, role)
        theirs = [path for path, roles in pages.items() if role in roles]
        await context.clear_cookies()
        await come_in(page, console, role.value, theirs[0])
        for path in theirs:
            await page.goto(f"{console}{path}")
            await listed(page)


async def listed(page: Page) -> None:
    """`?` opens the list, Escape closes it, the button in the frame opens it too."""
    await page.keyboard.press("?")
    await expect(page.locator("#help")).to_be_visible()
    await page.keyboard.press("Escape")
    await expect(page.locator("#help")).to_be_hidden()
    await page.click("#shortcuts")
    await expect(page.locator("#help")).to_contain_text("Esta ajuda")
    await page.keyboard.press("Escape")


@pytest.fixture
async def off(desk: Page) -> Page:
    """A desk on which somebody switched the keys of one character off."""
    await desk.keyboard.press("?")
    await expect(desk.locator("#single-keys")).to_be_checked()
    await desk.uncheck("#single-keys")
    await desk.keyboard.press("Escape")
    return desk


async def test_keys_of_one_character_can_be_switched_off(
    off: Page, place: DeskPlace, console: str
) -> None:
    await off.keyboard.press("?")
    await expect(off.locator("#help")).to_be_hidden()
    call = await place.call()
    await place.show("talking", call=call)
    first = off.locator("input[name=code]").first
    await first.focus()
    await off.keyboard.press("2")
    await expect(off.locator("input[name=code]:checked")).to_have_count(0)

    await off.goto(f"{console}/account")  # it holds on other pages, and later
    await off.keyboard.press("?")
    await expect(off.locator("#help")).to_be_hidden()
    await off.click("#shortcuts")
    await expect(off.locator("#single-keys")).not_to_be_checked()
    await off.check("#single-keys")
    await off.keyboard.press("Escape")
    await off.keyboard.press("?")
    await expect(off.locator("#help")).to_be_visible()


async def test_a_question_mark_in_a_field_is_a_question_mark(
    console: str, page_of_a_supervisor: Page
) -> None:
    await page_of_a_supervisor.goto(f"{console}/imports")
    await page_of_a_supervisor.click("#creditor")
    await page_of_a_supervisor.keyboard.type("Banco?")
    assert await page_of_a_supervisor.input_value("#creditor") == "Banco?"
    await expect(page_of_a_supervisor.locator("#help")).to_be_hidden()


@pytest.fixture
async def page_of_a_supervisor(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    page = await context.new_page()
    await come_in(page, console, "sol", "/imports")
    return page


async def test_the_menu_of_pauses_is_walked_by_keys_and_gives_the_focus_back(
    desk: Page, place: DeskPlace
) -> None:
    summary, choices = desk.locator(".pauses summary"), desk.get_by_role("menuitem")
    await desk.keyboard.press("F3")
    await expect(choices.first).to_be_focused()
    await desk.keyboard.press("ArrowDown")
    await expect(choices.nth(1)).to_be_focused()
    await desk.keyboard.press("End")
    await expect(choices.last).to_be_focused()
    await desk.keyboard.press("Home")
    await expect(choices.first).to_be_focused()
    await desk.keyboard.press("Escape")
    await expect(choices.first).to_be_hidden()
    await expect(summary).to_be_focused()
    await expect(summary).to_have_attribute("aria-expanded", "false")
    await desk.keyboard.press("ArrowUp")
    await expect(choices.last).to_be_focused()
    await desk.keyboard.press("Home")
    async with desk.expect_response("**/api/v1/desk/commands"):
        await desk.keyboard.press("Enter")
    await expect(summary).to_be_focused()
    assert await commands(place) == ["pause"]


async def test_saving_says_that_a_pause_is_to_come(desk: Page, place: DeskPlace) -> None:
    call = await in_call(desk, place)
    save = desk.locator("desk-record .save span")
    await expect(save).to_have_text("Salvar e ir para a próxima")
    await place.show("talking", call, wants="paused", pause_code="lunch")
    await expect(save).to_have_text("Salvar e ir para a pausa: Refeição")
