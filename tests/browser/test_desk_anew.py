"""The page of a seat that is inside already, opened anew: its telephone, and its drafts."""

from __future__ import annotations

from playwright.async_api import BrowserContext, Page, expect

from tests.browser.desk_place import DeskPlace
from tests.browser.test_desk import commands, in_call

DRAFTS = "Object.keys(localStorage).filter(key => key.startsWith('acordo:draft:')).length"
A_DAY_LATER = """() => {
  const drafts = Object.keys(localStorage).filter(key => key.startsWith('acordo:draft:'));
  for (const key of drafts) {
    const kept = JSON.parse(localStorage.getItem(key));
    localStorage.setItem(key, JSON.stringify({...kept, at: kept.at - 24 * 3600 * 1000}));
  }
}"""


async def test_what_was_written_outlives_a_closed_page_but_neither_a_logout_nor_a_day(
    desk: Page, place: DeskPlace, console: str, context: BrowserContext
) -> None:
    await in_call(desk, place)
    await desk.fill("#note", "pediu desconto")
    anew = await context.new_page()
    await desk.close()
    await anew.goto(f"{console}/desk")
    await expect(anew.locator("#note")).to_have_value("pediu desconto")
    await anew.evaluate(A_DAY_LATER)
    await anew.reload()
    await expect(anew.locator(".debtor-name")).to_be_visible()
    await expect(anew.locator("#note")).to_have_value("")
    await anew.fill("#note", "é do devedor")
    assert await anew.evaluate(DRAFTS) == 1
    await anew.locator("header.frame details.menu summary").click()
    await anew.get_by_role("button", name="Sair", exact=True).click()
    await anew.wait_for_url("**/login")
    assert await anew.evaluate(DRAFTS) == 0


async def test_a_seat_whose_telephone_is_off_is_told_to_turn_it_on_first(
    desk: Page, place: DeskPlace
) -> None:
    await place.show("connecting")
    await expect(desk.locator(".state-name")).to_have_text("Telefone desligado")
    await expect(desk.locator(".state-more")).to_contain_text("Aperte F2")
    await expect(desk.locator(".no-call")).to_contain_text("Ligue-o (F2)")
    await expect(desk.locator(".phone-trouble")).to_be_hidden()  # nobody was asked
    await desk.keyboard.press("F2")
    await expect(desk.locator(".phone-trouble")).to_contain_text("microfone")
    assert await commands(place) == []


async def test_a_call_that_went_on_with_another_agent_is_told_once_and_listed(
    desk: Page, place: DeskPlace, console: str, context: BrowserContext
) -> None:
    call = await in_call(desk, place)
    await desk.close()
    taker = await place.taken_by_another(call)
    await place.show("connecting")
    anew = await context.new_page()
    await anew.goto(f"{console}/desk")
    told = (
        f"Sua linha caiu e a chamada de Maria A. seguiu com {taker}, que faz a tabulação."
    )
    await expect(anew.locator("#toast")).to_have_text(told)
    await expect(anew.locator("desk-passed-on li")).to_contain_text(f"com {taker}")
    await anew.reload()
    await expect(anew.locator("desk-passed-on li")).to_be_visible()
    await expect(anew.locator("#toast")).to_be_hidden()
