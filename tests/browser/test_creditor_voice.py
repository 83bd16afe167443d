"""A creditor's voice as people use it: sent, heard, removed, undone; both themes."""

from __future__ import annotations

from typing import Any, Literal
from uuid import UUID

import pytest
from playwright.async_api import BrowserContext, Page, expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from foundation.ids import uuid7
from foundation.sound import silence
from tests.browser.doors import come_in
from tests.builders.spoken import speech, wav_file
from tests.people import a_user

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
TYPE = "audio/wav"


@pytest.fixture
async def page(
    console: str, context: BrowserContext, engine: AsyncEngine, passwords: Passwords
) -> Page:
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    creditor: UUID = uuid7()
    async with engine.begin() as connection:
        row = {"id": creditor, "name": "Loja Nova"}
        await connection.execute(insert(CreditorRow), row)
    page = await context.new_page()
    await come_in(page, console, "sol", f"/back-office/creditors/{creditor}")
    await page.get_by_role("link", name="Gravações próprias para as falas da URA").click()
    await expect(page.locator("#figures")).to_contain_text("ainda não tem gravações")
    return page


async def _send(page: Page, *files: Any) -> None:
    await page.get_by_label("Arquivos WAV").set_input_files(list(files))
    await page.get_by_label("Ouvi, e cada gravação diz").check()
    await page.get_by_role("button", name="Conferir e usar").click()


async def _nothing_wrong(page: Page, axe: str) -> None:
    await page.evaluate(axe)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = await page.evaluate("axe.run().then((result) => result.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


async def test_recordings_are_sent_heard_removed_and_undone(page: Page, axe: str) -> None:
    good, mute = wav_file(speech(2.0)), wav_file(silence(2.0))
    await _send(
        page,
        {"name": "bye.wav", "mimeType": TYPE, "buffer": good},
        {"name": "welcome.wav", "mimeType": TYPE, "buffer": mute},
        {"name": "outra.wav", "mimeType": TYPE, "buffer": good},
    )
    results = page.locator("#results li")
    await expect(results).to_have_count(3)
    await expect(results.nth(0)).to_contain_text("bye.wav: em uso.")
    await expect(results.nth(1)).to_contain_text("Nada se ouve nesta gravação.")
    await expect(results.nth(2)).to_contain_text("nenhuma fala com este nome")
    await expect(page.locator("#figures")).to_contain_text("1 de 211 falas gravadas.")
    row = page.locator("tr[data-prompt=bye]")
    await expect(row).to_have_attribute("data-state", "recorded")
    length = await row.locator("audio").evaluate(
        """async (audio) => {
          audio.preload = "metadata";
          await new Promise((told, failed) => {
            audio.onloadedmetadata = told;
            audio.onerror = failed;
            audio.load();
          });
          return audio.duration;
        }"""
    )
    assert 1.5 < length < 2.3
    await _nothing_wrong(page, axe)
    await row.get_by_role("button", name="Remover bye").click()
    await expect(row).to_have_attribute("data-state", "missing")
    await expect(page.locator("#said")).to_contain_text("dita com a nossa voz")
    await expect(page.get_by_role("button", name="Desfazer")).to_be_focused()
    await page.keyboard.press("Enter")
    await expect(row).to_have_attribute("data-state", "recorded")
    await expect(page.locator("#said")).to_have_text("Desfeito.")


async def test_one_is_chosen_in_the_list_and_found_by_keys(page: Page, axe: str) -> None:
    await page.keyboard.press("/")
    await expect(page.locator("#look-text")).to_be_focused()
    await page.keyboard.type("bem-vindo não há")
    await expect(page.locator("#nothing")).to_be_visible()
    await page.locator("#look-text").fill("welcome")
    row = page.locator("tr[data-prompt=welcome]")
    await expect(page.locator("#prompts tbody tr:visible")).to_have_count(2)
    await expect(page.locator("tr[data-prompt=inbound_welcome]")).to_be_visible()
    await expect(row).to_be_visible()
    await row.get_by_role("button", name="Enviar welcome").press("Enter")
    await expect(page.locator("#send-file")).to_be_focused()
    await expect(page.locator("#to-read")).to_contain_text("Você ligou para a central")
    await _nothing_wrong(page, axe)
    good = {"name": "take 3.wav", "mimeType": TYPE, "buffer": wav_file(speech(3.0))}
    await _send(page, good, good)
    await expect(page.locator("#trouble")).to_contain_text("Escolha um arquivo só")
    await _send(page, good)
    await expect(row).to_have_attribute("data-state", "recorded")
    await expect(row.get_by_role("button", name="Trocar welcome")).to_be_visible()
    await page.reload()
    await page.wait_for_load_state()
    await page.get_by_label("Mostrar").select_option("Gravadas")
    await expect(page.locator("#prompts tbody tr:visible")).to_have_count(1)
    await page.get_by_label("Mostrar").select_option("O que falta gravar")
    await expect(page.locator("#prompts tbody tr:visible")).to_have_count(210)


async def test_announcements_have_a_name_and_are_found_by_it(page: Page, axe: str) -> None:
    await page.get_by_label("Mostrar").select_option("Avisos da central")
    await expect(page.locator("#prompts tbody tr:visible")).to_have_count(25)
    await page.locator("#look-text").fill("ninguém pôde")
    row = page.locator("tr[data-prompt=inbound_no_agent]")
    await expect(page.locator("#prompts tbody tr:visible")).to_have_count(1)
    await row.get_by_role("button", name="Enviar inbound_no_agent").click()
    await expect(page.locator("#to-read")).to_contain_text("Não foi possível atender")
    good = {"name": "take.wav", "mimeType": TYPE, "buffer": wav_file(speech(6.0))}
    await _send(page, good)
    await expect(row).to_have_attribute("data-state", "recorded")
    await _nothing_wrong(page, axe)
