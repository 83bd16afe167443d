"""The agent's page in a browser: what is told, what is kept, and what is never moved."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect
from sqlalchemy import select

from cobranca.compliance.store import SuppressionRow
from cobranca.contacts.store import PromiseRow
from dialer.callbacks.store import CallBackRow
from dialer.calls.store import DispositionRow
from foundation.bus import COMMANDS
from tests.browser.desk_place import DeskPlace
from tests.people import PASSWORD

LARGEST_LOAD = 300_000  # bytes over the wire


async def in_call(desk: Page, place: DeskPlace) -> UUID:
    call = await place.call()
    await place.show("reserved", call)
    await expect(desk.locator(".debtor-name")).to_have_text("Maria Aparecida Souza")
    await place.show("talking", call)
    await desk.wait_for_selector("desk-state[data-state=talking]")
    return call


async def hang_up(desk: Page, place: DeskPlace, call: UUID) -> None:
    await place.end(call)
    until = datetime.now(UTC) + timedelta(seconds=60)
    await place.show("wrap_up", call, wrap_up_until=until.isoformat())
    await desk.wait_for_selector("desk-state[data-state=wrap_up]")


async def confirm(desk: Page) -> None:
    """Identify the debtor."""
    await desk.click("[data-step=claimed]")
    await desk.fill("#answer", "529")
    await desk.press("#answer", "Enter")
    await expect(desk.locator(".ask-count")).to_contain_text("faltam: 1")
    await desk.fill("#answer", "12/03/1980")
    await desk.press("#answer", "Enter")
    await desk.wait_for_selector("[data-level=confirmed]")


async def affirm(desk: Page) -> None:
    """It was the debtor, though nobody asked for the answers that prove it."""
    await expect(desk.locator(".affirm")).to_be_focused()
    await desk.keyboard.press("s")


async def recorded(place: DeskPlace, call: UUID) -> Any:
    async with asyncio.timeout(10):
        while True:
            async with place.engine.connect() as connection:
                query = select(DispositionRow.__table__)
                mine = query.where(DispositionRow.attempt_id == call)
                found = (await connection.execute(mine)).first()
            if found is not None:
                return found
            await asyncio.sleep(0.05)


async def commands(place: DeskPlace) -> list[str]:
    entries: Any = await place.wire.client.xrange(COMMANDS)
    return [fields["do"].strip('"') for _, fields in entries]


async def test_the_card_comes_with_the_call_and_goes_with_it(
    desk: Page, place: DeskPlace
) -> None:
    await in_call(desk, place)
    await expect(desk.locator("#call-state")).to_have_text("Em conversa.")
    await expect(desk.locator(".total")).to_have_text("R$ 662,05")
    await expect(desk.locator(".lock")).to_be_visible()
    await expect(desk.locator(".say q")).to_contain_text("poderia falar com Maria")
    await place.show("idle")
    await expect(desk.locator(".no-call")).to_contain_text("próxima chamada entra sozinha")
    assert await desk.locator(".debtor-name").is_hidden()


async def test_identification_opens_and_closes_what_may_be_said(
    desk: Page, place: DeskPlace
) -> None:
    await in_call(desk, place)
    await confirm(desk)
    await expect(desk.locator(".identity-rule")).to_have_text("Pode falar da dívida")
    assert await desk.locator(".lock").is_hidden()
    await desk.click("[data-step=denied]")
    await expect(desk.locator(".debts-hidden")).to_be_visible()
    assert "662,05" not in await desk.inner_text("main")


async def test_one_click_quarantines_another_persons_number(
    desk: Page, place: DeskPlace
) -> None:
    call = await in_call(desk, place)
    await expect(desk.locator(".policy")).to_contain_text("3 de 3 tentativas hoje")
    await desk.click(".policy-why summary")
    why = desk.locator(".policy-why li")
    await expect(why.filter(has_text="Tentativas por dia").first).to_be_visible()
    await desk.locator(".means summary").press("Enter")
    other = desk.locator(".means dd").filter(has_text="Tentativas por dia").first
    await other.locator("summary").press("Enter")
    await expect(other.locator("li", has_text="Tentativas por dia").first).to_be_visible()
    await expect(desk.locator(".means dt")).to_contain_text(["Ligação", "SMS", "Carta"])
    await desk.click(".suppress summary")
    await desk.select_option("#suppress-reason", "counsel")
    await desk.click(".suppress form button")
    await expect(desk.locator(".suppress-trouble")).to_contain_text("documento")
    await desk.click("[data-suppress=wrong_party]")
    await expect(desk.locator(".phones .current")).to_contain_text("De terceiro")
    await expect(why.filter(has_text="Número de outra pessoa").first).to_be_visible()
    async with place.engine.connect() as connection:
        query = select(SuppressionRow.debtor_id, SuppressionRow.proof)
        row = (await connection.execute(query)).one()
    assert tuple(row) == (place.debtors[0], f"chamada {call}")


async def test_a_wrong_answer_says_so_and_keeps_whoever_types_in_place(
    desk: Page, place: DeskPlace
) -> None:
    await in_call(desk, place)
    await desk.click("[data-step=claimed]")
    await desk.fill("#answer", "5")
    await desk.press("#answer", "Enter")
    await expect(desk.locator("#answer-trouble")).to_contain_text("nada foi contado")
    await desk.fill("#answer", "111")
    await desk.press("#answer", "Enter")
    await expect(desk.locator(".ask-count")).to_contain_text("O próximo erro encerra")
    await expect(desk.locator("#answer")).to_be_focused()


async def test_a_promise_is_recorded_by_keyboard_alone(
    desk: Page, place: DeskPlace
) -> None:
    call = await in_call(desk, place)
    await hang_up(desk, place, call)
    await desk.keyboard.press("F9")
    await desk.keyboard.press("1")
    await expect(desk.locator("#promise-amount")).to_be_focused()
    await desk.keyboard.type("1.287,35")
    await desk.locator("#promise-day").fill("2026-03-20")
    await desk.locator("#note").fill("Paga no dia 20 pelo Pix")
    await desk.keyboard.press("Control+Enter")
    await affirm(desk)
    kept = await recorded(place, call)
    assert (kept.code, kept.right_party, kept.note) == (
        "promise",
        True,
        "Paga no dia 20 pelo Pix",
    )
    async with place.engine.connect() as connection:
        query = select(PromiseRow.amount).where(PromiseRow.attempt_id == call)
        assert str(await connection.scalar(query)) == "1287.35"
    await expect(desk.locator("desk-record")).to_be_hidden()
    assert (await commands(place))[-1] == "wrap_up_done"


async def test_a_live_change_never_moves_the_focus_nor_what_is_typed(
    desk: Page, place: DeskPlace
) -> None:
    call = await in_call(desk, place)
    await desk.locator("#note").focus()
    await desk.keyboard.type("pediu o bol")
    await place.show("talking", call, held=True)
    await desk.wait_for_selector("desk-state[data-state=held]")
    await hang_up(desk, place, call)
    await desk.keyboard.type("eto")
    await expect(desk.locator("#note")).to_be_focused()
    await expect(desk.locator("#note")).to_have_value("pediu o boleto")


async def test_a_reload_in_mid_call_loses_nothing(desk: Page, place: DeskPlace) -> None:
    call = await in_call(desk, place)
    await desk.check("input[value=refused]")
    await desk.fill("#note", "não quer pagar")
    await desk.reload()
    await expect(desk.locator(".debtor-name")).to_have_text("Maria Aparecida Souza")
    await expect(desk.locator("input[value=refused]")).to_be_checked()
    await expect(desk.locator("#note")).to_have_value("não quer pagar")
    await hang_up(desk, place, call)
    await desk.click(".save")
    await affirm(desk)
    assert (await recorded(place, call)).note == "não quer pagar"


async def test_it_cannot_be_saved_before_the_call_is_over(
    desk: Page, place: DeskPlace
) -> None:
    await in_call(desk, place)
    await desk.check("input[value=silence]")
    assert await desk.locator(".save").is_disabled()
    await expect(desk.locator(".save-hint")).to_contain_text("Encerre a chamada")


async def test_an_answer_that_comes_after_the_call_is_gone_blocks_no_other(
    desk: Page, place: DeskPlace
) -> None:
    """The floor may end the wrap-up before the page hears that it was saved."""
    first = await in_call(desk, place)
    await hang_up(desk, place, first)
    answers = asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await answers.wait()
        await route.fulfill(response=answer)

    await desk.route(f"**/calls/{first}/disposition", late)
    await desk.check("input[value=silence]")
    await desk.click(".save")
    await recorded(place, first)
    await place.show("idle")
    await expect(desk.locator("desk-record")).to_be_hidden()
    second = await in_call(desk, place)
    answers.set()
    await hang_up(desk, place, second)
    await desk.check("input[value=dropped]")
    await desk.click(".save")
    assert (await recorded(place, second)).code == "dropped"
    await expect(desk.locator("desk-record")).to_be_hidden()


async def test_what_a_disposition_asks_for_is_said(desk: Page, place: DeskPlace) -> None:
    call = await in_call(desk, place)
    await hang_up(desk, place, call)
    await desk.click(".save")
    await expect(desk.locator(".record-trouble")).to_have_text("Escolha uma tabulação.")
    await desk.check("input[value=disputes]")
    await desk.click(".save")
    await expect(desk.locator(".record-trouble")).to_contain_text("pede uma anotação")
    await desk.check("input[value=promise]")
    await desk.fill("#promise-amount", "muito")
    await desk.fill("#promise-day", "2026-03-20")
    await desk.click(".save")
    await expect(desk.locator(".record-trouble")).to_contain_text("Promessa:")


async def test_a_call_back_outside_the_law_is_refused_with_the_next_time(
    desk: Page, place: DeskPlace
) -> None:
    call = await in_call(desk, place)
    await hang_up(desk, place, call)
    await desk.check("input[value=call_back]")
    await desk.fill("#call-back-day", "2026-03-15")
    await desk.fill("#call-back-time", "10:00")
    told = desk.locator(".call-back-told")
    await expect(told).to_contain_text("Próximo horário permitido: 16/03 às 08:00")
    await desk.click(".use-next")
    await expect(told).to_have_text("Horário permitido.")
    await desk.click(".save")
    await affirm(desk)
    await recorded(place, call)
    async with place.engine.connect() as connection:
        due = await connection.scalar(select(CallBackRow.due_at))
    assert due == datetime.fromisoformat("2026-03-16T08:00:00-03:00")
    await expect(desk.locator("desk-call-backs .when")).to_have_text("16/03/2026, 08:00")
    desk.on("dialog", lambda dialog: asyncio.ensure_future(dialog.accept()))
    await desk.click("desk-call-backs li button")
    await expect(desk.locator("desk-call-backs .empty")).to_be_visible()


async def test_wishes_reach_the_floor_by_key_and_by_mouse(
    desk: Page, place: DeskPlace
) -> None:
    await desk.keyboard.press("F3")
    await desk.keyboard.press("Enter")
    await place.show("paused", pause_code="rest")
    await expect(desk.locator(".state-more")).to_have_text("Descanso (NR-17)")
    await desk.keyboard.press("F2")
    async with asyncio.timeout(10):
        while await commands(place) != ["pause", "available"]:
            await asyncio.sleep(0.05)


async def test_a_click_on_a_call_that_is_gone_is_told_plainly(
    desk: Page, place: DeskPlace
) -> None:
    call = await in_call(desk, place)
    await place.wire.put(  # it ended; the page has not heard of it yet
        "acordo:board",
        {"web001": {"state": "idle", "since": "2026-01-01T00:00:00+00:00", "call": None}},
    )
    await desk.keyboard.press("F4")
    await expect(desk.locator("#told")).to_contain_text("já foi encerrada")
    assert call


async def test_nothing_that_the_floor_does_not_do_is_shown_as_done(
    desk: Page, place: DeskPlace
) -> None:
    await desk.keyboard.press("F3")
    await desk.keyboard.press("Enter")
    await expect(desk.locator("#told")).to_contain_text(
        "não respondeu ao pedido", timeout=15_000
    )
    await expect(desk.locator(".state-name")).to_have_text("Disponível")
    await place.show("idle", wants="paused")  # the floor did something after all
    await expect(desk.locator("#told")).to_be_hidden()


async def test_a_session_that_ends_in_mid_call_is_taken_up_in_place(
    desk: Page, place: DeskPlace, context: BrowserContext
) -> None:
    call = await in_call(desk, place)
    await desk.fill("#note", "no meio da conversa")
    await context.clear_cookies()
    await desk.click("[data-step=claimed]")
    await expect(desk.locator("#login-again")).to_be_visible()
    await desk.fill("#login-again-password", PASSWORD)
    await desk.keyboard.press("Enter")
    await desk.wait_for_selector("[data-level=claimed]")
    await expect(desk.locator("#note")).to_have_value("no meio da conversa")
    assert call


async def test_a_lost_connection_is_said_and_mended(
    desk: Page, place: DeskPlace, context: BrowserContext
) -> None:
    await in_call(desk, place)
    await context.set_offline(True)
    await desk.click("[data-step=denied]")
    await expect(desk.locator("#answer-trouble")).to_contain_text("Sem contato")
    await context.set_offline(False)
    await desk.click("[data-step=denied]")
    await desk.wait_for_selector("[data-level=third_party]")


async def test_help_lists_the_keys(desk: Page) -> None:
    await desk.keyboard.press("?")
    await expect(desk.locator("#help")).to_be_visible()
    await expect(desk.locator("#help")).to_contain_text("Espera: o devedor ouve música")
    await desk.keyboard.press("Escape")
    await expect(desk.locator("#help")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_no_state_of_the_page_shuts_anybody_out(
    desk: Page, place: DeskPlace, axe: str, theme: str
) -> None:
    await desk.emulate_media(reduced_motion="reduce")  # no colours halfway
    await desk.evaluate(f"document.documentElement.dataset.theme = '{theme}'")
    await violations_none(desk, axe)
    call = await in_call(desk, place)
    await violations_none(desk, axe)
    await confirm(desk)
    await hang_up(desk, place, call)
    await desk.check("input[value=call_back]")
    await violations_none(desk, axe)
    await desk.keyboard.press("Escape")
    await desk.locator("h2").first.click()
    await desk.keyboard.press("?")
    await violations_none(desk, axe)


async def violations_none(page: Page, axe: str) -> None:
    await page.evaluate(axe)
    found: Any = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    told = [
        (one["id"], one["nodes"][0]["html"][:120], one["nodes"][0]["failureSummary"])
        for one in found["violations"]
    ]
    assert told == []


async def test_the_first_load_is_small(
    desk: Page, console: str, context: BrowserContext
) -> None:
    page = await context.new_page()
    client = await context.new_cdp_session(page)
    await client.send("Network.enable")
    await client.send("Network.setCacheDisabled", {"cacheDisabled": True})
    sizes: list[float] = []
    client.on("Network.loadingFinished", lambda e: sizes.append(e["encodedDataLength"]))
    await page.goto(f"{console}/desk")
    await page.wait_for_selector("desk-state[data-state=idle]")
    await page.wait_for_function("document.readyState === 'complete'")
    # what a telephone that is turned on needs besides
    await page.evaluate("import('/static/js/softphone/line.js').then(() => true)")
    assert len(sizes) > 10
    assert sum(sizes) < LARGEST_LOAD, f"{sum(sizes):,.0f} bytes"


async def test_who_has_no_microphone_is_told_and_not_logged_in(
    desk: Page, place: DeskPlace
) -> None:
    await place.show("offline")
    await desk.click("[data-do=log_in]")
    trouble = desk.locator(".phone-trouble")
    await expect(trouble).to_contain_text("microfone")
    assert await commands(place) == []
