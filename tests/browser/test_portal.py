"""The portal as debtors use it: a cheap telephone, no script; every page for everybody."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, Page, ViewportSize, expect
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.agreements.store import AgreementRow
from cobranca.payments import links
from foundation.crypto import Keys
from foundation.home import Home
from tests.browser.portal_place import PortalPlace, a_portal_place
from tests.builders.processes import Processes
from tests.builders.visits import a_link, an_owing_person

PHONE: ViewportSize = {"width": 360, "height": 640}
SCHEMES: tuple[Literal["light", "dark"], ...] = ("light", "dark")
PATIENCE_S = 60.0


@pytest_asyncio.fixture
async def place(
    engine: AsyncEngine,
    home: Home,
    processes: Processes,
    settings_env: dict[str, str],
) -> AsyncIterator[PortalPlace]:
    async with a_portal_place(engine, home, processes, settings_env) as place:
        yield place


@pytest_asyncio.fixture
async def phone(browser: Browser) -> AsyncIterator[BrowserContext]:
    """A telephone that runs no scripts."""
    context = await browser.new_context(
        viewport=PHONE, locale="pt-BR", java_script_enabled=False
    )
    context.set_default_timeout(PATIENCE_S * 1000)
    yield context
    await context.close()


@pytest.mark.timeout(300)
async def test_from_a_link_to_the_receipt(
    place: PortalPlace, phone: BrowserContext, browser: Browser, axe: str
) -> None:
    page = await phone.new_page()
    await page.goto(await place.link())
    await expect(page.locator("body")).not_to_contain_text("Loja")
    await press(page, "Continuar")
    await page.fill("#answer", "12/03/1980")
    await press(page, "Confirmar")
    await expect(page.locator("main")).to_contain_text("Loja")

    await press(page, "Negociar")
    await page.fill("#instalments", "3")
    await press(page, "Ver propostas")
    await press(page, "Ver esta proposta")
    await page.check("[name=agreed]")
    await press(page, "Fechar o acordo")
    await expect(page.locator("tbody tr")).to_have_count(3)

    await press(page, "Pagar a parcela 1")
    await press(page, "Pagar com Pix")
    await expect(page.locator(".qr svg")).to_be_visible()
    code = await page.input_value("#code")
    bank = await phone.new_page()
    await bank.goto(place.payer())
    await bank.fill("#code", code)
    await bank.click("button")
    await expect(bank.locator("[role=status]")).to_be_visible()

    await _until(lambda: _paid(place))
    await page.goto(page.url.partition("/portal")[0] + "/portal/dividas")
    await press(page, "Ver o acordo")
    await expect(page.locator("tbody tr >> nth=0")).to_contain_text("Paga")
    await expect(page.locator("main")).to_contain_text("Recibos")
    await page.click("main ul a")
    await expect(page.locator("main")).to_contain_text("Loja")
    await page.goto(f"{page.url.partition('/portal')[0]}/portal/dividas/{place.debt}")
    await expect(page.locator("main")).to_contain_text("Pagamento por Pix")
    await _sums(page)

    await _nothing_is_queued(place)
    await _until(lambda: _receipt(place))
    await _every_means_is_for_all(place, browser, axe)


async def _every_means_is_for_all(place: PortalPlace, browser: Browser, axe: str) -> None:
    """What pages show when a means was asked for: axe, both themes, a narrow telephone."""
    context = await browser.new_context(viewport=PHONE, locale="pt-BR", bypass_csp=True)
    page = await context.new_page()
    page.set_default_timeout(PATIENCE_S * 1000)
    await page.goto(await place.link())
    await press(page, "Continuar")
    await page.fill("#answer", "12/03/1980")
    await press(page, "Confirmar")
    await press(page, "Ver o acordo")
    await press(page, "Autorizar o Pix Automático")
    await expect(page.locator(".qr svg")).to_be_visible()
    await is_for_all(page, axe, "automatic")
    await press(page, "Voltar ao acordo")
    await press(page, "Pagar a parcela 2")
    await is_for_all(page, axe, "all means")
    for name, shown in (
        ("Pagar com Pix", "Pix copia e cola"),
        ("Pagar com cartão", "Ir para a página do cartão"),
        ("Pagar por transferência", "Titular"),
    ):
        await press(page, name)
        await expect(page.locator("main")).to_contain_text(shown)
        await is_for_all(page, axe, name)
    await context.close()


async def is_for_all(page: Page, axe: str, name: str) -> None:
    """No violation in either theme, and nothing wider than a telephone."""
    await page.evaluate(axe)
    for scheme in SCHEMES:
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        found = await page.evaluate("axe.run()")
        assert [(name, v["id"], v["help"]) for v in found["violations"]] == []
    wide = await page.evaluate("document.documentElement.scrollWidth")
    assert wide <= PHONE["width"], name


async def press(page: Page, name: str) -> None:
    """Press the first link or button of that name."""
    link = page.get_by_role("link", name=name, exact=True)
    await link.or_(page.get_by_role("button", name=name, exact=True)).first.click()


async def _paid(place: PortalPlace) -> bool:
    row = await place.one("SELECT count(*) AS n FROM agreement_payment WHERE NOT undone")
    return bool(row.n == 1)


async def _receipt(place: PortalPlace) -> bool:
    return any("recibo" in one.text for one in place.arrived())


async def _nothing_is_queued(place: PortalPlace) -> None:
    """Neither calls nor messages, in the payment's own transaction."""
    turn = await place.one(
        "SELECT state, last_outcome FROM campaign_debtor WHERE debtor_id = :debtor",
        debtor=place.debtor,
    )
    assert tuple(turn) == ("done", "paid")
    waits = await place.one("SELECT state FROM message WHERE key = 'later'")
    assert waits.state == "cancelled"


async def _sums(page: Page) -> None:
    """The lines that the debtor reads come to the total that he reads, to the cent."""
    cells = await page.locator("td.amount").all_inner_texts()
    *lines, total = [int("".join(c for c in cell if c in "-0123456789")) for cell in cells]
    assert sum(lines) == total


async def _until(holds: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(PATIENCE_S):
        while not await holds():
            await asyncio.sleep(0.1)


async def _payment_link(engine: AsyncEngine, keys: Keys) -> str:
    """Path of one for the only agreement."""
    async with engine.begin() as connection:
        made = (await connection.scalars(select(AgreementRow.id))).one()
        hour = timedelta(hours=1)
        return await links.make(connection, keys, made, now=datetime.now(UTC), lives=hour)


@pytest.mark.timeout(300)
async def test_everybody_can_use_every_page(
    console: str, browser: Browser, engine: AsyncEngine, home: Home, axe: str
) -> None:
    async with engine.begin() as connection:
        debtor = await an_owing_person(connection, Keys.of(home))
    link = await a_link(engine, Keys.of(home), debtor)
    context = await browser.new_context(viewport=PHONE, locale="pt-BR", bypass_csp=True)
    context.set_default_timeout(PATIENCE_S * 1000)
    page = await context.new_page()

    for path in ("/portal", link):
        await page.goto(f"{console}{path}")
        await is_for_all(page, axe, path)
    await press(page, "Continuar")
    await is_for_all(page, axe, "question")
    await page.fill("#answer", "01/01/1970")
    await press(page, "Confirmar")
    await is_for_all(page, axe, "wrong answer")
    await page.fill("#answer", "12/03/1980")
    await press(page, "Confirmar")
    await is_for_all(page, axe, "debts")
    for place in ("contato", "dados", "pedidos"):
        await page.goto(f"{console}/portal/{place}")
        await is_for_all(page, axe, place)
    await page.goto(f"{console}/portal/dividas")
    await press(page, "De onde vem este valor?")
    await is_for_all(page, axe, "account")
    await press(page, "Não devo isto")
    await is_for_all(page, axe, "dispute")
    await press(page, "Voltar")
    await press(page, "Negociar")
    await page.fill("#instalments", "24")
    await press(page, "Ver propostas")
    await is_for_all(page, axe, "offers")
    await press(page, "Ver esta proposta")
    await is_for_all(page, axe, "offer")
    await page.check("[name=agreed]")
    await press(page, "Fechar o acordo")
    await is_for_all(page, axe, "agreement")
    await press(page, "Pagar a parcela 1")
    await is_for_all(page, axe, "pay")
    await context.clear_cookies()
    await page.goto(f"{console}{await _payment_link(engine, Keys.of(home))}")
    await is_for_all(page, axe, "payment link")
    await page.fill("#answer", "12/03/1980")
    await press(page, "Confirmar")
    await expect(page.locator("main")).to_contain_text("Pagar a parcela 1")
    await is_for_all(page, axe, "till")
    await context.close()
