"""«Quem atendeu»: verdicts are listened to and judged, by mouse and by keys."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.answering.store import AnswerVerdictRow
from foundation.home import Home
from tests.browser.doors import come_in
from tests.integration.console.test_recordings import a_recording
from tests.people import a_user

HEARD: Mapping[str, Any] = {
    "speech": [[0.6, 2.9]], "tones": [[1000, 3.4, 3.8]], "odds": 14.2, "recognised": 2,
    "patterns": ["caixa postal"], "text": "sua chamada será encaminhada", "signs": [],
}  # fmt: skip


async def a_verdict(
    engine: AsyncEngine, attempt: UUID, detector: str = "words", **more: Any
) -> None:
    row = {
        "attempt_id": attempt, "detector": detector, "who": "machine", "kind": "mailbox",
        "why": "phrase", "heard_s": 2.5, "at": datetime.now(UTC), "acted": True,
        "sampled": True, "evidence": HEARD,
    }  # fmt: skip
    async with engine.begin() as connection:
        await connection.execute(insert(AnswerVerdictRow), {**row, **more})


@pytest.fixture
async def judged(engine: AsyncEngine, home: Home, tmp_path: Path) -> list[UUID]:
    """Two calls: one ended for a machine, one thought to be a person's."""
    calls = [
        (await a_recording(engine, home, tmp_path, hours_ago=hours)).attempt
        for hours in (1, 2)
    ]
    await a_verdict(engine, calls[0])
    await a_verdict(engine, calls[0], "times", acted=False, who="person", kind="", why="")
    silent: dict[str, Any] = {"speech": [], "tones": [], "odds": None, "recognised": 0}
    await a_verdict(
        engine, calls[1], who="person", kind="", why="word", acted=False, evidence=silent
    )
    return calls


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    return await context.new_page()


async def shut_out(page: Page, axe: str) -> list[tuple[str, str]]:
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    return [(one["id"], one["nodes"][0]["html"]) for one in found]


async def test_verdicts_are_judged_by_keyboard_and_errors_counted(
    page: Page, console: str, engine: AsyncEngine, judged: list[UUID], axe: str
) -> None:
    await come_in(page, console, "sol", "/answers")
    items = page.locator("#verdicts > li")
    await expect(items).to_have_count(2)
    first = items.nth(0)
    await expect(first).to_contain_text(
        "máquina: caixa postal, aos 2,5 s (frase conhecida)"
    )
    await expect(first).to_contain_text("Ouviu: «sua chamada será encaminhada»")
    await expect(first).to_contain_text("Tons: 1000 Hz por 0,4 s")
    await expect(first).to_contain_text("AMD da central: pessoa")
    await expect(first.get_by_text("chamada encerrada")).to_be_visible()
    await expect(items.nth(1)).to_contain_text("Nenhuma fala ouvida")
    assert await shut_out(page, axe) == []
    await page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    await page.reload()
    await expect(items).to_have_count(2)
    assert await shut_out(page, axe) == []

    await page.keyboard.press("2")  # nothing is listened to yet: it judges nothing
    await page.keyboard.press("j")
    await expect(page.locator("#player-title")).to_contain_text("sem campanha")
    await expect(page.locator("#length")).to_have_text("0:05")
    await page.keyboard.press("1")
    await expect(items).to_have_count(1)
    await expect(page.locator("#left")).to_have_text(
        "Guardado: Era uma pessoa. Falta 1 veredito."
    )
    await expect(items.nth(0)).to_have_attribute("aria-current", "true")
    wrong = page.locator("#counts [data-wrong=true]")
    await expect(wrong).to_have_text(["1 de 1 revistos"])
    await items.get_by_role("button", name="Era uma pessoa").click()
    await expect(page.locator("#left")).to_contain_text("Todos revistos.")
    await expect(page.locator("#none")).to_be_visible()
    row = AnswerVerdictRow
    query = select(row.attempt_id, row.person).where(row.detector == "words")
    async with engine.connect() as connection:
        kept = {one.attempt_id: one.person for one in await connection.execute(query)}
    assert kept == dict.fromkeys(judged, True)


async def test_nothing_to_review_says_where_verdicts_come_from(
    page: Page, console: str, axe: str
) -> None:
    await come_in(page, console, "sol", "/answers")
    await expect(page.locator("#none")).to_contain_text("Quando uma máquina atende")
    await expect(page.locator("#no-counts")).to_be_visible()
    assert await shut_out(page, axe) == []
