"""Calls in the browser: both sides heard and measured, held, keyed, lost and found."""

from __future__ import annotations

import asyncio
import time

import pytest
from playwright.async_api import Page, expect

from agent_console.doors.sessions import PREFIX as SESSION
from foundation.bus import Bus
from tests.browser.calls import calling
from tests.browser.calls.calling import (
    AGENT_HZ,
    BACK_S,
    DEBTOR_HZ,
    FAKE_CONSENT,
    FAKE_DEVICE,
    Floor,
    chromium_with,
    heard_far,
    hears,
    hears_no_longer,
    talking,
    tone,
    until,
    went_away,
)
from tests.people import PASSWORD
from tests.sound import part_of, share, stereo
from tests.sound import tone as loudest

SOCKETS_MADE = "window.sipSockets.length"
LOSS_TOLD_S = 3.0  # a lost socket is told after two seconds
pytestmark = pytest.mark.timeout(300)


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
    assert share(part_of(said, 1.5, 0.2), AGENT_HZ) < 0.05
    assert share(part_of(heard, 1.5, 0.2), DEBTOR_HZ) < 0.05
    await page.keyboard.press("F4")
    await page.wait_for_selector("desk-state[data-state=wrap_up]")


async def test_mute_silences_the_agent_and_nobody_else(floor: Floor, page: Page) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await heard_far(floor, number)
    await page.keyboard.press("F7")
    await heard_far(floor, number, "....")
    await hears(page, DEBTOR_HZ)
    await page.keyboard.press("F7")

    assert "...." in await heard_far(floor, number)


async def test_hold_is_heard_as_music_and_resume_brings_both_back(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await heard_far(floor, number)
    await page.keyboard.press("F8")
    await page.wait_for_selector("desk-state[data-state=held]")
    await heard_far(floor, number, "m" * 10)
    await hears_no_longer(page, DEBTOR_HZ)
    await page.keyboard.press("F8")
    await talking(page)
    await hears(page, DEBTOR_HZ)

    assert "m" * 10 in await heard_far(floor, number)


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
    assert await written()


async def test_a_reload_brings_the_same_call_back_while_music_plays(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await heard_far(floor, number)
    await page.reload(wait_until="commit")
    loaded = time.monotonic()
    await hears(page, DEBTOR_HZ, within_s=BACK_S)
    print(f"both hear again {time.monotonic() - loaded:.2f} s after the reload")
    await talking(page)
    meanwhile = await went_away(floor, number)
    print(f"meanwhile the debtor heard {meanwhile}")
    assert meanwhile.count("m") >= 2
    assert meanwhile.count("m") > meanwhile.count(".")
    await floor.attempt()
    story = await floor.story()
    assert (story.count("joined"), story.count("back_to_floor")) == (2, 1)


async def test_a_page_that_was_closed_in_mid_call_is_opened_anew_with_its_telephone(
    floor: Floor, page: Page
) -> None:
    await page.context.grant_permissions(["microphone"], origin=floor.address)
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    anew = await page.context.new_page()  # its storage of the session is empty
    await page.close()
    await anew.goto(f"{floor.address}/desk")
    await hears(anew, DEBTOR_HZ, within_s=BACK_S)
    await talking(anew)
    assert list(await floor.attempts()) == [number]


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


async def test_a_session_that_ends_in_mid_call_ends_no_call(
    floor: Floor, page: Page, wire: Bus
) -> None:
    await floor.sit_down(page)
    await floor.call()
    await talking(page)
    legs, sockets = await _legs(floor), await page.evaluate(SOCKETS_MADE)
    await expect(page.locator("[data-step=claimed]")).to_be_visible()
    async for session in wire.client.scan_iter(f"{SESSION}*"):
        await wire.client.delete(session)
    # a click by hand would race with the page's own questions: they find the session
    # gone too, and the door that they open lies over the button
    await page.dispatch_event("[data-step=claimed]", "click")
    door = page.locator("#login-again")
    await expect(door).to_contain_text("Uma chamada em curso não é interrompida")
    await hears(page, DEBTOR_HZ)
    await page.fill("#login-again-password", PASSWORD)
    await page.keyboard.press("Enter")
    await page.wait_for_selector("[data-level=claimed]")
    await hears(page, DEBTOR_HZ)
    assert await _legs(floor) == legs

    # when it is over, the telephone goes on with the new session by itself
    await page.keyboard.press("F4")
    await page.wait_for_selector("desk-state[data-state=wrap_up]")
    await page.check("input[value=silence]")
    await page.click(".save")

    async def connected_anew() -> bool:
        return bool(await page.evaluate(f"{SOCKETS_MADE} > {sockets}"))

    await until(connected_anew, "new socket", within_s=30)
    await page.wait_for_selector("desk-phone[data-phone=ready]")
    await page.wait_for_selector("desk-state[data-state=idle]")
    await expect(door).to_be_hidden()


async def test_a_second_tab_takes_the_seat_and_the_first_says_so(
    floor: Floor, page: Page
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    second = await page.context.new_page()
    await second.goto(f"{floor.address}/desk")
    await talking(second)
    await second.click("[data-phone-do=connect]")
    await calling.trouble(page, "outra página")
    await hears(second, DEBTOR_HZ)
    await talking(second)
    await asyncio.sleep(LOSS_TOLD_S)  # its own closing is not told as a loss
    await calling.trouble(page, "outra página")
    await page.get_by_role("button", name="Usar o telefone aqui").click()
    await calling.trouble(second, "outra página")
    await hears(page, DEBTOR_HZ)
    assert list(await floor.attempts()) == [number]


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
        assert not await page.is_visible("desk-phone[data-phone=ready]")


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
        assert not await page.is_visible("desk-phone[data-phone=ready]")
