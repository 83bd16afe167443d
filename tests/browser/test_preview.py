"""Calls by hand at the desk: the card before the call, a countdown, dial and skip."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from playwright.async_api import Page, expect
from sqlalchemy import text

from foundation.bus import COMMANDS
from foundation.ids import uuid7
from tests.browser.desk_place import DeskPlace


async def preview(place: DeskPlace, seconds: float | None) -> dict[str, Any]:
    """What the floor shows of a debtor who is to be called."""
    async with place.engine.connect() as connection:
        query = text("SELECT id FROM contact_point WHERE debtor_id = :d LIMIT 1")
        point = await connection.scalar(query, {"d": place.debtors[0]})
    due = None if seconds is None else datetime.now(UTC) + timedelta(seconds=seconds)
    return {
        "campaign": str(place.campaign),
        "debtor": str(place.debtors[0]),
        "point": str(point),
        "dial_at": due and due.isoformat(timespec="milliseconds"),
    }


async def test_the_card_is_there_before_the_call_and_the_count_runs_down(
    desk: Page, place: DeskPlace
) -> None:
    call = uuid7()
    await place.show("preview", call, preview=await preview(place, 40))
    await expect(desk.locator(".debtor-name")).to_contain_text("Maria")
    await expect(desk.locator(".state-more")).to_contain_text("Liga sozinho em 0:3")
    await expect(desk.locator("desk-record form")).to_be_hidden()
    await expect(desk.locator("[data-step=claimed]")).to_be_hidden()  # nobody speaks yet
    since = await place.wire.last_id(COMMANDS)
    await desk.click("[data-do=dial]")
    async for message in place.wire.consume(COMMANDS, since):
        assert (message.fields["do"], message.fields["agent"]) == ("dial", "web001")
        break
    await place.show("preview", call, preview=None)
    await expect(desk.locator(".state-more")).to_have_text("Ligando…")
    await expect(desk.locator("[data-do=skip]")).to_be_hidden()


async def test_a_manual_call_waits_for_the_agent_and_can_be_skipped(
    desk: Page, place: DeskPlace
) -> None:
    await place.show("preview", uuid7(), preview=await preview(place, None))
    await expect(desk.locator(".state-more")).to_have_text("Liga quando você pedir")
    since = await place.wire.last_id(COMMANDS)
    await desk.click("[data-do=skip]")
    async for message in place.wire.consume(COMMANDS, since):
        assert message.fields["do"] == "skip"
        break
    await place.show("idle")
    await expect(desk.locator("desk-card article")).to_be_hidden()


async def test_the_keys_dial_and_skip_and_do_neither_once_it_is_dialled(
    desk: Page, place: DeskPlace
) -> None:
    call = uuid7()
    await place.show("preview", call, preview=await preview(place, 40))
    await expect(desk.locator("[data-do=dial]")).to_be_visible()
    since = await place.wire.last_id(COMMANDS)
    await desk.keyboard.press("F2")
    await desk.keyboard.press("F6")
    heard = []
    async for message in place.wire.consume(COMMANDS, since):
        heard.append(message.fields["do"])
        if len(heard) == 2:
            break
    assert sorted(heard) == ["dial", "skip"]
    await place.show("preview", call, preview=None)
    await expect(desk.locator(".state-more")).to_have_text("Ligando…")
    since = await place.wire.last_id(COMMANDS)
    await desk.keyboard.press("F6")
    await desk.keyboard.press("F3")
    await desk.keyboard.press("Escape")
    assert await place.wire.last_id(COMMANDS) == since


async def test_nobody_elses_debtor_is_shown(desk: Page, place: DeskPlace) -> None:
    """A card is read by the call that the agent's own seat previews, and by no other."""
    own = uuid7()
    await place.show("preview", own, preview=await preview(place, 60))
    await expect(desk.locator(".debtor-name")).to_contain_text("Maria")
    card = "async (id) => (await fetch(`/api/v1/desk/calls/${id}/card`)).status"
    assert await desk.evaluate(card, str(own)) == 200
    assert await desk.evaluate(card, str(uuid7())) in (403, 404)
    await place.show("idle")
    assert await desk.evaluate(card, str(own)) == 404


async def test_the_preview_is_for_everybody(desk: Page, place: DeskPlace, axe: str) -> None:
    await place.show("preview", uuid7(), preview=await preview(place, 60))
    await expect(desk.locator(".debtor-name")).to_contain_text("Maria")
    await desk.evaluate(axe)
    found = await desk.evaluate(
        "axe.run({runOnly: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa']})"
    )
    assert [one["id"] for one in found["violations"]] == []
