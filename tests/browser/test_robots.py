"""The URA's seats on the board: seen, followed and taken, by keyboard."""

from __future__ import annotations

from pathlib import Path

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.bus import COMMANDS, Bus
from foundation.db.leadership import take
from tests.browser.doors import come_in
from tests.browser.test_inbound import shut_out
from tests.browser.test_supervision import show
from tests.integration.console.test_robots import a_conversation
from tests.people import a_user


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    async with engine.begin() as connection:
        await take(connection, "floor", "test", lease_s=600)
    page = await context.new_page()
    await come_in(page, console, "sol", "/supervision")
    return page


async def test_a_conversation_is_followed_and_given_to_an_agent(
    page: Page, engine: AsyncEngine, wire: Bus, axe: str, tmp_path: Path
) -> None:
    await expect(page.locator("#no-robots")).to_be_visible()
    call = await a_conversation(engine)
    await show(wire, "web007", "idle")
    seat = page.locator("#robots li")
    await expect(seat).to_contain_text("551130000100")
    await expect(seat).to_contain_text("identificando · 1 de 2 entendidas")
    await expect(page.locator("[data-figure=robot-calls]")).to_have_text("0")
    await seat.get_by_role("button").press("Enter")
    said = page.locator("#robot-said")
    await expect(said).to_contain_text("URA: Qual é o CPF?")
    await expect(said).to_contain_text("Quem ligou: meu cpf é ***")
    await expect(said).to_contain_text("sim (não entendido)")
    for scheme in ("light", "dark"):
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        assert await shut_out(page, axe) == []
        await page.screenshot(path=tmp_path / f"robots-{scheme}.png")
    await page.locator("#robot-agent").select_option("web007")
    await page.get_by_role("button", name="Assumir a chamada").press("Enter")
    await expect(page.locator("#robot-told")).to_contain_text("indo para uma pessoa")
    (order,) = await wire.newest(COMMANDS, count=5)
    assert order.fields == {
        "do": "take", "agent": "web007", "code": "", "call": str(call),
    }  # fmt: skip
    await page.keyboard.press("Escape")
    await expect(seat).to_contain_text("passando a uma pessoa")


async def test_who_takes_it_himself_is_told_when_his_telephone_does_not_come(
    page: Page, engine: AsyncEngine, wire: Bus, axe: str, tmp_path: Path
) -> None:
    call = await a_conversation(engine)
    await page.clock.install()
    await page.locator("#robots li").get_by_role("button").press("Enter")
    await page.get_by_role("button", name="Assumir eu mesmo").press("Enter")
    told = page.locator("desk-own-taking .said")
    await expect(told).to_contain_text("A URA continua")
    assert not page.url.endswith(str(call))  # a reload asks for nothing
    await page.clock.fast_forward(21_000)
    await expect(told).to_contain_text("não ficou pronto")
    for width in (1366, 360):
        await page.set_viewport_size({"width": width, "height": 768})
        for scheme in ("light", "dark"):
            await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
            assert await shut_out(page, axe) == []
            await page.screenshot(path=tmp_path / f"own-{width}-{scheme}.png")
    await page.get_by_role("button", name="Passar a um atendente").press("Enter")
    await expect(told).to_contain_text("primeiro atendente livre")
    orders = await wire.newest(COMMANDS, count=9)
    taken = [one.fields for one in orders if one.fields["do"] == "take"]
    assert [(one["agent"], one["call"]) for one in taken] == [("", str(call))]
