"""The back office as people use it: a request answered, money closed, in both themes."""

from __future__ import annotations

import asyncio
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any, Literal

import pytest
from playwright.async_api import BrowserContext, Page, Route, expect
from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.payments.store import ArrivalRow, PaymentWorkRow
from cobranca.people.passwords import Passwords
from cobranca.people.roles import Role
from cobranca.portal.requests import Kind, ask
from foundation.crypto import Keys
from foundation.home import Home
from foundation.ids import uuid7
from sim.outside.bank.transfers import AccountBook
from tests.browser.doors import come_in
from tests.builders.visits import an_owing_person
from tests.people import a_user

SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")


@pytest.fixture
async def page(
    console: str,
    context: BrowserContext,
    engine: AsyncEngine,
    home: Home,
    passwords: Passwords,
) -> Page:
    """One request of a debtor's, and R$ 33 that nobody knows where to put."""
    await a_user(engine, passwords, "sol", Role.SUPERVISOR)
    keys, now = Keys.of(home), datetime.now(UTC)
    async with engine.begin() as connection:
        debtor = await an_owing_person(connection, keys)
        await ask(connection, keys, Kind.DISPUTE, debtor, "Já paguei em maio.", now)
        arrival = {
            "id": uuid7(), "means": "pix", "reference": "E" + "7" * 31,
            "refunded": Decimal(0), "amount": Decimal(33), "entered": Decimal(0),
            "paid_on": date(2026, 11, 20), "heard_at": now,
        }  # fmt: skip
        await connection.execute(insert(ArrivalRow), arrival)
        question = {
            "id": uuid7(), "arrival_id": arrival["id"], "reason": "unknown",
            "rest": Decimal(33), "opened_at": now,
        }  # fmt: skip
        await connection.execute(insert(PaymentWorkRow), question)
    page = await context.new_page()
    await come_in(page, console, "sol", "/back-office")
    return page


async def test_what_waits_is_answered_and_closed(page: Page) -> None:
    said = page.locator("#said")
    asked = page.locator("#requests tbody tr")
    await expect(asked).to_have_count(1)
    await expect(asked).to_contain_text("Já paguei em maio.")
    await expect(asked.get_by_label("A contestação procede")).not_to_be_checked()
    answer = asked.get_by_placeholder("Resposta, que o devedor lê no portal")
    await expect(asked.get_by_role("status")).to_have_text("")
    await answer.fill("Última chance de pagar.")
    await expect(asked.get_by_role("status")).to_contain_text("1 trecho a mudar")
    await expect(asked.locator("mark")).to_have_text(["Última chance"])
    await asked.get_by_role("button", name="Responder").press("Enter")
    await expect(page.locator("#trouble")).to_contain_text("«Última chance»")
    await answer.fill("Conferido.")
    await expect(asked.locator("mark")).to_have_count(0)
    await asked.get_by_role("button", name="Responder").press("Enter")
    await expect(said).to_contain_text("Respondido.")
    await expect(asked).to_have_count(0)
    open_money = page.locator("#questions tbody tr")
    await expect(open_money).to_have_count(1)
    await open_money.get_by_placeholder("O que foi feito").fill("Era da loja ao lado.")
    await page.keyboard.press("Enter")
    await expect(said).to_have_text("Feito.")
    await expect(open_money).to_have_count(0)
    await page.reload()
    await expect(page.locator("main")).to_contain_text("Nenhum pedido em aberto.")
    await expect(page.locator("main")).to_contain_text("Nada a conferir")


@pytest.mark.parametrize("scheme", SCHEMES)
async def test_the_page_shuts_nobody_out(page: Page, axe: str, scheme: Any) -> None:
    await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
    await expect(page.locator("#requests tbody tr")).to_have_count(1)
    await page.evaluate(axe)
    found = await page.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


async def _nothing_wrong(page: Page, axe: str) -> None:
    """In both themes."""
    await page.evaluate(axe)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = await page.evaluate("axe.run().then((result) => result.violations)")
        assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []


async def _fits(page: Page, width: int) -> None:
    """Nothing of the page is wider than a screen of so many pixels."""
    before = page.viewport_size
    assert before is not None
    await page.set_viewport_size({"width": width, "height": before["height"]})
    assert await page.evaluate("document.documentElement.scrollWidth") <= width
    await page.set_viewport_size(before)


async def test_a_statement_is_looked_over_and_taken_in(page: Page, axe: str) -> None:
    report = page.locator("#bank-file-report")
    chosen = page.get_by_label("Arquivo de retorno ou extrato")
    await chosen.set_input_files(
        {"name": "nada.csv", "mimeType": "text/csv", "buffer": b"nome;valor"}
    )
    await page.get_by_role("button", name="Conferir").click()
    await expect(page.locator("#trouble")).to_contain_text("Nada foi lançado")
    book = AccountBook()
    book.transfer(Decimal("45.67"), date(2026, 11, 20), None, "Fulana")
    statement = book.statement(date(2026, 11, 20))
    await chosen.set_input_files(
        {"name": "extrato.ofx", "mimeType": "text/plain", "buffer": statement}
    )
    await page.get_by_role("button", name="Conferir").click()
    await expect(report).to_contain_text("Extrato: extrato.ofx")
    await expect(report).to_contain_text("45,67")
    await expect(page.locator("main")).not_to_contain_text("Nenhum arquivo foi enviado")
    await report.get_by_role("button", name="Lançar").click()
    await expect(report).to_contain_text("Lançado por inteiro.")
    await expect(report).to_contain_text("Pagamentos a conferir")
    await _nothing_wrong(page, axe)
    await page.reload()
    await expect(page.locator("#questions tbody tr")).to_have_count(2)
    await page.locator("#bank-files").get_by_role("button", name="Ver").click()
    await expect(report).to_contain_text("Lançado por inteiro.")


async def _contract_is_dated_and_creditor_closed(page: Page, axe: str) -> None:
    found = page.locator("#found li")
    await found.get_by_text("Mudar carteira, produto ou data C-1").click()
    await found.get_by_label("Data do contrato").fill("2026-01-06")
    await found.get_by_role("button", name="Guardar").click()
    await expect(page.locator("#trouble")).to_contain_text("antes da data do contrato")
    await found.get_by_label("Data do contrato").fill("2026-01-05")
    async with page.expect_navigation():
        await found.get_by_role("button", name="Guardar").click()
    await page.locator("#find").get_by_role("button").click()
    await expect(found.get_by_label("Data do contrato")).to_have_value("2026-01-05")
    for name in ("Desativar Varejo", "Desativar credor"):
        async with page.expect_navigation():
            await page.get_by_role("button", name=name).click()
    await expect(page.locator("#closed")).to_contain_text("Desativado desde")
    await expect(page.locator("#portfolios li")).to_contain_text("desativada desde")
    await _nothing_wrong(page, axe)
    for name in ("Reativar Varejo", "Reativar credor"):
        async with page.expect_navigation():
            await page.get_by_role("button", name=name).click()
    await expect(page.locator("#closed")).to_have_count(0)


async def test_who_is_faster_than_the_script_loses_nothing(page: Page) -> None:
    here, come = page.url, asyncio.Event()

    async def late(route: Route) -> None:
        await come.wait()
        await route.continue_()

    await page.route("**/static/js/**", late)
    await page.goto(here, wait_until="commit")
    moved: list[str] = []
    page.on("framenavigated", lambda frame: moved.append(frame.url))
    address = page.get_by_label("Endereço, em uma linha")
    try:
        await page.get_by_text("Cadastrar credor").click()
        await page.get_by_label("Nome", exact=True).fill("Loja Nova")
        await page.get_by_label("CPF ou CNPJ").fill("11.222.333/0001-81")
        await address.fill("Rua Um, 1, Recife")
        await address.press("Enter")
        await page.evaluate("new Promise((done) => setTimeout(done))")  # it was heard
        assert moved == []
        await page.get_by_role("button", name="Cadastrar").click(timeout=5_000)
        assert moved == []
    finally:
        come.set()  # else the page's end waits for who holds its scripts back
    await page.wait_for_load_state()
    await expect(address).to_have_value("Rua Um, 1, Recife")
    await page.get_by_role("button", name="Cadastrar").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Loja Nova")


async def _terms_are_tried_and_registered(page: Page, axe: str) -> None:
    await page.get_by_text("Registrar condições").first.click()
    form, compared = page.locator("#terms"), page.locator("#terms-compared")
    fine = form.get_by_label("Multa, % (no máximo 2)")
    await expect(fine).to_have_value("2")
    await fine.fill("2,5")
    await form.get_by_role("button", name="Registrar condições").click()
    await expect(page.locator("#terms-trouble")).to_contain_text("multa acima de 2 %")
    await fine.fill("1,5")
    product = form.get_by_label("Produto")
    await product.fill("Cheque")
    await form.get_by_role("button", name="Registrar condições").click()
    await expect(page.locator("#terms-trouble")).to_contain_text(
        "Produtos que tem: Cartão."
    )
    await expect(form.locator("#terms-products option")).to_have_attribute(
        "value", "Cartão"
    )
    await product.fill("")
    await form.get_by_label("Contrato a conferir (número)").fill("C-1")
    await form.get_by_label("No dia").fill("2026-02-04")
    await page.keyboard.press("Enter")
    await expect(compared).to_contain_text("Multa")
    # 30 days late: 1.5 % of 1,234.56 once, 1 % a month
    await expect(compared.locator("tbody tr").last).to_contain_text("1.265,43")
    await _fits(page, 360)
    await _nothing_wrong(page, axe)
    async with page.expect_navigation():
        await form.get_by_role("button", name="Registrar condições").click()
    kept = page.locator("#terms-versions tbody tr")
    await expect(kept).to_contain_text("multa de 1,5 %; juros de 1 % ao mês")
    await kept.get_by_role("button", name="Usar como base").click()
    await expect(fine).to_have_value("1,5")


@pytest.mark.timeout(300)
async def test_a_creditor_is_made_and_its_book_kept_by_screen(page: Page, axe: str) -> None:
    page.on("dialog", lambda dialog: dialog.accept())
    await page.get_by_text("Cadastrar credor").click()
    await page.get_by_label("Nome", exact=True).fill("Loja Nova")
    await page.get_by_label("CPF ou CNPJ").fill("11.222.333/0001-81")
    await page.get_by_label("Endereço, em uma linha").fill("Rua Um, 1, Recife")
    await page.get_by_role("button", name="Cadastrar").click()
    await expect(page.get_by_role("heading", level=1)).to_have_text("Loja Nova")
    await page.wait_for_load_state()
    await page.get_by_label("Nova carteira").fill("Varejo")
    await page.keyboard.press("Enter")
    await expect(page.locator("#portfolios li")).to_contain_text("Varejo (0)")
    await page.wait_for_load_state()
    await page.get_by_text("Cadastrar conta de cobrança").click()
    for label, value in (
        ("Agência, sem dígito", "4042"), ("Conta, sem dígito", "61900"),
        ("Carteira", "17"), ("Variação (Banco do Brasil)", "19"),
        ("Convênio ou código do beneficiário", "1238798"),
    ):  # fmt: skip
        await page.locator("#account").get_by_label(label, exact=True).fill(value)
    await page.locator("#account").get_by_role("button").click()
    await expect(page.locator("#accounts tbody tr")).to_contain_text("001, CNAB 240")
    await page.wait_for_load_state()
    await page.get_by_text("Cadastrar contrato").click()
    for label, value in (
        ("Número do contrato", "C-1"), ("Produto", "Cartão"),
        ("CPF ou CNPJ", "529.982.247-25"), ("Nome do devedor", "José da Silva"),
        ("Valor", "1.234,56"), ("Vencimento", "2026-01-05"),
    ):  # fmt: skip
        await page.locator("#contract").get_by_label(label, exact=True).fill(value)
    debtor = page.locator("#contract").get_by_label("Nome do devedor")
    await debtor.fill(" ")
    await page.locator("#contract").get_by_role("button").click()
    await expect(page.locator("#trouble")).to_contain_text("Nome do devedor:")
    await debtor.fill("José da Silva")
    await page.locator("#contract").get_by_role("button").click()
    await expect(page.locator("#portfolios li")).to_contain_text("Varejo (1)")
    await page.wait_for_load_state()
    await page.locator("#find").get_by_role("button").click()
    await expect(page.locator("#found li")).to_contain_text("C-1, Varejo")
    await _nothing_wrong(page, axe)
    await _contract_is_dated_and_creditor_closed(page, axe)
    await _terms_are_tried_and_registered(page, axe)
    await page.locator("#accounts").get_by_role("button", name="Fazer remessa").click()
    await expect(page.locator("#trouble")).to_contain_text("Não há boleto a registrar")
    await page.locator("#accounts").get_by_role("button", name="Encerrar").click()
    await expect(page.locator("#accounts tbody tr")).to_contain_text("encerrada")
    await page.get_by_role("button", name="Remover Varejo").click()
    await expect(page.locator("#trouble")).to_contain_text("Esta carteira tem contratos")
