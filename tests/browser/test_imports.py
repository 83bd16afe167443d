"""The page of imports in a browser: from a dropped file to its result, and back."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest_asyncio
from aiohttp import web
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.services import SETTINGS
from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.runner import run_task
from cobranca.outbox_runner import Outbox
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.settings import WorkerSettings
from tests.browser.doors import come_in
from tests.builders.debtor_files import phone, row, write
from tests.people import a_user

SHOTS = os.environ.get("SCREENSHOTS")  # a folder to look at the page with one's own eyes


@pytest_asyncio.fixture
async def worker(engine: AsyncEngine, app: web.Application) -> AsyncIterator[None]:
    """The worker's outbox, run as rows come."""
    known = app[SETTINGS]
    own = {"home": known.home, "database_url": known.database_url}
    with ThreadPoolExecutor(2) as executor:
        rows = Outbox(
            engine=engine,
            settings=WorkerSettings.model_validate(own),
            handlers={tasks.TOPIC: run_task},
            executor=executor,
        )

        async def run() -> None:
            while True:
                if not await rows.run_one():
                    await asyncio.sleep(0.1)

        task = asyncio.create_task(run())
        yield
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest_asyncio.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "bia", Role.SUPERVISOR)
    page = await context.new_page()
    await come_in(page, console, "bia", "/imports")
    await page.wait_for_selector("#start:not([hidden])")
    return page


async def send(page: Page, path: Path) -> None:
    await page.fill("#creditor", "Banco Um")
    await page.fill("#portfolio", "Março de 2026")
    await page.set_input_files("#file", path)
    await page.click("#send")
    await page.wait_for_selector("#mapping:not([hidden])")


async def look(page: Page, axe: str, name: str) -> None:
    """No fault of accessibility in either theme."""
    for theme in ("light", "dark"):
        await page.emulate_media(color_scheme=theme, reduced_motion="reduce")
        # the policy of the page forbids scripts in it; the inspector's own way is open
        await page.evaluate(axe)
        found: dict[str, Any] = await page.evaluate("axe.run()")
        faults = [
            (one["id"], [node["html"] for node in one["nodes"]])
            for one in found["violations"]
        ]
        if SHOTS:
            path = f"{SHOTS}/imports-{name}-{theme}.png"
            await page.screenshot(path=path, full_page=True)
        assert faults == []


async def test_a_file_becomes_debtors_and_is_taken_back(
    page: Page, worker: None, axe: str, tmp_path: Path
) -> None:
    await look(page, axe, "start")
    rows = [row(serial) for serial in range(1, 40)]
    await send(page, write(tmp_path / "março.csv", *rows, row(90, cpf="1")))
    await expect(page.locator("[data-step=columns]")).to_have_attribute(
        "aria-current", "step"
    )
    await look(page, axe, "columns")
    await page.click("#check")
    await expect(page.locator("[data-count=new]")).to_have_text("39")
    await expect(page.locator("[data-count=refused]")).to_have_text("1")
    await expect(page.locator("#differences")).to_contain_text("linha 41")
    await look(page, axe, "check")

    await page.reload()  # nothing is lost
    await expect(page.locator("[data-count=new]")).to_have_text("39")
    async with page.expect_download() as download:
        await page.click("#errors-csv")
    assert (await download.value).suggested_filename == "março - recusados.csv"
    await page.click("#apply")
    await expect(page.locator("#good")).to_contain_text("Importação aplicada")
    await look(page, axe, "result")

    await page.click("#undo")
    await page.click("#sure-yes")
    await expect(page.locator("#good")).to_contain_text("Importação desfeita")
    await expect(page.locator("#imports tr")).to_have_count(1)


async def test_what_changes_is_shown_and_columns_are_remembered(
    page: Page, worker: None, axe: str, tmp_path: Path
) -> None:
    await send(page, write(tmp_path / "a.csv", row(1), row(2), row(3)))
    await page.click("#check")
    await page.click("#apply")
    await expect(page.locator("#good")).to_contain_text("aplicada")
    await page.click("#new")
    changed = (row(1, valor="9,00", nome="Outra"), row(2, telefone2=phone(99)), row(3))
    await send(page, write(tmp_path / "b.csv", *changed))
    await expect(page.locator("#note")).to_contain_text("mapeamento salvo")
    await page.click("#check")
    await expect(page.locator("[data-count=changed]")).to_have_text("2")
    shown = page.locator("#differences")
    await expect(shown).to_contain_text("Muda valor: 1")
    await expect(shown).to_contain_text("R$ 9,00")
    await look(page, axe, "changes")

    await page.click("#apply")
    await page.click("#next")  # a campaign of what has just come, not of another's
    await expect(page.locator("#creditor option:checked")).to_have_text("Banco Um")
    await expect(page.locator("#portfolio option:checked")).to_have_text("Março de 2026")


async def test_columns_that_nobody_knows_are_asked_for(
    page: Page, worker: None, tmp_path: Path
) -> None:
    await send(page, write(tmp_path / "x.csv", "1;2;3", header="nome;idade;valor"))
    await expect(page.locator("#mapping-trouble")).to_contain_text("Falta dizer")
    await page.click("#check")  # nothing happens but the words
    await expect(page.locator("#mapping")).to_be_visible()
    await page.locator("#columns select").nth(1).select_option("name")
    await expect(page.locator("#mapping-trouble")).to_contain_text("Mais de uma coluna")
    await page.click("#discard")
    await page.click("#sure-yes")
    await expect(page.locator("#start")).to_be_visible()
    await expect(page.locator("#no-imports")).to_be_visible()


async def test_rubbish_is_said_plainly(page: Page, tmp_path: Path) -> None:
    path = tmp_path / "velha.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0" + b"x" * 100)
    await page.fill("#creditor", "Banco Um")
    await page.fill("#portfolio", "Março")
    await page.set_input_files("#file", path)
    await page.click("#send")
    await expect(page.locator("#trouble")).to_contain_text("Excel antigo")
    await expect(page.locator("#creditor")).to_have_value("Banco Um")
