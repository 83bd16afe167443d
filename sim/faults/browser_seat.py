"""An agent in a browser, who takes calls among the simulated ones.

Does what a person would: closes, opens, reloads, ends calls. The microphone is a tone.
"""

from __future__ import annotations

import asyncio
import wave
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path

import numpy as np
from playwright.async_api import BrowserContext, Error, Page

from foundation.health import CannotRun
from sim import browser
from sim.faults.centre import LOGIN, PASSWORD, Centre

TONE_HZ, RATE = 1000, 48_000
TALK_S = 6.0  # then the agent hangs up, if the debtor has not
LOOK_S = 0.5
LEAVES_S = 40.0
TALKS_WITHIN_S = 30.0
PATIENCE_MS = 60_000
# the browser's own noise reduction takes a steady tone for noise
PLAIN_SOUND = "localStorage.setItem('acordo:sound', JSON.stringify({clean: false}))"
_STATE = "document.querySelector('desk-state')?.dataset.state ?? ''"


class NoBrowser(CannotRun):
    """Falta o Chromium."""

    def __init__(self) -> None:
        super().__init__(browser.MISSING)


class SeatUnusable(CannotRun):
    """O navegador não fez o que se esperava dele."""

    def __init__(self, what: str, error: Error) -> None:
        said = str(error).partition("\n")[0]
        super().__init__(f"navegador, {what}: {said}")


class Seat:
    """The page, and the hands at it. `page` changes with each opening."""

    def __init__(self, centre: Centre, program: str, microphone: Path) -> None:
        self.page: Page | None = None
        self._centre = centre
        self._program = program
        self._microphone = microphone
        self._stack = AsyncExitStack()
        self._leaves = False
        self._left = asyncio.Event()
        self._talks = asyncio.Event()

    async def open(self) -> None:
        """Start the browser and come in; whatever the desk shows then, `work` goes on from
        there. Raises SeatUnusable."""
        try:
            await self._open()
        except Error as error:
            raise SeatUnusable("entrar", error) from error

    async def _open(self) -> None:
        playwright = await self._stack.enter_async_context(browser.driver())
        flag = f"--use-file-for-fake-audio-capture={self._microphone}"
        chromium = await playwright.chromium.launch(
            executable_path=self._program, args=[*browser.SPEAKS_HERE, flag]
        )
        self._stack.push_async_callback(chromium.close)
        context: BrowserContext = await chromium.new_context(locale="pt-BR")
        context.set_default_timeout(PATIENCE_MS)
        await context.add_init_script(PLAIN_SOUND)
        page = await context.new_page()
        await browser.log_in(page, self._centre.console, LOGIN, PASSWORD, "/desk")
        self.page = page

    async def close(self) -> None:
        """Close the browser, as a person does in a hurry."""
        self.page = None
        stack, self._stack = self._stack, AsyncExitStack()
        await stack.aclose()

    async def reload(self) -> None:
        """Load the page again in mid-call. Raises SeatUnusable."""
        if self.page is None:
            return
        try:
            await self.page.reload()
        except Error as error:
            raise SeatUnusable("recarregar", error) from error

    async def talking(self) -> None:
        """Wait for a conversation, so that a fault finds one; not for ever."""
        with suppress(TimeoutError):
            async with asyncio.timeout(TALKS_WITHIN_S):
                await self._talks.wait()

    async def leave(self) -> None:
        """End the shift, after the call in hand, while `work` goes on; within LEAVES_S."""
        self._leaves = True
        with suppress(TimeoutError):
            async with asyncio.timeout(LEAVES_S):
                await self._left.wait()

    async def work(self) -> None:
        """Be an agent until cancelled: end talks, end wrap-ups, connect again, sit down."""
        before, since = "", 0.0
        clock = asyncio.get_running_loop().time
        while True:
            await asyncio.sleep(LOOK_S)
            page = self.page
            if page is None:
                continue
            with suppress(Error):  # the page is being closed, reloaded, or without network
                state = await page.evaluate(_STATE)
                if state != before:
                    before, since = state, clock()
                    self._tell(state)
                await self._do(page, state, clock() - since)

    def _tell(self, state: str) -> None:
        if state == "talking":
            self._talks.set()
        else:
            self._talks.clear()

    async def _do(self, page: Page, state: str, for_s: float) -> None:
        if self._leaves and state in ("idle", "paused"):
            await page.click("[data-do=log_out]", timeout=2000)
        if self._leaves and state == "offline":
            self._left.set()
        if self._leaves and state in ("idle", "paused", "offline"):
            return
        connect = page.locator("[data-phone-do=connect]")
        if await connect.is_visible():
            await connect.click(timeout=2000)
        match state:
            case "talking" if for_s > TALK_S:
                await page.keyboard.press("F4")
            case "wrap_up" if for_s > 1.0:
                await page.check("input[value=dropped]", timeout=2000)
                await page.click(".save", timeout=2000)
            case "offline" if for_s > 2.0:
                await page.click("[data-do=log_in]", timeout=2000)
            case "paused" if for_s > 1.0:
                await page.click("[data-do=available]", timeout=2000)


@asynccontextmanager
async def seated(centre: Centre) -> AsyncIterator[Seat]:
    """Sit there until the block ends; raises NoBrowser."""
    program = browser.program()
    if program is None:
        raise NoBrowser
    microphone = centre.home.root / "microphone.wav"
    _tone(microphone)
    seat = Seat(centre, program, microphone)
    await seat.open()
    hands = asyncio.create_task(seat.work())
    try:
        await seat.talking()
        yield seat
    finally:
        await seat.leave()
        hands.cancel()
        await asyncio.wait({hands})
        await seat.close()


def _tone(path: Path) -> None:
    seconds = np.arange(RATE * 60) / RATE
    tone = (np.sin(2 * np.pi * TONE_HZ * seconds) * 9000).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes(tone.tobytes())
