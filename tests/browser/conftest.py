"""Chromium, a console on real servers, and a page in which an agent is logged in."""

from __future__ import annotations

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import pytest_asyncio
from aiohttp import web
from aiohttp.test_utils import TestServer
from playwright.async_api import Browser, BrowserContext, Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from foundation.bus import Bus
from foundation.development.browser import PROGRAM, for_pages
from foundation.home import Home
from sim.browser import driver
from tests.browser.desk_place import DeskPlace, a_desk
from tests.browser.doors import come_in
from tests.people import a_user

PATIENCE_MS = 20_000  # machines that test are busy


@pytest.fixture(scope="session", autouse=True)
def _patience() -> None:
    expect.set_options(timeout=PATIENCE_MS)


@pytest.fixture(scope="session")
def chromium() -> str:
    """Debian's Chromium, which `make test` has made sure of."""
    found = shutil.which(PROGRAM)
    assert found is not None, "chromium is missing: `make test` installs it or says how"
    return found


@pytest_asyncio.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One for all: each test has a context of its own, which shares nothing."""
    async with driver() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=shutil.which(for_pages()),
            args=["--lang=pt-BR", "--disable-gpu", "--disable-software-rasterizer"],
        )
        yield browser
        await browser.close()


@pytest_asyncio.fixture
async def console(app: web.Application) -> AsyncIterator[str]:
    """Address of the console, without a slash at its end."""
    async with TestServer(app) as server:
        yield str(server.make_url("")).rstrip("/")


@pytest_asyncio.fixture
async def context(browser: Browser) -> AsyncIterator[BrowserContext]:
    context = await browser.new_context(
        viewport={"width": 1366, "height": 768},
        locale="pt-BR",
        timezone_id="America/Sao_Paulo",
    )
    context.set_default_timeout(PATIENCE_MS)
    yield context
    await context.close()


@pytest_asyncio.fixture
async def place(
    engine: AsyncEngine, wire: Bus, home: Home, passwords: Passwords
) -> DeskPlace:
    await a_user(engine, passwords, "ana")
    return await a_desk(engine, wire, home)


@pytest_asyncio.fixture
async def desk(console: str, context: BrowserContext, place: DeskPlace) -> Page:
    """The desk of an agent who came in through the door; the seat is available."""
    page = await context.new_page()
    await place.show("idle")
    await come_in(page, console, "ana", "/desk")
    await page.wait_for_selector("desk-state[data-state=idle]")
    return page


@pytest.fixture(scope="session")
def axe() -> str:
    """The accessibility checker, as a script."""
    (script,) = Path("tests/browser/vendor").glob("axe-core-*.js")
    return script.read_text("utf-8")
