"""Five seconds without a network in mid-call: nothing is lost but the seconds.

The network is the test's own: everything of the page passes a relay that can be cut.
"""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from yarl import URL

from sim.faults.network import Cut, Network, Sound, bytes_relayed, sip_relayed
from tests.browser.calls.calling import (
    BACK_S,
    DEBTOR_HZ,
    Floor,
    heard_far,
    hears,
    talking,
    until,
    went_away,
)
from tests.real_switch import RealSwitch

LOSS_S = 5.0
pytestmark = pytest.mark.timeout(300)


@pytest.fixture
def network() -> Network:
    return Network()


@pytest_asyncio.fixture
async def switch_socket(network: Network, real_switch: RealSwitch) -> AsyncIterator[int]:
    port = real_switch.settings.asterisk.http_port
    async with sip_relayed(Sound(network), port) as ours:
        yield ours


@pytest_asyncio.fixture
async def floor(floor: Floor, network: Network) -> AsyncIterator[Floor]:
    """The same floor, reached through the network that can be cut."""
    console = URL(floor.address)
    assert console.host is not None
    assert console.port is not None
    async with bytes_relayed(network, (console.host, console.port)) as address:
        yield replace(floor, address=address)


async def comes_back(
    floor: Floor, page: Page, network: Network, number: str, how: Cut
) -> None:
    """Lose the network for five seconds: music, and then the same call again."""
    before = await heard_far(floor, number)
    story = Counter(await floor.story())
    network.cut(how)
    await asyncio.sleep(LOSS_S)
    network.restore()
    restored = time.monotonic()
    await hears(page, DEBTOR_HZ, within_s=BACK_S)
    back_s = time.monotonic() - restored
    meanwhile = await went_away(floor, number, after=len(before) - 5, within_s=BACK_S)
    print(f"{how}: heard again {back_s:.2f} s after it was back; meanwhile {meanwhile}")
    assert meanwhile.count("m") >= 5, "music while he waits"
    await expect(page.locator(".phone-trouble")).to_be_hidden()
    await talking(page)
    await floor.attempt()
    story = Counter(await floor.story()) - story
    assert (story["joined"], story["back_to_floor"]) == (1, 1)


async def in_talk(floor: Floor, page: Page) -> str:
    """Bring agent and debtor together; returns the debtor's number."""
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    return number


async def over(floor: Floor) -> None:
    """Wait until the only call has ended."""

    async def ended() -> bool:
        return await floor.ask("SELECT outcome FROM attempt") == [("answered",)]

    await until(ended, "end of the call", within_s=BACK_S)


async def test_a_silent_line_is_said_and_a_forgotten_one_is_made_anew(
    floor: Floor, page: Page, network: Network
) -> None:
    number = await in_talk(floor, page)
    network.deaf = True
    alert = page.get_by_role("alert").filter(has_text="Nenhum som chega")
    await expect(alert).to_be_visible()
    network.deaf = False
    await expect(alert).to_be_hidden()
    await hears(page, DEBTOR_HZ)
    await comes_back(floor, page, network, number, "forgotten")
    floor.switch.far.cli("channel request hangup all")
    began = time.monotonic()
    await page.wait_for_selector("desk-state[data-state=wrap_up]")
    print(f"the page saw the end {time.monotonic() - began:.2f} s after it")


async def test_a_hang_up_without_a_network_counts_when_it_is_back(
    floor: Floor, page: Page, network: Network
) -> None:
    number = await in_talk(floor, page)
    await comes_back(floor, page, network, number, "stalled")

    network.cut("stalled")
    await page.keyboard.press("F4")

    async def music() -> bool:
        return (await floor.story()).count("back_to_floor") == 2

    await until(music, "music", within_s=BACK_S)
    network.restore()
    await page.wait_for_selector("desk-state[data-state=wrap_up]")

    await over(floor)
    assert (await floor.story()).count("hungup") == 1
    assert list(await floor.attempts()) == [number]  # he was not called again


async def test_connections_that_break_lose_neither_the_call_nor_its_end(
    floor: Floor, page: Page, network: Network
) -> None:
    number = await in_talk(floor, page)
    await comes_back(floor, page, network, number, "broken")

    network.cut("broken")
    floor.switch.far.cli("channel request hangup all")

    await over(floor)
    network.restore()
    await page.wait_for_selector("desk-state[data-state=wrap_up]", timeout=30_000)
    await page.keyboard.press("F9")
    await page.check("input[value=dropped]")
    await page.click(".save")

    async def recorded() -> bool:
        return await floor.ask("SELECT code FROM disposition") == [("dropped",)]

    await until(recorded, "disposition", within_s=BACK_S)
    assert (await floor.story()).count("hungup") == 1
    assert list(await floor.attempts()) == [number]
