"""The supervisor's pages in a browser: live, by keyboard, without jank, for everybody."""

from __future__ import annotations

import asyncio
import re
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.campaigns.store import CampaignRow
from foundation.bus import BOARD, EVENTS, Bus
from foundation.db.leadership import take
from foundation.home import Home
from tests.browser.doors import come_in
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.integration.console.test_recordings import a_recording
from tests.integration.console.test_supervision import answered
from tests.people import a_user

AGENTS, SECONDS = 200, 8
STATES = ("idle", "talking", "wrap_up", "paused")
# ten times what a person feels; the figure itself is printed
LONGEST_TASK_MS = 500.0
FOLD, LEAST_CHART = 768, 120  # pixels of the browser tests' window, and of a useful chart
LONG_TASKS = """
window.tasks = [];
new PerformanceObserver((list) => {
  for (const entry of list.getEntries()) window.tasks.push(entry.duration);
}).observe({ type: "longtask" });
"""


@pytest.fixture
async def sol(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    wire: Bus,
    passwords: Passwords,
) -> Page:
    """A supervisor who is logged in, over a campaign that runs and a dialer that leads."""
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=3)
        await a_campaign(connection, "Cartão março")
        await take(connection, "floor", "test", lease_s=600)
    await tell_floor(wire)
    page = await context.new_page()
    await come_in(page, console, "sol", "/supervision")
    await page.wait_for_selector("#connection[hidden]", state="attached")
    return page


async def tell_floor(wire: Bus, **stages: int) -> None:
    await tell_checked(wire, 3.0, 0, **stages)


async def tell_checked(wire: Bus, s_ago: float, found: int, **stages: int) -> None:
    now = datetime.now(UTC)
    checked = {"at": (now - timedelta(seconds=s_ago)).isoformat(), "violations": found}
    floor = {"kind": "floor", "at": now.isoformat(), "lacks": [], "checked": checked}
    await wire.publish(EVENTS, floor | {"calls": {"inbound": stages}})


async def show(wire: Bus, agent: str, state: str) -> None:
    now = datetime.now(UTC).isoformat(timespec="milliseconds")
    entry = {"state": state, "since": now, "call": None, "pause_code": None}
    await wire.put(BOARD, {agent: entry})
    await wire.publish(EVENTS, {"kind": "agent", "agent": agent, **entry})


async def test_agents_and_calls_are_shown_as_they_change(sol: Page, wire: Bus) -> None:
    await expect(sol.locator("#no-agents")).to_be_visible()
    await show(wire, "web007", "talking")
    cell = sol.locator("#agents li")
    await expect(cell).to_contain_text("web007")
    await expect(cell).to_contain_text("Em conversa")
    await show(wire, "web007", "wrap_up")
    await expect(cell).to_have_attribute("data-state", "wrap_up")
    await tell_floor(wire, ringing=3, talking=1)
    await expect(sol.locator("[data-figure=open]")).to_have_text("4")
    await expect(sol.locator("[data-stage=ringing] span")).to_have_text("3")
    await show(wire, "web007", "offline")
    await expect(cell).to_have_count(0)
    await expect(sol.locator("#alerts")).to_contain_text("Nenhum atendente na operação")


async def test_when_the_states_were_last_checked_is_shown(sol: Page, wire: Bus) -> None:
    line = sol.locator("#check")
    await expect(line).to_have_text(re.compile(r"conferido há \d+ s, sem violações"))
    await tell_checked(wire, 1.0, 2)
    await expect(line).to_contain_text("2 violações")
    await expect(line).not_to_have_class(re.compile("late"))
    await tell_checked(wire, 3700.0, 0)
    await expect(line).to_have_class(re.compile("late"))
    await expect(line).to_contain_text("conferido há 1:01:")
    await expect(sol.locator("#alerts")).to_contain_text("não são conferidos desde")


async def test_two_hundred_agents_a_second_without_jank(sol: Page, wire: Bus) -> None:
    names = [f"agent{number:03d}" for number in range(1, AGENTS + 1)]
    for name in names:
        await show(wire, name, "idle")
    await expect(sol.locator("#agents li")).to_have_count(AGENTS)
    first = await sol.evaluate_handle("document.querySelector('#agents li')")
    await sol.evaluate(LONG_TASKS)
    for second in range(SECONDS):
        began = asyncio.get_running_loop().time()
        for place, name in enumerate(names):
            await show(wire, name, STATES[(second + place) % len(STATES)])
        spent = asyncio.get_running_loop().time() - began
        await asyncio.sleep(max(0.0, 1.0 - spent))
    last = STATES[(SECONDS - 1 + AGENTS - 1) % len(STATES)]
    cell = sol.locator("#agents li").last
    await expect(cell).to_have_attribute("data-state", last)
    tasks: list[float] = await sol.evaluate("window.tasks")

    print(
        f"long tasks in {SECONDS} s: {len(tasks)}, longest {max(tasks, default=0):.0f} ms"
    )
    assert max(tasks, default=0.0) < LONGEST_TASK_MS
    assert await first.evaluate("cell => cell.isConnected"), (
        "cells are patched, not rebuilt"
    )


async def test_a_definition_is_reached_by_keyboard(sol: Page) -> None:
    definition = sol.locator("#def-abandonment")
    await expect(definition).to_be_hidden()
    await sol.locator("[aria-describedby=def-abandonment]").focus()
    await expect(definition).to_be_visible()
    await expect(definition).to_contain_text("Linha de alarme: 3%")


async def test_a_campaign_is_paused_from_the_wall(sol: Page, engine: AsyncEngine) -> None:
    row = sol.locator("#campaigns tbody tr")
    await row.get_by_role("button", name="Pausar").click()
    await expect(row.locator(".status")).to_have_text("Pausada")
    async with engine.connect() as connection:
        assert await connection.scalar(select(CampaignRow.status)) == "paused"


async def test_a_small_tv_shows_all_of_worth_without_scrolling(
    sol: Page, console: str, wire: Bus, engine: AsyncEngine
) -> None:
    async with engine.begin() as connection:
        for name in ("Consignado abril", "Cartão abril", "Veículos"):
            campaign = await a_campaign(connection, name)
    for minutes_ago in (2, 3, 3, 5, 8):
        await answered(engine, campaign, minutes_ago=minutes_ago)
    for number in range(1, 13):
        await show(wire, f"agent{number:03}", STATES[number % 4])
    await sol.goto(f"{console}/supervision?tv=1")
    await expect(sol.locator("#agents li")).to_have_count(12)
    await expect(sol.locator("#campaigns tbody tr")).to_have_count(4)
    for what in (
        ".board",
        "#stages",
        "#campaigns tbody tr >> nth=-1",
        "#agents li >> nth=-1",
    ):
        box = await sol.locator(what).bounding_box()
        assert box, what
        assert box["y"] + box["height"] <= FOLD, what
    await sol.wait_for_selector("#minutes canvas")
    chart = await sol.locator("#minutes").bounding_box()
    assert chart
    assert chart["height"] > LEAST_CHART
    assert chart["y"] + chart["height"] < FOLD
    deep = await sol.evaluate("document.documentElement.scrollHeight - innerHeight")
    assert deep <= 0


async def test_the_tv_has_figures_and_nothing_to_click(sol: Page, console: str) -> None:
    await sol.goto(f"{console}/supervision?tv=1")
    await expect(sol.get_by_role("button", name="Pausar")).to_be_hidden()
    size = "e => parseFloat(getComputedStyle(e).fontSize)"
    assert await sol.locator("[data-figure=open]").evaluate(size) > 50
    await sol.keyboard.press("Escape")
    await expect(sol.get_by_role("button", name="Pausar")).to_be_visible()


async def test_a_stop_is_asked_and_can_be_undone(sol: Page, console: str) -> None:
    await sol.goto(f"{console}/campaigns")
    row = sol.locator("#campaigns tbody tr")
    stop = row.get_by_role("button", name="Parar")
    await stop.click()
    await sol.keyboard.press("Escape")
    await expect(row.locator(".status")).to_have_text("Em andamento")
    await stop.click()
    await sol.get_by_role("button", name="Parar a campanha").click()
    await expect(row.locator(".status")).to_have_text("Parada")
    await sol.get_by_role("button", name="Desfazer").click()
    await expect(row.locator(".status")).to_have_text("Em andamento")


async def test_a_filter_counts_while_it_is_typed(sol: Page, console: str) -> None:
    await sol.goto(f"{console}/campaigns/new")
    await expect(sol.locator("#count")).to_have_text("3")
    await sol.fill("#amount_from", "100.01")
    await expect(sol.locator("#count")).to_have_text("0")
    await expect(sol.locator("#count-note")).to_contain_text("Ninguém atende a este filtro")
    await sol.fill("#amount_from", "99,99")
    await expect(sol.locator("#count")).to_have_text("3")
    await sol.fill("#amount_from", "1.000,00")
    await expect(sol.locator("#count")).to_have_text("0")
    await sol.fill("#amount_from", "mil")
    await sol.click("#save")
    await expect(sol.locator("#amount_from-hint")).to_contain_text(
        "Não é um valor em reais"
    )
    await sol.fill("#amount_from", "")
    await expect(sol.locator("#count")).to_have_text("3")
    await sol.click("#save")
    await expect(sol.locator("#name-hint")).to_have_text("Dê um nome à campanha.")
    await expect(sol.locator("#name")).to_be_focused()
    await sol.fill("#name", "Abril")
    await sol.click("#save")
    await expect(sol.get_by_role("link", name="Abril")).to_be_visible()


async def test_the_second_editor_is_told_and_loses_nothing(
    sol: Page, console: str, engine: AsyncEngine
) -> None:
    await sol.goto(f"{console}/campaigns")
    await sol.get_by_role("link", name="Cartão março").click()
    await expect(sol.locator("#wrap_up_s")).to_have_value("30")
    async with engine.begin() as connection:
        other = {"wrap_up_s": 45, "version": CampaignRow.version + 1, "changed_by": "Bia"}
        await connection.execute(update(CampaignRow).values(other))
    await sol.fill("#name", "Cartão abril")
    await sol.click("#save")
    await expect(sol.locator("#conflict-who")).to_contain_text("Bia mudou esta campanha")
    await expect(sol.locator("#conflict-what")).to_contain_text("de 30 para 45")
    await expect(sol.locator("#name")).to_have_value("Cartão abril")
    await sol.click("#keep-mine")
    await expect(sol.locator("#saved")).to_have_text("Salvo.")
    async with engine.connect() as connection:
        assert await connection.scalar(select(CampaignRow.name)) == "Cartão abril"


async def test_two_supervisors_at_one_campaign_lose_nothing(
    sol: Page, console: str, browser: Browser, engine: AsyncEngine, passwords: Passwords
) -> None:
    await a_user(engine, passwords, "bia", Role.SUPERVISOR)
    other = await browser.new_context(locale="pt-BR")
    bia = await other.new_page()
    await come_in(bia, console, "bia", "/campaigns")
    await sol.goto(f"{console}/campaigns")
    for page in (sol, bia):
        await page.get_by_role("link", name="Cartão março").click()
        await expect(page.locator("#wrap_up_s")).to_have_value("30")

    await sol.fill("#target", "1.5")
    await sol.click("#save")
    await expect(sol.locator("#saved")).to_have_text("Salvo.")
    typed = {"#name": "Cartão da Bia", "#max_attempts": "3", "#ring_timeout_s": "25"}
    for field, text in typed.items():
        await bia.fill(field, text)
    await bia.click("#save")
    await expect(bia.locator("#conflict-who")).to_contain_text("Pessoa sol mudou")
    await expect(bia.locator("#conflict-what")).to_contain_text("de 2,5% para 1,5%")
    for field, text in typed.items():
        await expect(bia.locator(field)).to_have_value(text)

    await bia.click("#keep-mine")
    await expect(bia.locator("#saved")).to_have_text("Salvo.")
    await sol.fill("#wrap_up_s", "20")  # and now it is the other's turn to be told
    await sol.click("#save")
    await expect(sol.locator("#conflict-who")).to_contain_text("Pessoa bia mudou")
    await expect(sol.locator("#wrap_up_s")).to_have_value("20")
    await sol.click("#take-theirs")
    await expect(sol.locator("#name")).to_have_value("Cartão da Bia")
    await other.close()


async def test_a_recording_is_played_by_keyboard(
    sol: Page, console: str, engine: AsyncEngine, home: Home, tmp_path: Any
) -> None:
    await a_recording(engine, home, tmp_path)
    await sol.goto(f"{console}/recordings")
    await sol.get_by_role("button", name="Ouvir").click()
    await expect(sol.locator("#play")).to_be_focused()
    await expect(sol.locator("#length")).to_have_text("0:05")
    await sol.keyboard.press("Space")
    await expect(sol.locator("#play")).to_have_text("Pausar")
    await expect(sol.locator("#position")).to_have_text("0:01")
    await sol.keyboard.press("Space")
    await expect(sol.locator("#play")).to_have_text("Tocar")
    await sol.keyboard.press("m")
    mute = sol.locator("[data-side=debtor] .mute")
    await expect(mute).to_have_attribute("aria-pressed", "true")
    await sol.keyboard.press("ArrowRight")
    await expect(sol.locator("#position")).to_have_text("0:05")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_no_page_shuts_anybody_out(
    sol: Page,
    console: str,
    axe: str,
    scheme: Any,
    wire: Bus,
    engine: AsyncEngine,
    home: Home,
    tmp_path: Any,
) -> None:
    await a_recording(engine, home, tmp_path)
    await show(wire, "web001", "talking")
    await sol.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    for path, ready in (
        ("/supervision", "#agents li"),
        ("/supervision?tv=1", "#agents li"),
        ("/campaigns", "#campaigns tbody tr"),
        ("/campaigns/new", "#count:not(.old)"),
        ("/recordings", "#list tbody tr"),
    ):
        await sol.goto(console + path)
        await sol.wait_for_selector(ready)
        if path == "/recordings":
            await sol.get_by_role("button", name="Ouvir").click()
            await expect(sol.locator("#length")).to_have_text("0:05")
        await sol.evaluate(axe)
        found = await sol.evaluate("axe.run().then((result) => result.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == [], path
        for width in (360, 1366):
            await sol.set_viewport_size({"width": width, "height": FOLD})
            wide = await sol.evaluate("document.documentElement.scrollWidth - innerWidth")
            assert wide <= 0, f"{path} scrolls sideways at {width} pixels"
