"""A supervisor takes a caller from the URA himself: both heard, wrapped up, handed on."""

from __future__ import annotations

import pytest
from playwright.async_api import Page, expect
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.bus import COMMANDS, Bus
from tests.browser.calls.calling import DEBTOR_HZ, Floor, heard_far, hears, until
from tests.browser.doors import come_in
from tests.builders.portfolio import some_seats
from tests.builders.processes import Processes
from tests.integration.conversations.calls import a_ura
from tests.people import a_user
from tests.real_switch import eventually

pytestmark = pytest.mark.timeout(400)
FIRST, SECOND = "551130000185", "551130000186"
READY, TALKS = "desk-state[data-state=ready]", "desk-state[data-state=talking]"
WHO = """SELECT a.outcome, g.endpoint, u.login, c.outcome FROM attempt a
           JOIN agent g ON g.id = a.agent_id
           JOIN robot_call c ON c.id = a.id JOIN user_account u ON u.id = c.taken_by
          WHERE a.outcome IS NOT NULL ORDER BY c.ended_at"""
SEATS = "SELECT DISTINCT kind, data->>'endpoint' FROM call_event WHERE data ? 'wants'"
JOINED = """SELECT data->>'endpoint' FROM call_event WHERE kind = 'joined'
             ORDER BY id OFFSET 1"""


async def takes_himself(floor: Floor, page: Page, number: str) -> None:
    """Somebody calls, and the supervisor takes him from the URA, by keyboard."""
    floor.switch.far.cli(f"channel originate PJSIP/{number}@switch extension s@caller")
    row = page.locator("#robots li").filter(has_text=number)
    await row.get_by_role("button").press("Enter")
    await page.get_by_role("button", name="Assumir eu mesmo").press("Enter")
    again = page.get_by_role("button", name="Tentar de novo")

    async def has_him() -> bool:
        if await again.is_visible():  # a busy machine took too long for his telephone
            await again.press("Enter")
        return await page.get_attribute("desk-state", "data-state") == "talking"

    await until(has_him, "talk with the caller", within_s=90)
    await hears(page, DEBTOR_HZ)
    await heard_far(floor, "caller")


async def test_he_speaks_with_the_caller_and_ends_it_or_hands_it_on(
    floor: Floor,
    page: Page,
    engine: AsyncEngine,
    passwords: Passwords,
    processes: Processes,
    wire: Bus,
) -> None:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    async with engine.begin() as connection:
        await some_seats(connection)
    await a_ura(processes, floor.switch, FIRST, SECOND)
    await come_in(page, floor.address, "sol", "/supervision")

    await takes_himself(floor, page, FIRST)
    await page.keyboard.press("F4")
    await page.wait_for_selector("desk-state[data-state=wrap_up]")
    await page.keyboard.press("F9")
    await page.keyboard.press("d")
    await page.keyboard.press("Control+Enter")
    await page.wait_for_selector(READY)

    await page.goto(f"{floor.address}/supervision")
    await takes_himself(floor, page, SECOND)
    await wire.publish(COMMANDS, {"do": "log_in", "agent": "agent001"})
    await wire.publish(COMMANDS, {"do": "available", "agent": "agent001"})
    await page.get_by_role("button", name="Passar a um atendente").press("Enter")
    await expect(page.locator(READY)).to_be_visible()

    async def met() -> bool:
        return await floor.ask(JOINED) == [("web002",), ("agent001",)]

    await eventually(met)
    await wire.publish(COMMANDS, {"do": "hang_up", "agent": "agent001"})

    async def over() -> bool:
        return await floor.ask(WHO) == [
            ("answered", "web002", "sol", "taken"),
            ("answered", "agent001", "sol", "taken"),
        ]

    await eventually(over)
    seats = await floor.ask(SEATS)
    assert sorted(seats) == [("agent", "agent001"), ("supervisor", "web002")]
