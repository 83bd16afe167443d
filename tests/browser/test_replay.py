"""«Como estava» in a browser: a second is chosen, the floor of then is shown."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from dialer.adapters.violation_log import note
from dialer.calls.store import CallEventRow
from dialer.state.invariants import Broken, Violation
from foundation.clock import SAO_PAULO
from tests.browser.doors import come_in
from tests.people import a_user

NOW = datetime.now(UTC).replace(microsecond=0) - timedelta(minutes=5)
BROKEN = Violation(code=Broken.STATE_DIFFERS, kind="agent", subject="agent001")


async def page_at(page: Page, console: str, engine: AsyncEngine) -> Page:
    data = {
        "endpoint": "agent001", "state": "idle", "wants": "idle", "pause_code": "",
        "leg": None, "held": False, "since": NOW.isoformat(),
    }  # fmt: skip
    facts = [
        {"kind": "term_began", "at": NOW, "data": {"holder": "um:1"}, "epoch": 1},
        {"kind": "agent", "at": NOW, "data": data, "epoch": 1},
    ]
    async with engine.begin() as connection:
        await connection.execute(insert(CallEventRow), facts)
        await note(connection, [(BROKEN, "reread")], NOW)
    shown = (NOW + timedelta(seconds=1)).astimezone(SAO_PAULO)
    await come_in(page, console, "sol", f"/replay?at={shown:%Y-%m-%dT%H:%M:%S}")
    return page


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    return await page_at(await context.new_page(), console, engine)


async def test_a_step_in_time_shows_another_floor(page: Page, axe: str) -> None:
    await expect(page.locator("#leading")).to_contain_text("um:1 (mandato 1)")
    await expect(page.locator("#agents tbody tr")).to_contain_text("agent001")
    found = page.locator("#found summary")
    await expect(found).to_contain_text("Estado registrado diferente do da central")
    await found.click()
    await expect(page.locator("#found li li")).to_have_count(1)
    await page.evaluate(axe)
    seen = await page.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    told = [(one["id"], [n["html"] for n in one["nodes"]]) for one in seen["violations"]]
    assert told == []
    await page.click("[data-step='-10']")
    await expect(page.locator("#leading")).to_have_text("Nenhum discador no comando.")
    await expect(page.locator("#agent-counts")).to_have_text("Ninguém na operação.")
