"""A page that takes real calls: real switch, dialer, console, and a far end that hums.

The agent's microphone is a file with a steady tone, so that each side can be told from the
other: the debtor hums 440 Hz, the agent 1000 Hz.
"""

from __future__ import annotations

import asyncio
import re
import wave
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import text, update
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import ContactPointRow
from foundation.crypto import Keys
from sim.browser import driver
from tests.builders.conversations import known_person
from tests.builders.portfolio import a_campaign, a_portfolio
from tests.people import PASSWORD
from tests.real_switch import RealSwitch
from tests.sound import stereo, timeline

DEBTOR_HZ, AGENT_HZ = 440, 1000
OTHER_DEBTOR_HZ, OTHER_AGENT_HZ = 700, 1600
HUMS = {DEBTOR_HZ: "01", OTHER_DEBTOR_HZ: "05"}  # endings of numbers at the far end
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
BACK_S = 30.0  # ten times what is aimed at: the figure itself is printed
HEARD = 20.0  # dB by which a tone stands out of what is no tone


@asynccontextmanager
async def chromium_with(chromium: str, *flags: str) -> AsyncIterator[BrowserContext]:
    """A browser of its own: its microphone is chosen when it starts."""
    async with driver() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--lang=pt-BR", *CALLS, *flags]
        )
        context = await browser.new_context(
            locale="pt-BR", viewport={"width": 1366, "height": 768}
        )
        context.set_default_timeout(30_000)
        await context.add_init_script(PLAIN_SOUND)
        await context.add_init_script(SOCKETS)
        yield context
        await browser.close()


def microphone(path: Path, hertz: int = AGENT_HZ) -> str:
    """Write a minute of an agent's tone; return the browser's flag for it."""
    seconds = np.arange(RATE * 60) / RATE
    tone = (np.sin(2 * np.pi * hertz * seconds) * 9000).astype("<i2")
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

    async def sit_down(self, page: Page, login: str = "ana") -> None:
        """Log in, connect the headset, be available."""
        await self.open(page, login)
        await page.click("[data-phone-do=connect]")
        await page.wait_for_selector("desk-phone[data-phone=ready]")
        await page.click("[data-do=log_in]")
        await page.wait_for_selector("desk-state[data-state=paused]")
        await page.click("[data-do=available]")
        await page.wait_for_selector("desk-state[data-state=idle]")

    async def call(self, ending: str = "01") -> str:
        """Have the dialer call one debtor; returns the number."""
        (number,) = await self.calls(ending)
        return number

    async def calls(self, *endings: str) -> list[str]:
        """Have the dialer call one debtor for each ending; returns the numbers."""
        numbers = [self.switch.number(ending) for ending in endings]
        async with self.engine.begin() as connection:
            debtors = await a_portfolio(connection, debtors=len(numbers))
            await known_person(connection, Keys.of(self.switch.home), debtors[0])
            for debtor, number in zip(debtors, numbers, strict=True):
                of = update(ContactPointRow).where(ContactPointRow.debtor_id == debtor)
                await connection.execute(of.values(value=f"+{number}"))
            await a_campaign(connection)
        return numbers

    async def ask(self, query: str) -> list[Any]:
        """Rows of the database as it is now."""
        async with self.engine.connect() as connection:
            return [tuple(row) for row in await connection.execute(text(query))]

    async def attempts(self) -> dict[str, str]:
        """Number -> id of its attempt; fails when a number was called twice."""
        rows = await self.ask("SELECT number, id::text FROM attempt")
        found = {number.removeprefix("+"): attempt for number, attempt in rows}
        assert len(found) == len(rows), rows
        return found

    async def attempt(self) -> str:
        """Id of the only attempt."""
        (found,) = (await self.attempts()).values()
        return found

    async def story(self) -> list[str]:
        """What happened to calls so far, in order."""
        query = "SELECT kind FROM call_event WHERE attempt_id IS NOT NULL ORDER BY id"
        return [kind for (kind,) in await self.ask(query)]

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
    script = "hertz => document.querySelector('desk-phone')?.telephone?.tone(hertz)"
    found: float | None = await page.evaluate(script, hertz)
    return float("-inf") if found is None else found


async def hears(page: Page, hertz: int, *, within_s: float = 10.0) -> None:
    """Wait until a tone stands out at the agent's ear."""

    async def heard() -> bool:
        there = await tone(page, hertz)
        return there > -60 and there > await tone(page, hertz + 170) + HEARD

    await until(heard, f"{hertz} Hz at the ear", within_s=within_s)


async def hears_no_longer(page: Page, hertz: int) -> None:
    """Wait until a tone stands out no more; music may hit it, but does not stay there."""
    quiet = 0

    async def gone() -> bool:
        nonlocal quiet
        stands_out = await tone(page, hertz) > await tone(page, hertz + 170) + HEARD
        quiet = 0 if stands_out else quiet + 1
        return quiet == 5

    await until(gone, f"end of {hertz} Hz at the ear")


async def heard_far(
    floor: Floor, number: str, ending: str = "ttt", *, within_s: float = 20.0
) -> str:
    """Wait until what a debtor heard ends like that; returns all of it, as a timeline."""

    def line() -> str:
        heard, _ = stereo(floor.heard_by(number))
        return timeline(heard, AGENT_HZ)

    async def heard() -> bool:
        return line().endswith(ending)

    await until(heard, f"{ending} at the far end", within_s=within_s)
    return line()


async def went_away(
    floor: Floor, number: str, *, after: int = 0, within_s: float = 20.0
) -> str:
    """Wait until the agent's tone went and came back; what the debtor heard between.

    The far end's recording is written in blocks: just after the tone came back, the file
    may still end before it went.
    """
    found = ""

    async def back() -> bool:
        nonlocal found
        line = (await heard_far(floor, number))[after:]
        match = re.search(r"t{5}([^t](?:.*[^t])?)t{3,}$", line)
        found = "" if match is None else match[1]
        return match is not None

    await until(back, "gap in the tone at the far end", within_s=within_s)
    return found


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
