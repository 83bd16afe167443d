"""Two agents at once: each hears one debtor, his own, and so do the recordings."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from tests.browser.calls import calling
from tests.browser.calls.calling import (
    AGENT_HZ,
    FAKE_CONSENT,
    FAKE_DEVICE,
    HEARD,
    HUMS,
    OTHER_AGENT_HZ,
    Floor,
    chromium_with,
    hears,
    talking,
    tone,
    until,
)
from tests.people import a_user
from tests.sound import part_of, share, stereo

TALK_S = 2.0
pytestmark = pytest.mark.timeout(300)
MUCH, NOTHING = 0.5, 0.05  # shares of the energy; a busy machine crackles


@dataclass(frozen=True, slots=True)
class Pair:
    """Who talks with whom: number and hums of both."""

    number: str
    debtor_hz: int
    agent_hz: int


@pytest_asyncio.fixture
async def other(chromium: str, tmp_path: Path) -> AsyncIterator[BrowserContext]:
    """A second browser, for a microphone of its own."""
    hum = calling.microphone(tmp_path / "tone.wav", OTHER_AGENT_HZ)
    async with chromium_with(chromium, FAKE_DEVICE, FAKE_CONSENT, hum) as context:
        yield context


async def test_two_agents_at_once_hear_each_his_own_debtor(
    floor: Floor,
    page: Page,
    other: BrowserContext,
    engine: AsyncEngine,
    passwords: Passwords,
) -> None:
    await a_user(engine, passwords, "bia")
    second = await other.new_page()
    await asyncio.gather(floor.sit_down(page), floor.sit_down(second, "bia"))
    numbers = dict(zip(HUMS, await floor.calls(*HUMS.values()), strict=True))
    pages = {AGENT_HZ: page, OTHER_AGENT_HZ: second}
    await asyncio.gather(*(talking(page) for page in pages.values()))
    first_hz = await louder(page)
    second_hz = next(hertz for hertz in HUMS if hertz != first_hz)
    pairs = [
        Pair(numbers[first_hz], first_hz, AGENT_HZ),
        Pair(numbers[second_hz], second_hz, OTHER_AGENT_HZ),
    ]
    for pair in pairs:
        await hears(pages[pair.agent_hz], pair.debtor_hz)
    await asyncio.sleep(TALK_S)  # a stretch of talk, to be measured below
    for pair in pairs:
        await only_his_own_is_heard(pages[pair.agent_hz], pair.debtor_hz)
    attempts = await floor.attempts()
    for pair in pairs:
        only_both_are_recorded(floor, pair, attempts[pair.number])


async def louder(page: Page) -> int:
    """The debtor that a page hears."""
    tones = {hertz: await tone(page, hertz) for hertz in HUMS}
    return max(tones, key=lambda hertz: tones[hertz])


async def only_his_own_is_heard(page: Page, own_hz: int) -> None:
    others = {*HUMS, AGENT_HZ, OTHER_AGENT_HZ} - {own_hz}

    async def alone() -> bool:
        own = await tone(page, own_hz)
        return all([await tone(page, hertz) < own - HEARD for hertz in others])

    await until(alone, f"{own_hz} Hz without another tone in it")


def only_both_are_recorded(floor: Floor, pair: Pair, attempt: str) -> None:
    said, heard = (part_of(s, 1.5, 0.2) for s in stereo(floor.recording(attempt)))
    far, _ = stereo(floor.heard_by(pair.number))
    for side, own_hz in (
        (said, pair.debtor_hz),
        (heard, pair.agent_hz),
        (part_of(far, 1.5, 0.2), pair.agent_hz),
    ):
        assert share(side, own_hz) > MUCH
        for hertz in {*HUMS, AGENT_HZ, OTHER_AGENT_HZ} - {own_hz}:
            assert share(side, hertz) < NOTHING
