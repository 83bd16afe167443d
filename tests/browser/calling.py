"""A page that takes real calls: real switch, dialer, console, and a far end that hums.

The agent's microphone is a file with a steady tone, so that each side can be told from the
other: the debtor hums 440 Hz, the agent 1000 Hz.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from playwright.async_api import Page, expect
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import ContactPointRow
from foundation.crypto import Keys
from tests.builders.conversations import known_person
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.people import PASSWORD
from tests.real_switch import RealSwitch

DEBTOR_HZ, AGENT_HZ = 440, 1000
RATE = 48_000
CALLS = (
    "--allow-loopback-in-peer-connection",
    "--autoplay-policy=no-user-gesture-required",
)
FAKE_DEVICE = "--use-fake-device-for-media-stream"
FAKE_CONSENT = "--use-fake-ui-for-media-stream"
# the browser's own noise reduction takes a steady tone for noise
PLAIN_SOUND = "localStorage.setItem('acordo:sound', JSON.stringify({clean: false}))"
# so that a test can break one
SOCKETS = """
window.sipSockets = [];
window.WebSocket = class extends WebSocket {
  constructor(...given) { super(...given); window.sipSockets.push(this); }
};
"""
HEARD = 20.0  # dB by which a tone stands out of what is no tone


def microphone(path: Path) -> str:
    """Write a minute of the agent's tone; return the browser's flag for it."""
    seconds = np.arange(RATE * 60) / RATE
    tone = (np.sin(2 * np.pi * AGENT_HZ * seconds) * 9000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone.tobytes())
    return f"--use-file-for-fake-audio-capture={path}"


@dataclass(frozen=True, slots=True)
class Floor:
    """The real thing around one page."""

    switch: RealSwitch
    engine: AsyncEngine
    address: str  # of the console

    async def open(self, page: Page, login: str = "ana") -> None:
        """Come in through the door to the desk."""
        await page.goto(f"{self.address}/login?next=/desk")
        await page.fill("#login", login)
        await page.fill("#password", PASSWORD)
        await page.press("#password", "Enter")
        await page.wait_for_selector("desk-state[data-state=offline]")

    async def sit_down(self, page: Page) -> None:
        """Log in, connect the headset, be available."""
        await self.open(page)
        await page.click("[data-phone-do=connect]")
        await page.wait_for_selector("desk-phone[data-phone=ready]")
        await page.click("[data-do=log_in]")
        await page.wait_for_selector("desk-state[data-state=paused]")
        await page.click("[data-do=available]")
        await page.wait_for_selector("desk-state[data-state=idle]")

    async def call(self, ending: str = "01") -> str:
        """Have the dialer call one debtor; returns the number."""
        number = self.switch.number(ending)
        async with self.engine.begin() as connection:
            (debtor,) = await a_portfolio(connection, debtors=1)
            await known_person(connection, Keys.of(self.switch.home), debtor)
            await connection.execute(update(ContactPointRow).values(value=f"+{number}"))
            await a_campaign(connection)
        return number

    async def attempt(self) -> str:
        """Id of the only attempt."""
        async with self.engine.connect() as connection:
            found = await connection.execute(text("SELECT id FROM attempt"))
            return str(found.scalar_one())

    def recording(self, attempt: str) -> Path:
        """What our switch records: left what the debtor said, right what he heard."""
        return self.switch.home.recordings_clear / f"{attempt}.raw"

    def heard_by(self, number: str) -> Path:
        """What the far end records: left what the debtor heard, right what he said."""
        return self.switch.heard / f"{number}.raw"


async def talking(page: Page) -> None:
    await page.wait_for_selector("desk-state[data-state=talking]", timeout=30_000)


async def tone(page: Page, hertz: int) -> float:
    """How strong a tone is at the agent's ear, in dB of full scale."""
    script = "hertz => document.querySelector('desk-phone').telephone.tone(hertz)"
    found: float | None = await page.evaluate(script, hertz)
    return float("-inf") if found is None else found


async def hears(page: Page, hertz: int, *, within_s: float = 10.0) -> None:
    """Wait until a tone stands out at the agent's ear."""

    async def heard() -> bool:
        there = await tone(page, hertz)
        return there > -60 and there > await tone(page, hertz + 170) + HEARD

    await until(heard, f"{hertz} Hz at the ear", within_s=within_s)


async def until(
    check: Callable[[], Awaitable[bool]], what: str, *, within_s: float = 10.0
) -> None:
    """Ask until it is so; fails by saying what did not come."""
    try:
        async with asyncio.timeout(within_s):
            while not await check():
                await asyncio.sleep(0.02)
    except TimeoutError:
        raise AssertionError(f"within {within_s:g} s no {what}") from None


async def trouble(page: Page, says: str) -> None:
    await expect(page.locator(".phone-trouble")).to_contain_text(says)
