"""The record of a call: when it can be saved, why not, and what each call keeps apart."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from playwright.async_api import Locator, Page, Route, expect
from sqlalchemy import func, select, text

from dialer.callbacks.store import CallBackRow
from dialer.calls.store import DispositionRow
from tests.browser.desk_place import DeskPlace
from tests.browser.test_desk import affirm, commands, confirm, hang_up, in_call, recorded
from tests.builders.conversations import a_call

GIVES_UP_MS = 25_000  # a request is given up after 15 s


@asynccontextmanager
async def on_its_way(desk: Page, call: UUID) -> AsyncIterator[asyncio.Event]:
    """The record of a call reaches the server; its answer waits for the event."""
    answers = asyncio.Event()

    async def late(route: Route) -> None:
        answer = await route.fetch()
        await answers.wait()
        await route.fulfill(response=answer)

    await desk.route(f"**/calls/{call}/disposition", late)
    yield answers
    answers.set()


async def wrapped_up(desk: Page, place: DeskPlace) -> UUID:
    call = await in_call(desk, place)
    await hang_up(desk, place, call)
    return call


def hint(desk: Page) -> Locator:
    return desk.locator(".save-hint")


async def test_while_it_is_on_its_way_that_is_said(desk: Page, place: DeskPlace) -> None:
    call = await wrapped_up(desk, place)
    async with on_its_way(desk, call) as answers:
        await desk.check("input[value=silence]")
        await desk.click(".save")
        await expect(hint(desk)).to_have_text("Salvando…")
        await expect(desk.locator(".save")).to_be_disabled()
        answers.set()
        await expect(desk.locator("#toast")).to_contain_text("salva: Ligação muda")


async def test_a_record_refused_after_the_call_is_gone_is_told_of_that_call(
    desk: Page, place: DeskPlace
) -> None:
    first = await wrapped_up(desk, place)
    async with on_its_way(desk, first) as answers:
        await desk.check("input[value=refused]")  # nobody confirmed: it is refused
        async with desk.expect_request("**/disposition"):
            await desk.click(".save")
        second = await in_call(desk, place)
        answers.set()
        await expect(desk.locator("#told")).to_contain_text(
            "chamada anterior não foi salva"
        )
        assert await desk.inner_text(".record-trouble") == ""
        assert await desk.locator(".affirm").is_hidden()
    await hang_up(desk, place, second)
    await expect(desk.locator(".save")).to_be_enabled()


async def test_a_record_that_nobody_answers_can_be_sent_again(
    desk: Page, place: DeskPlace
) -> None:
    call = await wrapped_up(desk, place)
    silent: list[Route] = []
    await desk.route("**/disposition", lambda route: silent.append(route))
    await desk.check("input[value=silence]")
    await desk.click(".save")
    trouble = desk.locator(".record-trouble")
    await expect(trouble).to_contain_text("Sem contato", timeout=GIVES_UP_MS)
    await expect(desk.locator(".save")).to_be_enabled()
    assert await hint(desk).is_hidden()
    await desk.unroute("**/disposition")
    await desk.click(".save")
    assert (await recorded(place, call)).code == "silence"


async def test_after_a_reload_in_mid_call_the_next_calls_are_recorded_too(
    desk: Page, place: DeskPlace
) -> None:
    first = await in_call(desk, place)
    await desk.fill("#note", "rascunho")
    await desk.reload()
    await expect(desk.locator("#note")).to_have_value("rascunho")
    await hang_up(desk, place, first)
    for call in (first, None, None):
        call = call or await wrapped_up(desk, place)
        await expect(desk.locator("#note")).to_have_value(
            "rascunho" if call == first else ""
        )
        async with on_its_way(desk, call) as answers:
            await desk.keyboard.press("F9")
            await desk.keyboard.press("s")
            await desk.keyboard.press("Control+Enter")
            await recorded(place, call)
            await place.show("idle")  # the floor was quicker than the answer
            await expect(desk.locator("desk-record")).to_be_hidden()
            answers.set()


async def test_ctrl_enter_saves_from_anywhere_or_says_why_not(
    desk: Page, place: DeskPlace
) -> None:
    await desk.keyboard.press("Control+Enter")
    await expect(desk.locator("#toast")).to_have_text("Não há chamada para tabular agora.")
    call = await in_call(desk, place)
    await desk.check("input[value=silence]")
    await desk.locator("[data-step=claimed]").focus()
    await desk.keyboard.press("Control+Enter")
    trouble = desk.locator(".record-trouble")
    await expect(trouble).to_contain_text("Encerre a chamada (F4) para salvar")
    await hang_up(desk, place, call)
    await expect(trouble).to_be_empty()
    await expect(desk.locator("[data-step=claimed]")).to_be_focused()
    await desk.keyboard.press("Control+Enter")
    assert (await recorded(place, call)).code == "silence"


async def test_a_talk_with_somebody_unproven_is_asked_about(
    desk: Page, place: DeskPlace
) -> None:
    call = await wrapped_up(desk, place)
    await desk.check("input[value=refused]")
    await desk.keyboard.press("Control+Enter")
    question = desk.locator(".affirm")
    await expect(question).to_contain_text("foi mesmo com o devedor?")
    for by_habit in ("Enter", "Space", "Control+Enter"):  # they affirm nothing
        await expect(question).to_be_focused()
        await desk.keyboard.press(by_habit)
    await expect(question).to_be_focused()
    await expect(question).to_be_visible()
    await desk.keyboard.press("n")
    await expect(desk.locator("input[value=unidentified]")).to_be_checked()
    assert await question.is_hidden()
    await desk.keyboard.press("Control+Enter")
    kept = await recorded(place, call)
    assert (kept.code, kept.right_party) == ("unidentified", None)


async def test_a_confirmed_debtor_is_not_asked_about(desk: Page, place: DeskPlace) -> None:
    call = await in_call(desk, place)
    await confirm(desk)
    await hang_up(desk, place, call)
    await desk.check("input[value=refused]")
    await desk.keyboard.press("Control+Enter")
    assert (await recorded(place, call)).right_party is True


async def test_common_times_are_on_the_clock_by_which_people_are_called(
    desk: Page, place: DeskPlace
) -> None:
    await wrapped_up(desk, place)
    async with place.engine.begin() as connection:
        query = "SELECT to_char((now() + make_interval(secs => offset_s))"
        query += " AT TIME ZONE 'America/Sao_Paulo' + interval '1 hour', 'HH24:MI')"
        hence = str(await connection.scalar(text(f"{query} FROM contact_clock")))
    await desk.check("input[value=call_back]")
    await desk.click("[data-quick=hour]")
    assert await desk.input_value("#call-back-day") == "2026-03-10"
    chosen = await desk.input_value("#call-back-time")
    assert minutes(hence) <= minutes(chosen) <= minutes(hence) + 6
    told = desk.locator(".call-back-told")
    await expect(told).to_contain_text("3 tentativas por dia")  # of the time no word


def minutes(clock: str) -> int:
    hour, minute = clock.split(":")
    return int(hour) * 60 + int(minute)


async def test_a_refused_time_is_said_once_and_in_red(desk: Page, place: DeskPlace) -> None:
    await wrapped_up(desk, place)
    await desk.check("input[value=call_back]")
    await desk.fill("#call-back-day", "2026-03-10")
    await desk.fill("#call-back-time", "02:40")
    told = desk.locator(".call-back-told.refused")
    await expect(told).to_have_text("Este horário já passou.")
    await desk.click(".save")
    await affirm(desk)
    await expect(hint(desk)).to_be_hidden()
    assert (await desk.inner_text("desk-record")).count("Este horário já passou.") == 1


async def test_a_call_back_goes_with_the_code_that_asked_for_it(
    desk: Page, place: DeskPlace
) -> None:
    call = await wrapped_up(desk, place)
    await desk.check("input[value=call_back]")
    await expect(desk.locator("#call-back-wanted")).to_be_checked()
    await desk.check("input[value=silence]")
    await expect(desk.locator("#call-back-wanted")).not_to_be_checked()
    await desk.check("#call-back-wanted")  # by hand: it stays with any code
    await desk.check("input[value=dropped]")
    await desk.click(".save")
    trouble = desk.locator(".record-trouble")
    await expect(trouble).to_contain_text("Informe o dia e a hora do retorno")
    await expect(desk.locator("#call-back-day")).to_be_focused()
    await desk.uncheck("#call-back-wanted")
    await desk.click(".save")
    assert (await recorded(place, call)).code == "dropped"
    async with place.engine.connect() as connection:
        assert await connection.scalar(select(func.count(CallBackRow.id))) == 0


async def test_a_note_that_must_be_there_is_announced(desk: Page, place: DeskPlace) -> None:
    await wrapped_up(desk, place)
    await desk.check("input[value=deceased]")
    note = desk.get_by_label("Anotação (obrigatória nesta tabulação)")
    await expect(note).to_have_attribute("required", "")
    await expect(note).to_have_attribute("placeholder", "Quem informou, e quando foi")
    await desk.click(".save")
    await expect(note).to_be_focused()
    await desk.check("input[value=silence]")
    await expect(note).not_to_have_attribute("required", "")


async def test_what_was_not_recorded_says_whom_and_waits_for_the_call(
    desk: Page, place: DeskPlace
) -> None:
    async with place.engine.begin() as connection:
        left = await a_call(connection, place.debtors[0], place.campaign, agent=place.agent)
    call = await in_call(desk, place)
    row = desk.locator("desk-unrecorded li")
    await expect(row).to_contain_text("Maria A. · +55")
    await expect(row).to_contain_text("Cartão março")
    await expect(row.locator("button")).to_be_disabled()
    await expect(desk.locator("desk-unrecorded .wait")).to_contain_text("entre chamadas")
    await place.end(call)
    await place.show("paused", pause_code="rest")
    await row.locator("button").first.click()
    await expect(desk.locator(".late-call")).to_contain_text("Maria A.")
    await desk.check("input[value=call_back]")
    await desk.click("[data-quick=tomorrow]")
    await expect(desk.locator(".call-back-told")).to_have_text("Horário permitido.")
    await desk.click(".save")
    await affirm(desk)
    assert (await recorded(place, left)).code == "call_back"


async def test_f2_while_available_asks_nothing_of_the_floor(
    desk: Page, place: DeskPlace
) -> None:
    await desk.keyboard.press("F2")
    await expect(desk.locator("#toast")).to_have_text("Você já está disponível.")
    assert await commands(place) == []


async def test_the_timer_of_a_talk_goes_on_over_a_reload(
    desk: Page, place: DeskPlace
) -> None:
    call = await place.call()
    await place.show("talking", call, since="2026-01-01T10:00:00+00:00")
    await desk.reload()  # the page begins in mid-call
    await desk.wait_for_selector("desk-state[data-state=talking]")
    before = await desk.inner_text(".state-timer")
    assert before.count(":") == 2  # hours
    await place.show("talking", call, held=True)  # the line came back: begun anew
    await desk.wait_for_selector("desk-state[data-state=held]")
    assert (await desk.inner_text(".state-timer")).count(":") == 2


async def test_all_codes_are_seen_at_once(desk: Page, place: DeskPlace) -> None:
    await wrapped_up(desk, place)
    codes = desk.locator(".codes")
    assert await desk.locator(".code").count() == 15
    assert await codes.evaluate("list => list.scrollHeight <= list.clientHeight")
    await in_call(desk, place)
    assert await codes.evaluate("list => list.scrollHeight <= list.clientHeight")


async def test_nothing_was_recorded_of_a_call_that_is_only_drafted(
    desk: Page, place: DeskPlace
) -> None:
    await wrapped_up(desk, place)
    await desk.check("input[value=refused]")
    await desk.click(".save")
    await expect(desk.locator(".affirm")).to_be_visible()
    async with place.engine.connect() as connection:
        drafted = select(func.count()).where(DispositionRow.code == "refused")
        assert await connection.scalar(drafted) == 0


async def test_a_draft_that_the_time_ran_out_on_is_said_to_wait(
    desk: Page, place: DeskPlace
) -> None:
    call = await wrapped_up(desk, place)
    await expect(desk.locator(".save")).to_contain_text("Salvar e ir para a próxima")
    await desk.fill("#note", "pediu o boleto")
    await place.show("idle")
    await expect(desk.locator("#toast")).to_contain_text("espera em «Sem tabulação»")
    await desk.locator("desk-unrecorded li button").first.click()
    await expect(desk.locator("#note")).to_have_value("pediu o boleto")
    await expect(desk.locator(".save span")).to_have_text("Salvar")
    await desk.check("input[value=silence]")
    await desk.click(".save")
    assert (await recorded(place, call)).note == "pediu o boleto"


@pytest.mark.parametrize(
    ("wants", "pause", "told"),
    [
        ("idle", None, "para a próxima chamada"),
        ("paused", "rest", "para a pausa: Descanso (NR-17)"),
        ("offline", None, "para o fim do turno"),
    ],
)
async def test_the_wrap_up_says_what_follows_it(
    desk: Page, place: DeskPlace, wants: str, pause: str | None, told: str
) -> None:
    call = await wrapped_up(desk, place)
    until = (datetime.now(UTC) + timedelta(seconds=60)).isoformat()
    more = {"wants": wants, "pause_code": pause, "wrap_up_until": until}
    await place.show("wrap_up", call, **more)
    await expect(desk.locator(".wrap-up-left .then")).to_have_text(told)
