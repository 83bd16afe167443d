"""A supervisor listens, finds that the record is wrong, and puts it right on the page."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.calls.store import CorrectionRow, DispositionRow
from foundation.home import Home
from foundation.ids import uuid7
from sim.browser import log_in
from tests.builders.conversations import seat_id
from tests.builders.portfolio import some_seats
from tests.integration.console.test_recordings import a_recording
from tests.people import PASSWORD, a_user


@pytest.fixture
async def list_of_one(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    home: Home,
    passwords: Passwords,
    tmp_path: Path,
) -> Page:
    """The recordings, of which one was recorded as a refusal."""
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    recorded = await a_recording(engine, home, tmp_path)
    async with engine.begin() as connection:
        await some_seats(connection)
        said = {"id": uuid7(), "attempt_id": recorded.attempt,
                "agent_id": await seat_id(connection), "code": "refused",
                "right_party": True, "note": "não paga",
                "at": datetime.now(UTC)}  # fmt: skip
        await connection.execute(insert(DispositionRow), said)
    page = await context.new_page()
    await log_in(page, console, "sol", PASSWORD, "/recordings")
    return page


async def test_a_record_is_put_right_by_keyboard(
    list_of_one: Page, engine: AsyncEngine
) -> None:
    page = list_of_one
    row = page.locator("#list tbody tr")
    await row.get_by_role("button", name="Corrigir").press("Enter")
    dialog = page.locator("#correction")
    await expect(dialog.locator("[name=note]")).to_have_value("não paga")
    await dialog.locator("[name=code]").select_option("disputes")
    await dialog.locator("[name=note]").fill("")
    await dialog.locator("[name=note]").press("Tab")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("motivo")
    await expect(dialog.locator("[name=reason]")).to_be_focused()
    await page.keyboard.type("Ouvi a gravação")
    await page.keyboard.press("Enter")
    await expect(dialog.get_by_role("alert")).to_contain_text("pede uma anotação")
    await dialog.locator("[name=note]").fill("Diz que não deve")
    await dialog.locator("[name=reason]").press("Enter")
    await expect(dialog).to_be_hidden()
    cell = row.locator("[data-cell=disposition]")
    await expect(cell).to_have_text("Contesta a dívida")
    async with engine.connect() as connection:
        assert await connection.scalar(select(DispositionRow.code)) == "disputes"
        assert await connection.scalar(select(CorrectionRow.reason)) == "Ouvi a gravação"

    await row.get_by_role("button", name="Corrigir").click()
    before = dialog.locator(".before li")
    await expect(before).to_contain_text("«Recusou-se a pagar»")
    await expect(before).to_contain_text("Pessoa sol corrigiu: Ouvi a gravação")
    await page.keyboard.press("Escape")
    await expect(dialog).to_be_hidden()
    await expect(cell).to_have_text("Contesta a dívida")


@pytest.mark.parametrize("scheme", ["light", "dark"])
async def test_the_dialog_shuts_nobody_out(
    list_of_one: Page, axe: str, scheme: Any
) -> None:
    page = list_of_one
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await page.get_by_role("button", name="Corrigir").click()
    await page.locator("#correction [name=code]").select_option("promise")
    await expect(page.locator("#correction-amount")).to_be_visible()
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
