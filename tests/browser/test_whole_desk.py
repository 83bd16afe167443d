"""The first desk as people use it: an agent and a supervisor, on real processes."""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID

import pytest
import pytest_asyncio
from playwright.async_api import Browser, Page, expect

from sim.browser import chromium as real_chromium
from sim.browser import sit_down
from sim.carrier.truth import BadTruth
from tests.browser.whole_place import SEAT, WholePlace, a_whole_place
from tests.real_switch import eventually

pytestmark = pytest.mark.timeout(400)

PATIENCE_S = 60.0
STILL_S = 5.0  # idle agents are given calls within a second while a campaign runs


@pytest_asyncio.fixture(scope="module")
async def place(chromium: str) -> AsyncIterator[WholePlace]:
    async with a_whole_place() as place:
        yield place


@pytest_asyncio.fixture
async def people(chromium: str) -> AsyncIterator[Browser]:
    """Where persons sit: a Chromium that can take calls."""
    async with real_chromium(chromium) as browser:
        yield browser


async def test_an_agent_works_call_after_call(place: WholePlace, people: Browser) -> None:
    async with place.person(people, "ana", "/desk") as desk:
        await sit_down(desk)
        async with place.campaign("Cartão março"):
            first = await _next_call(desk, place, after=None)
            await _card_is_of(desk, place, first)
            await _end_and_choose(desk, "3")
            await desk.keyboard.press("Tab")
            await desk.keyboard.press("Tab")
            await expect(desk.locator("#note")).to_be_focused()
            await desk.keyboard.type("Não paga este mês")
            await desk.keyboard.press("Control+Enter")
            await _affirm(desk)
            await _is_recorded(place, first, "refused", "Não paga este mês")

            second = await _next_call(desk, place, after=first)
            await _card_is_of(desk, place, second)
            await _end_and_choose(desk, "2")
            await desk.click("[data-quick=tomorrow]")
            await expect(desk.locator(".call-back-told")).to_have_text("Horário permitido.")
            await desk.keyboard.press("Control+Enter")
            await _affirm(desk)
            await _is_recorded(place, second, "call_back", None)
            await _is_booked(place, second)
            booked = desk.locator("desk-call-backs li")
            await expect(booked).to_have_count(1)

            await _next_call(desk, place, after=second)
            await expect(desk.locator("[data-figure=right_party]")).to_have_text("2")
            calls = desk.locator("[data-figure=calls]")
            assert int(await calls.inner_text()) in (2, 3)  # the third has just begun
            await desk.keyboard.press("F4")
            await desk.wait_for_selector("desk-state[data-state=wrap_up]")


async def _next_call(desk: Page, place: WholePlace, *, after: UUID | None) -> UUID:
    """Wait until the seat talks in another call than the last; returns it."""

    async def talks() -> bool:
        state = await desk.get_attribute("desk-state", "data-state")
        return state == "talking" and await place.call_in_hand() != after

    await eventually(talks, within_s=PATIENCE_S)
    return await place.call_in_hand()


async def _card_is_of(desk: Page, place: WholePlace, call: UUID) -> None:
    """The card on the page is that of the debtor who was called."""
    row = await place.one(
        "SELECT debtor.name FROM attempt JOIN debtor ON debtor.id = attempt.debtor_id"
        " WHERE attempt.id = :call",
        call=call,
    )
    await expect(desk.locator(".debtor-name")).to_have_text(row.name)
    await expect(desk.locator(".policy span")).to_contain_text("hoje")


async def _end_and_choose(desk: Page, key: str) -> None:
    """Hang up, and choose a disposition by its key."""
    await desk.keyboard.press("F4")
    await desk.wait_for_selector("desk-state[data-state=wrap_up]")
    await desk.keyboard.press("F9")
    await desk.keyboard.press(key)


async def _affirm(desk: Page) -> None:
    """It was the debtor, though nobody asked for the answers that prove it."""
    await expect(desk.locator(".affirm")).to_be_focused()
    await desk.keyboard.press("s")


async def _is_recorded(place: WholePlace, call: UUID, code: str, note: str | None) -> None:
    """What was typed is in the database, of that call, that agent, and its debtor."""
    found: Any = None

    async def written() -> bool:
        nonlocal found
        found = await place.one(
            "SELECT d.code, d.note, d.agent_id = a.agent_id AS own, s.endpoint,"
            " a.debtor_id, a.outcome FROM disposition d JOIN attempt a"
            " ON a.id = d.attempt_id JOIN agent s ON s.id = d.agent_id WHERE a.id = :call",
            call=call,
        )
        return found is not None

    await eventually(written, within_s=PATIENCE_S)
    assert (found.code, found.note, found.endpoint) == (code, note, SEAT)
    assert found.own
    assert found.outcome == "answered"
    assert found.debtor_id is not None


async def _is_booked(place: WholePlace, call: UUID) -> None:
    """For the next day, on the clock by which people are called."""
    row = await place.one(
        "SELECT b.state, b.debtor_id = a.debtor_id AS same,"
        " (b.due_at AT TIME ZONE 'America/Sao_Paulo')::date - a.contact_day AS days"
        " FROM call_back b JOIN attempt a ON a.id = b.asked_in WHERE a.id = :call",
        call=call,
    )
    assert tuple(row) == ("booked", True, 1)


async def test_a_supervisor_pauses_a_campaign_and_calls_stop(
    place: WholePlace, people: Browser
) -> None:
    name = "Cartão abril"
    async with place.person(people, "sol", "/supervision") as wall, place.campaign(name):
        row = wall.locator("#campaigns tbody tr").filter(has_text=name)
        await _placed(place, name, 4)
        await row.get_by_role("button", name="Pausar").click()
        await expect(row.locator(".status")).to_have_text("Pausada")
        paused_s, before = time.time(), await _count(place, name)
        await asyncio.sleep(STILL_S)
        assert await _count(place, name) == before
        resumed_s = time.time()
        await row.get_by_role("button", name="Retomar").click()
        await expect(row.locator(".status")).to_have_text("Em andamento")
        await _placed(place, name, before + 2)
    invites = await _invites(place)
    # what was committed just before may still be on its way to the network
    assert [at for at in invites if paused_s + 1.0 < at < resumed_s] == []
    assert any(at < paused_s for at in invites)
    assert any(at > resumed_s for at in invites)


async def _count(place: WholePlace, campaign: str) -> int:
    row = await place.one(
        "SELECT count(*) AS calls FROM attempt JOIN campaign c ON c.id = campaign_id"
        " WHERE c.name = :campaign",
        campaign=campaign,
    )
    return int(row.calls)


async def _placed(place: WholePlace, campaign: str, least: int) -> None:
    async def enough() -> bool:
        return await _count(place, campaign) >= least

    await eventually(enough, within_s=PATIENCE_S)


async def _invites(place: WholePlace) -> list[float]:
    """When each call reached the network, of all calls, which are all over."""

    async def all_written() -> bool:
        row = await place.one(
            "SELECT count(*) AS sent FROM attempt WHERE outcome IS DISTINCT FROM 'not_sent'"
        )
        try:
            return len(_outbound(place)) == int(row.sent)
        except BadTruth:  # a line is being written
            return False

    await eventually(all_written, within_s=PATIENCE_S)
    return _outbound(place)


def _outbound(place: WholePlace) -> list[float]:
    return [call.invite_at for call in place.wire() if call.direction == "to_network"]
