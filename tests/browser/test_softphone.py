"""Calls in the browser: both sides heard and measured, held, keyed, lost and found."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import numpy as np
import pytest
import pytest_asyncio
from playwright.async_api import BrowserContext, Page, async_playwright
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

from agent_console.settings import ConsoleSettings
from cobranca.people.passwords import Passwords
from foundation.home import Home
from tests.browser import calling
from tests.browser.calling import (
    AGENT_HZ,
    CALLS,
    DEBTOR_HZ,
    FAKE_CONSENT,
    FAKE_DEVICE,
    HEARD,
    Floor,
    hears,
    talking,
    tone,
    until,
)
from tests.builders.processes import Processes
from tests.people import a_user
from tests.real_switch import RealSwitch
from tests.sound import RATE, Samples, is_loud, stereo
from tests.sound import tone as loudest


@pytest_asyncio.fixture
async def db_url(switch_database_url: str) -> AsyncIterator[str]:
    """The database that the switch reads too, emptied."""
    engine = create_async_engine(switch_database_url, isolation_level="AUTOCOMMIT")
    async with engine.connect() as connection:
        await connection.exec_driver_sql("ALTER TABLE audit DISABLE TRIGGER only_added")
        await connection.exec_driver_sql(
            "TRUNCATE user_account, agent, creditor, debtor, leadership, call_event,"
            " campaign, attempt, contact_clock CASCADE"
        )
        await connection.exec_driver_sql("ALTER TABLE audit ENABLE TRIGGER only_added")
    await engine.dispose()
    yield switch_database_url


@pytest.fixture
def console_settings(
    db_url: str, valkey_url: str, home: Home, real_switch: RealSwitch
) -> ConsoleSettings:
    return ConsoleSettings.model_validate(
        {
            "home": home.root,
            "database_url": db_url,
            "redis_url": valkey_url,
            "console": {"requests_per_s": 10_000},
            "asterisk": real_switch.settings.asterisk.model_dump(),
        }
    )


@pytest_asyncio.fixture
async def floor(
    real_switch: RealSwitch,
    engine: AsyncEngine,
    console: str,
    passwords: Passwords,
    processes: Processes,
) -> AsyncIterator[Floor]:
    """Everything up, an agent with a seat, nobody called yet."""
    await a_user(engine, passwords, "ana")
    await processes.serving(
        "dialer",
        ACORDO_AMI__PORT=str(real_switch.settings.ami.port),
        ACORDO_CLOCK__START="2026-03-10T10:00",
    )
    yield Floor(real_switch, engine, console)
    real_switch.main.cli("channel request hangup all")


@asynccontextmanager
async def chromium_with(chromium: str, *flags: str) -> AsyncIterator[BrowserContext]:
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=chromium, args=["--lang=pt-BR", *CALLS, *flags]
        )
        context = await browser.new_context(
            locale="pt-BR", viewport={"width": 1366, "height": 768}
        )
        context.set_default_timeout(15_000)
        await context.add_init_script(calling.PLAIN_SOUND)
        await context.add_init_script(calling.SOCKETS)
        yield context
        await browser.close()


@pytest.fixture(scope="session")
def tone_flag(tmp_path_factory: pytest.TempPathFactory) -> str:
    return calling.microphone(tmp_path_factory.mktemp("microphone") / "tone.wav")


@pytest_asyncio.fixture
async def caller(chromium: str, tone_flag: str) -> AsyncIterator[BrowserContext]:
    """A browser whose microphone hums."""
    flags = (FAKE_DEVICE, FAKE_CONSENT, tone_flag)
    async with chromium_with(chromium, *flags) as context:
        yield context


@pytest_asyncio.fixture
async def page(caller: BrowserContext) -> Page:
    return await caller.new_page()


def part_of(samples: Samples, begin_s: float, end_s: float) -> Samples:
    """From so many seconds before the end to so many before it."""
    return samples[-int(begin_s * RATE) : -int(end_s * RATE) or None]


async def test_both_sides_hear_each_other_and_each_is_recorded_apart(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    assert await tone(page, AGENT_HZ) < await tone(page, DEBTOR_HZ) - 20
    await asyncio.sleep(2)  # a stretch of talk, to be measured below
    attempt = await floor.attempt()
    said, heard = stereo(floor.recording(attempt))
    assert abs(loudest(part_of(said, 1.5, 0.2)) - DEBTOR_HZ) < 10
    assert abs(loudest(part_of(heard, 1.5, 0.2)) - AGENT_HZ) < 10
    far, _ = stereo(floor.heard_by(number))
    assert abs(loudest(part_of(far, 1.5, 0.2)) - AGENT_HZ) < 10
    assert strength(part_of(said, 1.5, 0.2), AGENT_HZ) < 0.05
    assert strength(part_of(heard, 1.5, 0.2), DEBTOR_HZ) < 0.05
    await page.keyboard.press("F4")
    await page.wait_for_selector("desk-state[data-state=wrap_up]")


def strength(samples: Samples, hertz: int) -> float:
    """Share of the sound's energy that lies within 20 Hz of a tone."""
    power = np.abs(np.fft.rfft(samples * np.hanning(len(samples)))) ** 2
    of = np.fft.rfftfreq(len(samples), 1 / RATE)
    return float(power[np.abs(of - hertz) < 20].sum() / max(power.sum(), 1e-9))


async def test_mute_silences_the_agent_and_nobody_else(floor: Floor, page: Page) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await page.keyboard.press("F7")
    await asyncio.sleep(1.5)
    far, _ = stereo(floor.heard_by(number))
    assert strength(part_of(far, 0.6, 0.1), AGENT_HZ) < 0.05
    await hears(page, DEBTOR_HZ)
    await page.keyboard.press("F7")

    async def again() -> bool:
        far, _ = stereo(floor.heard_by(number))
        return strength(part_of(far, 0.5, 0.1), AGENT_HZ) > 0.5

    await until(again, "agent's tone after mute")


async def test_hold_is_heard_as_music_and_resume_brings_both_back(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await page.keyboard.press("F8")
    await page.wait_for_selector("desk-state[data-state=held]")
    await asyncio.sleep(3)
    far, _ = stereo(floor.heard_by(number))
    music = part_of(far, 2, 0.2)
    assert is_loud(music)
    assert strength(music, AGENT_HZ) < 0.2
    # the agent does not hear him either
    assert await tone(page, DEBTOR_HZ) < await tone(page, DEBTOR_HZ + 170) + HEARD
    await page.keyboard.press("F8")
    await talking(page)
    await hears(page, DEBTOR_HZ)

    async def agent_is_back() -> bool:
        far, _ = stereo(floor.heard_by(number))
        return strength(part_of(far, 0.5, 0.1), AGENT_HZ) > 0.5

    await until(agent_is_back, "agent's tone after the hold")


async def test_keys_reach_the_other_end(floor: Floor, page: Page) -> None:
    await floor.sit_down(page)
    number = await floor.call("06")
    await talking(page)
    await page.click(".keypad summary")
    for digit in "279":
        await page.click(f"[data-digit='{digit}']")

    async def written() -> bool:
        log = (floor.switch.far.log / "messages.log").read_text()
        return f"{number} heard the keys 279" in log

    await until(written, "keys at the far end", within_s=15)


async def test_a_reload_brings_the_same_call_back_while_music_plays(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await page.reload(wait_until="commit")
    loaded = time.monotonic()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    back_s = time.monotonic() - loaded
    assert back_s < 3, back_s
    assert await _attempts(floor) == 1
    far, _ = stereo(floor.heard_by(number))
    assert len(far) > 0
    async with floor.engine.connect() as connection:
        kinds = await connection.execute(
            text("SELECT kind FROM call_event WHERE attempt_id IS NOT NULL ORDER BY id")
        )
        story = [kind for (kind,) in kinds]
    assert story.count("joined") == 2
    assert story.count("back_to_floor") == 1


async def _attempts(floor: Floor) -> int:
    async with floor.engine.connect() as connection:
        found = await connection.execute(text("SELECT count(*) FROM attempt"))
        return int(found.scalar_one())


async def test_a_lost_socket_tears_nothing_down(floor: Floor, page: Page) -> None:
    await floor.sit_down(page)
    await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    before = await _legs(floor)
    await _cut_sockets(page)
    await hears(page, DEBTOR_HZ)
    await page.wait_for_selector("desk-phone[data-phone=ready]")
    assert await _legs(floor) == before
    await talking(page)


async def _cut_sockets(page: Page) -> None:
    """Break the page's SIP socket as a proxy that is restarted would."""
    await page.evaluate("() => window.sipSockets.at(-1).close()")


async def _legs(floor: Floor) -> list[str]:
    shown = floor.switch.main.cli("core show channels concise")
    return sorted(line.split("!")[-1] for line in shown.splitlines() if "web001" in line)


async def test_a_second_tab_takes_the_seat_and_the_first_says_so(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    await floor.call()
    await talking(page)
    second = await page.context.new_page()
    await second.goto(f"{floor.address}/desk")
    await talking(second)
    await second.click("[data-phone-do=connect]")
    await calling.trouble(page, "outra página")
    await hears(second, DEBTOR_HZ)
    await talking(second)
    assert await _attempts(floor) == 1


async def test_the_echo_is_heard_before_going_available(floor: Floor, page: Page) -> None:
    await floor.open(page)
    await page.click("[data-phone-do=connect]")
    await page.wait_for_selector("desk-phone[data-phone=ready]")
    await page.click("[data-phone-do=echo]")
    state = page.locator(".phone-state")
    await state.get_by_text("sua voz foi à central e voltou").wait_for(timeout=15_000)
    shown = floor.switch.main.cli("core show channels count")
    assert "0 active channels" in shown


async def test_without_a_microphone_the_page_says_so(floor: Floor, chromium: str) -> None:
    async with chromium_with(chromium, FAKE_CONSENT) as context:
        page = await context.new_page()
        await floor.open(page)
        await page.click("[data-phone-do=connect]")
        await calling.trouble(page, "Nenhum microfone encontrado")
        assert await page.is_visible("[data-phone-do=connect]")


async def test_a_refused_microphone_is_explained(floor: Floor, chromium: str) -> None:
    async with chromium_with(chromium, FAKE_DEVICE) as context:
        page = await context.new_page()
        await floor.open(page)
        await page.click("[data-phone-do=connect]")
        await calling.trouble(page, "bloqueado para esta página")


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("delete window.RTCPeerConnection", "não faz chamadas"),
        ("Object.defineProperty(window, 'isSecureContext', {value: false})", "https"),
    ],
)
async def test_a_browser_that_cannot_call_is_told(
    floor: Floor, chromium: str, script: str, says: str
) -> None:
    async with chromium_with(chromium, FAKE_DEVICE, FAKE_CONSENT) as context:
        await context.add_init_script(script)
        page = await context.new_page()
        await floor.open(page)
        await page.click("[data-phone-do=connect]")
        await calling.trouble(page, says)
