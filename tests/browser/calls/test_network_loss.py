"""Five seconds without a network in mid-call: nothing is lost but the seconds.

The network is the test's own: everything of the page passes a relay that can be cut.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest
import pytest_asyncio
from playwright.async_api import Page, expect
from yarl import URL

from tests.browser.calls.calling import (
    AGENT_HZ,
    BACK_S,
    DEBTOR_HZ,
    Floor,
    away,
    heard_far,
    hears,
    talking,
    until,
)
from tests.browser.calls.network import Network, Sound, bytes_relayed, sip_relayed
from tests.real_switch import RealSwitch

LOSS_S = 5.0


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


async def lose(network: Network, *, broken: bool) -> float:
    """Five seconds without a network; returns when it was back."""
    network.cut(broken=broken)
    await asyncio.sleep(LOSS_S)
    network.restore()
    return time.monotonic()


async def same_call_back(floor: Floor, page: Page, number: str, restored: float) -> None:
    await hears(page, DEBTOR_HZ, within_s=BACK_S)
    print(
        f"the debtor is heard {time.monotonic() - restored:.2f} s after the network is back"
    )
    meanwhile = away(await heard_far(floor, number, AGENT_HZ, within_s=BACK_S))
    print(f"meanwhile he heard {meanwhile}")
    assert meanwhile.count("m") >= 5, "music before the network was back"
    await expect(page.locator(".phone-trouble")).to_be_hidden()
    await talking(page)
    await floor.attempt()
    story = await floor.story()
    assert (story.count("joined"), story.count("back_to_floor")) == (2, 1)


async def test_a_silent_line_is_said_and_a_lost_network_brings_the_same_call_back(
    floor: Floor, page: Page, network: Network
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await heard_far(floor, number)

    network.deaf = True
    alert = page.get_by_role("alert").filter(has_text="Nenhum som chega")
    await expect(alert).to_be_visible()
    network.deaf = False
    await expect(alert).to_be_hidden()
    await hears(page, DEBTOR_HZ)

    await same_call_back(floor, page, number, await lose(network, broken=False))
    await page.keyboard.press("F4")
    await page.wait_for_selector("desk-state[data-state=wrap_up]")


async def test_connections_that_break_lose_neither_the_call_nor_its_end(
    floor: Floor, page: Page, network: Network
) -> None:
    await floor.sit_down(page)
    number = await floor.call()
    await talking(page)
    await hears(page, DEBTOR_HZ)
    await heard_far(floor, number)
    await same_call_back(floor, page, number, await lose(network, broken=True))
    await floor.attempt()

    network.cut(broken=True)
    floor.switch.far.cli("channel request hangup all")

    async def over() -> bool:
        return await floor.ask("SELECT outcome FROM attempt") == [("answered",)]

    await until(over, "end of the call", within_s=30)
    network.restore()
    await page.wait_for_selector("desk-state[data-state=wrap_up]", timeout=30_000)
    await page.keyboard.press("F9")
    await page.check("input[value=refused]")
    await page.click(".save")

    async def recorded() -> bool:
        return await floor.ask("SELECT code FROM disposition") == [("refused",)]

    await until(recorded, "disposition", within_s=30)
