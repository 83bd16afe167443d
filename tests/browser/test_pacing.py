"""A campaign's pace in a browser: live figures, sentences, the slider, a conflict."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import select, text
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.campaigns.running import running_campaigns
from dialer.campaigns.store import CampaignRow
from foundation.bus import EVENTS, Bus, decisions_of
from tests.browser.doors import come_in
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.builders.what_if import an_answer, keep
from tests.integration.console.test_pacing import ROW
from tests.people import a_user

LATER = "2026-03-10T13:00:09.000+00:00"
PICTURE = {"kind": "pacing", "mode": "predictive", "free": 2, "ringing": 14, "waiting": 1,
           "busy": 17, "soon_free": 3.24, "answers": 3.9, "risk": 0.018,
           "budget_left": 5.2, "target": 0.025,
           "rates": [[86400, 0.025, 0.0213], [2592000, 0.025, 0.018]]}  # fmt: skip


@pytest.fixture
async def campaign(engine: AsyncEngine, wire: Bus) -> UUID:
    async with engine.begin() as connection:
        await a_portfolio(connection, debtors=3)
        made = await a_campaign(connection, "Cartão março")
    await wire.publish(decisions_of(str(made)), ROW | {"campaign": str(made)})
    return made


@pytest.fixture
async def page(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    passwords: Passwords,
    campaign: UUID,
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    page = await context.new_page()
    await come_in(page, console, "sol", f"/campaigns/{campaign}/pacing")
    await page.wait_for_selector("#decisions li")
    await page.wait_for_selector("#connection[hidden]", state="attached")
    return page


@asynccontextmanager
async def told(wire: Bus, campaign: UUID, event: dict[str, Any]) -> AsyncIterator[None]:
    """Say it again and again, as the dialer does: the page may not listen yet."""

    async def tell() -> None:
        while True:
            await wire.publish(EVENTS, event | {"campaign": str(campaign)})
            await asyncio.sleep(0.3)

    telling = asyncio.create_task(tell())
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.wait({telling})


async def test_the_picture_and_each_decision_are_live(
    page: Page, wire: Bus, campaign: UUID
) -> None:
    await expect(page.locator("#decisions li").first).to_contain_text("16 decisões")
    async with told(wire, campaign, PICTURE):
        await expect(page.locator("[data-figure=soon_free]")).to_have_text("3,2")
        await expect(page.locator("[data-figure=risk]")).to_have_text("1,8%")
        await expect(page.locator("[data-figure=ringing]")).to_have_text("14")
        await expect(page.locator("#rates")).to_contain_text("24 horas: 2,1% de 2,5%")
        await expect(page.locator("#rates")).to_contain_text("30 dias: 1,8% de 2,5%")
    placed = ROW | {"calls": 2, "count": 1, "at": LATER, "until": LATER,
                    "reasons": [["one_to_one", {"calls": 2.0}]]}  # fmt: skip
    rows = page.locator("#decisions li")
    async with told(wire, campaign, {"kind": "decision"} | placed):
        await expect(rows.first).to_contain_text("2 chamadas")
        text = "Discou 2, uma chamada por atendente livre."
        await expect(rows.first).to_contain_text(text)
        await expect(page.locator("#resting")).to_be_visible()  # no picture for a while
    await expect(rows).to_have_count(2)  # told often, shown once


async def test_what_was_decided_while_the_stream_was_away_is_caught_up(
    page: Page, wire: Bus, campaign: UUID
) -> None:
    await page.route("**/pacing/live", lambda route: route.abort())
    await page.reload()
    await expect(page.locator("#decisions li")).to_have_count(1)
    stream = decisions_of(str(campaign))
    missed = ROW | {"at": LATER, "until": LATER, "count": 3, "campaign": str(campaign)}
    await wire.publish(stream, missed)
    await page.unroute("**/pacing/live")
    await expect(page.locator("#decisions li")).to_have_count(2)
    await expect(page.locator("#decisions li").first).to_contain_text("3 decisões")


async def test_beside_the_slider_stands_what_another_target_would_have_given(
    page: Page, engine: AsyncEngine, campaign: UUID
) -> None:
    said = page.locator("#what-if")
    await expect(said).to_contain_text("precisa de 200 conversas nas últimas 4 horas")
    await expect(page.locator("#what-if-all")).to_be_hidden()
    async with engine.begin() as connection:
        await keep(connection, campaign, an_answer())
    await page.reload()
    await expect(said).to_contain_text("A 2% a fala por hora por atendente fica como está")
    await page.locator("#target").focus()
    for _ in range(12):
        await page.keyboard.press("ArrowRight")
    await expect(page.locator("#target-told")).to_have_text("3,7%")
    await expect(said).to_contain_text("A 4% você ganha 3,1 min de fala por hora")
    await page.locator("#what-if-all summary").click()
    await expect(page.locator("#what-if-targets li")).to_have_count(3)
    await expect(page.locator("#what-if-from")).to_contain_text("1.204 atendidas")


async def test_the_slider_is_the_target_and_the_history_tells_it(
    page: Page, engine: AsyncEngine
) -> None:
    await expect(page.locator("#target-told")).to_have_text("2,5%")
    await page.locator("#target").focus()
    for _ in range(5):
        await page.keyboard.press("ArrowLeft")
    await expect(page.locator("#target-told")).to_have_text("2,0%")
    await page.click("#save")
    await expect(page.locator("#saved")).to_contain_text("Salvo")
    async with engine.connect() as connection:
        (running,) = await running_campaigns(connection)
    assert [share for share, _ in running.policy.limits] == [0.02, 0.02]
    history = page.locator("#history tbody tr").first
    await expect(history).to_contain_text("2,5% em 24 horas")
    await expect(history).to_contain_text("2,0% em 24 horas")


async def test_several_limits_and_a_ratio_with_its_cost(
    page: Page, engine: AsyncEngine
) -> None:
    await page.click("#limits summary")
    await page.click("#add-limit")
    rows = page.locator("#limit-list li")
    await expect(rows).to_have_count(3)
    await rows.last.locator("[data-share]").fill("4")
    await rows.last.locator("[data-share]").press("Tab")
    await page.locator("#limit-list li").last.locator("select").select_option("3600")
    await page.select_option("#mode", "ratio")
    await page.fill("#ratio", "2.5")
    await expect(page.locator("#ratio-cost")).to_contain_text("Ainda não há atendimentos")
    await page.click("#save")
    await expect(page.locator("#saved")).to_contain_text("Salvo")
    async with engine.connect() as connection:
        (running,) = await running_campaigns(connection)
    assert (running.policy.mode, running.policy.ratio) == ("ratio", 2.5)
    assert running.policy.limits[-1] == (0.04, 3600.0)


async def test_the_chances_of_the_list_are_switched_on_with_their_share_beside_it(
    page: Page, engine: AsyncEngine
) -> None:
    said = page.locator("#scored-hint")
    await expect(said).to_contain_text("ligado, não muda nada")
    async with engine.begin() as connection:
        await connection.execute(
            text("INSERT INTO contact_score SELECT id, 0.4 FROM contact_point LIMIT 2")
        )
    await page.check("#scored")
    await page.click("#save")
    await expect(page.locator("#saved")).to_contain_text("Salvo")
    await expect(said).to_contain_text(
        "Dos 3 telefones que ainda podem ser chamados, 66,7%"
    )
    history = page.locator("#history tbody tr").first
    await expect(history).to_contain_text("Usar as chances da lista: de não para sim")
    async with engine.connect() as connection:
        (running,) = await running_campaigns(connection)
    assert running.scored
    await page.reload()
    await expect(page.locator("#scored")).to_be_checked()


async def test_it_is_paused_and_started_there_and_what_is_typed_stays(
    page: Page, engine: AsyncEngine
) -> None:
    await page.locator("#target").fill("1")
    await page.click("#pause")
    await expect(page.locator("#status")).to_have_text("Pausada")
    await expect(page.locator("#resting")).to_contain_text("não está em andamento")
    async with engine.connect() as connection:
        assert await running_campaigns(connection) == []
    await page.click("#start")
    await expect(page.locator("#status")).to_have_text("Em andamento")
    await expect(page.locator("#target-told")).to_have_text("1,0%")
    history = page.locator("#history tbody tr")
    await expect(history.nth(0)).to_contain_text("Situação: de Pausada para Em andamento")
    await page.click("#save")
    await expect(page.locator("#saved")).to_contain_text("Salvo")
    await expect(history.nth(0)).to_contain_text("1,0% em 24 horas")


async def test_nothing_typed_is_lost_when_somebody_else_changed_it(
    page: Page, engine: AsyncEngine, campaign: UUID
) -> None:
    async with engine.begin() as connection:
        row = (await connection.execute(select(CampaignRow.__table__))).one()
        await connection.execute(
            CampaignRow.__table__.update().values(  # type: ignore[attr-defined]
                version=row.version + 1, changed_by="Rui", priority=7
            )
        )
    await page.locator("#target").fill("1")
    await page.click("#save")
    await expect(page.locator("#conflict")).to_contain_text("Rui")
    await expect(page.locator("#conflict")).to_contain_text("Prioridade: de 0 para 7")
    await expect(page.locator("#target-told")).to_have_text("1,0%")
    await page.click("#keep-mine")
    await expect(page.locator("#saved")).to_contain_text("Salvo")


async def test_the_page_is_for_everybody(page: Page, axe: str) -> None:
    await page.evaluate(axe)
    found = await page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    wrong = [(one["id"], [n["html"] for n in one["nodes"]]) for one in found["violations"]]
    assert wrong == []
