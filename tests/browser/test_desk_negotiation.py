"""Negotiating at the desk: what may be offered, what a debtor can bear, what he took."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from playwright.async_api import Page, expect
from sqlalchemy import text

from cobranca.agreements.publishing import publish
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.contacts import payment_errands, robot_calls
from cobranca.contacts.robot_calls import Arrived
from cobranca.debts.registering import read_terms, register_terms
from cobranca.payments.addresses import address_of
from foundation.bus import COMMANDS
from tests.browser.desk_place import DeskPlace
from tests.browser.test_desk import confirm, in_call
from tests.builders.agreements import POLICY, TERMS
from tests.real_switch import eventually


async def _open(desk: Page, place: DeskPlace) -> None:
    """An identified debtor in call, and the negotiation open."""
    now = datetime.now(UTC)
    async with place.engine.begin() as connection:
        await register_terms(connection, read_terms(TERMS), now)
        await publish(connection, POLICY, by="sonia", at=now)
    await in_call(desk, place)
    await confirm(desk)
    await desk.click("desk-negotiation [data-do=open]")
    await expect(desk.locator(".debts-now li")).to_have_count(1)


async def test_an_offer_that_leaves_too_little_says_so_and_what_would_fit(
    desk: Page, place: DeskPlace, axe: str
) -> None:
    await _open(desk, place)
    form, offers = desk.locator("form.wishes"), desk.locator(".offers")
    await form.locator("[name=instalments]").fill("2")
    await form.locator("[name=income]").fill("1.000,00")
    await form.locator("[name=committed]").press("Enter")
    trouble = desk.locator(".negotiation-trouble")
    await expect(trouble).to_contain_text("preencha a renda")
    await form.locator("[name=committed]").fill("350,00")
    await form.locator("[name=committed]").press("Enter")
    note = offers.locator(".hardship").first
    await expect(note).to_contain_text("mínimo existencial")
    await expect(note).to_contain_text("50,00")  # fits: 1.000 - 350 - 600
    await desk.evaluate(axe)
    found = await desk.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    await form.locator("[name=income]").fill("9.000,00")
    await form.locator("[name=committed]").press("Enter")
    await expect(offers.locator(".hardship")).to_have_count(0)
    await expect(offers.locator("button").first).to_be_visible()


async def test_where_the_debtor_lives_is_kept_for_slips(
    desk: Page, place: DeskPlace
) -> None:
    await _open(desk, place)
    await desk.click(".address summary")
    home = {"street": "Rua das Flores, 100", "city": "São Paulo", "uf": "sp", "cep": "1"}
    for name, value in home.items():
        await desk.fill(f"form.home [name={name}]", value)
    await desk.press("form.home [name=cep]", "Enter")
    await expect(desk.locator(".negotiation-trouble")).to_contain_text("oito números")
    await desk.fill("form.home [name=cep]", "01310-100")
    await desk.press("form.home [name=cep]", "Enter")
    await expect(desk.locator(".address-kept")).to_have_text("Endereço guardado.")
    async with place.engine.connect() as connection:
        kept = await address_of(connection, place.debtors[0])
    assert kept is not None
    assert (kept.uf, kept.cep) == ("SP", "01310100")


async def test_what_the_debtor_took_is_shown_with_its_instalments(
    desk: Page, place: DeskPlace
) -> None:
    await _open(desk, place)
    await desk.locator("form.wishes [name=instalments]").fill("2")
    await desk.locator("form.wishes [name=instalments]").press("Enter")
    await desk.locator(".offers button").first.click()
    await expect(desk.locator(".debts-now")).to_contain_text("Parcela 2")
    await expect(desk.locator(".offers li")).to_have_count(0)


async def test_the_agent_sees_how_far_the_robot_came_and_may_take_the_call_back(
    desk: Page, place: DeskPlace, axe: str
) -> None:
    await _open(desk, place)
    await desk.click(".debts-now [data-debt]")
    panel = desk.locator("desk-robot-payment")
    await expect(panel.locator(".robot-steps li").first).to_contain_text("Pedido")
    async with place.engine.begin() as connection:
        call: UUID = (
            await connection.execute(text("SELECT attempt_id FROM payment_errand"))
        ).scalar_one()
        errand = await payment_errands.waiting(connection, call)
        assert errand is not None
        arrived = Arrived(
            call=errand.id, channel="1.1", flow="payment", caller="", called="",
            at=datetime.now(UTC),
        )  # fmt: skip
        await robot_calls.begin(connection, arrived)
        link = NewMessage(
            debtor=place.debtors[0], template="portal_link", means="sms",
            key=f"portal_link:{errand.id}", purpose="service", asked_for=True,
        )  # fmt: skip
        await put(connection, link)
    await place.show("talking", call, held=True, robot=True)
    await expect(desk.locator("desk-state .state-name")).to_have_text("Devedor com a URA")
    await expect(panel.locator(".robot-steps")).to_contain_text("Link de pagamento por SMS")
    await desk.evaluate(axe)
    found = await desk.evaluate("axe.run().then((result) => result.violations)")
    assert [(one["id"], one["nodes"][0]["html"]) for one in found] == []
    await panel.locator("[data-wish=leave_to_robot]").click()
    await desk.keyboard.press("F8")

    async def asked() -> bool:
        entries: Any = await place.wire.client.xrange(COMMANDS)
        verbs = [entry["do"].strip('"') for _, entry in entries]
        return verbs == ["to_robot", "leave_to_robot", "resume"]

    await eventually(asked)
    await place.show("talking", call)
    await expect(panel.locator("[data-wish=resume]")).to_be_hidden()
