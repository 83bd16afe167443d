"""The real client of API Pix and the simulated bank, over HTTPS with mutual TLS."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path

import pytest
from aiohttp import web

from cobranca.payments.api_pix.answers import Notice
from cobranca.payments.api_pix.automatic import PixAutomatico
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.errors import (
    AccessRefused,
    BankFailure,
    BankRefused,
    BankUnreachable,
    ChargeDiffers,
    NotAtBank,
)
from cobranca.payments.api_pix.orders import (
    Debtor,
    DueCharge,
    ImmediateCharge,
    ReceivingAccount,
    Recurrence,
    RecurringCharge,
)
from cobranca.payments.api_pix.webhooks import set_automatic_webhooks, set_pix_webhook
from cobranca.payments.pix.brcode import Receiver, read_code
from cobranca.payments.pix.key import parse_key
from cobranca.payments.pix.txid import charge_of, txid_of
from foundation.brasil.document import parse_document
from foundation.ids import uuid7
from sim.outside.bank.notices import Habits
from sim.outside.bank.server import Bank, running_bank
from sim.throw_away import free_port

KEY = parse_key("123e4567-e12b-12d1-a456-426655440000")
CREDORA = Receiver(name="Credora Exemplo", city="SAO PAULO")
DEBTOR = Debtor(document=parse_document("529.982.247-25"), name="José da Silva")
TODAY = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)


@dataclass(slots=True)
class Day:
    """The bank's day, moved by hand."""

    at: datetime = TODAY

    def __call__(self) -> datetime:
        return self.at


@dataclass(slots=True)
class Met:
    """A bank and a client connected to it."""

    bank: Bank
    connection: BankConnection
    day: Day

    @property
    def api(self) -> ApiPix:
        return ApiPix(self.connection)


@asynccontextmanager
async def _met(folder: Path, habits: Habits | None = None) -> AsyncIterator[Met]:
    day = Day()
    async with (
        running_bank(
            folder, free_port(), key=KEY.text, receiver=CREDORA, habits=habits, now=day
        ) as bank,
        BankConnection(bank.access) as connection,
    ):
        yield Met(bank, connection, day)


@asynccontextmanager
async def _listening(bank: Bank) -> AsyncIterator[tuple[str, list[Notice]]]:
    """A receiver of webhooks that lets in only who shows a certificate of the bank's."""
    heard: list[Notice] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append(Notice.model_validate_json(await request.read()))
        return web.Response()

    app = web.Application()
    app.router.add_post("/hook/{what}", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    port, own = free_port(), bank.certificates
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH, cafile=str(own.authority))
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(own.client.certificate, own.client.private_key)
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
    try:
        yield f"https://localhost:{port}/hook", heard
    finally:
        await runner.cleanup()


async def test_a_charge_is_made_paid_and_partly_given_back(tmp_path: Path) -> None:
    charge_id = uuid7()
    txid = txid_of(charge_id)
    async with _met(tmp_path) as met:
        order = ImmediateCharge(amount=Decimal("150.25"), key=KEY, debtor=DEBTOR)
        made = await met.api.create(txid, order)
        assert (made.state, made.amount) == ("ATIVA", Decimal("150.25"))
        assert made.code is not None
        assert made.url is not None
        assert read_code(made.code).url == made.url
        end_to_end = met.bank.pay("cob", txid)
        paid = await met.api.charge("cob", txid)
        assert paid.state == "CONCLUIDA"
        assert [pix.amount for pix in paid.payments] == [Decimal("150.25")]
        pix = await met.api.pix(end_to_end)
        assert pix.txid is not None
        assert charge_of(pix.txid) == charge_id
        refund = await met.api.refund(end_to_end, "devolucao1", Decimal("50.00"))
        again = await met.api.refund(end_to_end, "devolucao1", Decimal("50.00"))
        assert refund == again
        assert [each.id for each in (await met.api.pix(end_to_end)).refunds] == [
            "devolucao1"
        ]
        with pytest.raises(BankRefused, match="PixDevolucaoInvalida"):
            await met.api.refund(end_to_end, "devolucao2", Decimal("100.26"))


async def test_late_payment_is_worked_out_by_the_bank(tmp_path: Path) -> None:
    txid = txid_of(uuid7())
    order = DueCharge(
        amount=Decimal("1000.00"),
        key=KEY,
        due_on=date(2026, 12, 10),
        debtor=DEBTOR,
        fine_percent=Decimal("2.00"),
        interest_percent_month=Decimal("1.00"),
        discounts=((date(2026, 12, 1), Decimal("50.00")),),
    )
    async with _met(tmp_path) as met:
        await met.api.create(txid, order)
        book, price = met.bank.books.get("cobv", txid), met.bank.books.price
        assert price("cobv", book, date(2026, 12, 1)).final == Decimal("950.00")
        assert price("cobv", book, date(2026, 12, 10)).final == Decimal("1000.00")
        met.day.at = TODAY + timedelta(days=25)  # 2026-12-15: five days late
        met.bank.pay("cobv", txid)
        paid = await met.api.charge("cobv", txid)
        # 1000.00 + 2 % + 1 % a month over 5 of 30 days = 1000.00 + 20.00 + 1.67
        assert paid.payments[0].amount == Decimal("1021.67")


async def test_asking_twice_makes_one_charge(tmp_path: Path) -> None:
    txid = txid_of(uuid7())
    order = ImmediateCharge(amount=Decimal("10.00"), key=KEY)
    async with _met(tmp_path) as met:
        met.bank.api.silent = 1  # it registers the charge and the answer is lost
        first = await met.api.create(txid, order)
        assert await met.api.create(txid, order) == first
        assert len(met.bank.books.charges) == 1
        with pytest.raises(ChargeDiffers):
            await met.api.create(txid, replace(order, amount=Decimal("11.00")))


async def test_a_removed_charge_cannot_be_paid(tmp_path: Path) -> None:
    txid = txid_of(uuid7())
    async with _met(tmp_path) as met:
        await met.api.create(txid, ImmediateCharge(amount=Decimal("10.00"), key=KEY))
        removed = await met.api.remove("cob", txid)
        assert removed.state == "REMOVIDA_PELO_USUARIO_RECEBEDOR"
        with pytest.raises(BankRefused):
            await met.api.remove("cob", txid)
        with pytest.raises(NotAtBank):
            await met.api.charge("cob", txid_of(uuid7()))
        other = ImmediateCharge(amount=Decimal(1), key=parse_key("outra@credora.com.br"))
        with pytest.raises(BankRefused) as refused:
            await met.api.create(txid_of(uuid7()), other)
        assert refused.value.violations == ("cob.chave",)


async def test_tokens_are_renewed_and_wrong_secrets_refused(tmp_path: Path) -> None:
    async with _met(tmp_path) as met:
        order = ImmediateCharge(amount=Decimal("10.00"), key=KEY)
        await met.api.create(txid_of(uuid7()), order)
        met.bank.doors.revoke()
        await met.api.create(txid_of(uuid7()), order)
        wrong = replace(met.bank.access, client_secret="wrong")
        async with BankConnection(wrong) as stranger:
            with pytest.raises(AccessRefused):
                await ApiPix(stranger).charge("cob", txid_of(uuid7()))


async def test_without_the_banks_certificate_there_is_no_conversation(
    tmp_path: Path,
) -> None:
    async with _met(tmp_path / "one") as met, _met(tmp_path / "two") as other:
        strange = other.bank.access
        cases = (
            replace(met.bank.access, authorities=strange.authorities),  # it is not our bank
            replace(
                met.bank.access,
                certificate=strange.certificate,  # the bank does not know us
                private_key=strange.private_key,
            ),
        )
        for access in cases:
            async with BankConnection(access) as connection:
                with pytest.raises(BankFailure):
                    await connection.ask("POST", "/locrec")
        assert met.bank.books.locations == 0


async def test_a_silent_bank_is_told_apart_from_a_refusal(tmp_path: Path) -> None:
    async with _met(tmp_path) as met:
        met.bank.api.silent = 10
        with pytest.raises(BankUnreachable):
            await met.connection.ask("POST", "/locrec")
        assert met.bank.books.locations == 1  # a POST is never asked again


async def test_every_pix_is_told_late_twice_or_found_by_asking(tmp_path: Path) -> None:
    habits = Habits(
        delay_s=(0.0, 0.05), duplicate_share=0.3, lost_share=0.3, tries=2, pause_s=0.01
    )
    async with _met(tmp_path, habits) as met, _listening(met.bank) as (url, heard):
        await set_pix_webhook(met.connection, KEY, url)
        paid = {}
        for number in range(1, 21):
            txid = txid_of(uuid7())
            order = ImmediateCharge(amount=Decimal(number), key=KEY)
            await met.api.create(txid, order)
            paid[met.bank.pay("cob", txid)] = Decimal(number)
        await met.bank.notices.settle()
        told = [pix.end_to_end for notice in heard for pix in notice.payments]
        assert len(told) > len(set(told))  # some twice
        assert 0 < len(met.bank.notices.lost) == len(paid) - len(set(told))
        assert not met.bank.notices.undelivered
        asked = met.api.received(TODAY - timedelta(hours=1), TODAY + timedelta(hours=1))
        assert {pix.end_to_end: pix.amount async for pix in asked} == paid


async def test_received_pix_come_page_by_page(tmp_path: Path) -> None:
    async with _met(tmp_path) as met:
        for _ in range(250):
            met.bank.pay_key(Decimal("1.00"))
        asked = met.api.received(TODAY - timedelta(hours=1), TODAY + timedelta(hours=1))
        assert len({pix.end_to_end async for pix in asked}) == 250


async def test_pix_automatico_collects_an_instalment(tmp_path: Path) -> None:
    async with _met(tmp_path) as met, _listening(met.bank) as (url, heard):
        automatic = PixAutomatico(met.connection)
        await set_automatic_webhooks(met.connection, url)
        recurrence = await automatic.create_recurrence(
            Recurrence(
                contract="acordo 7",
                debtor=DEBTOR,
                first_on=date(2026, 12, 10),
                last_on=date(2027, 2, 10),
                amount=Decimal("300.00"),
            )
        )
        assert recurrence.state == "CRIADA"
        assert recurrence.code is not None
        assert read_code(recurrence.code).recurrence_url is not None
        order = RecurringCharge(
            recurrence_id=recurrence.id,
            amount=Decimal("300.00"),
            due_on=date(2026, 12, 10),
            account=ReceivingAccount(branch="0001", account="12345"),
        )
        txid = txid_of(uuid7())
        with pytest.raises(BankRefused, match="CobROperacaoInvalida"):
            await automatic.create_recurring(txid, order)  # not approved yet
        met.bank.decide_recurrence(recurrence.id, "APROVADA")
        assert (await automatic.create_recurring(txid, order)).state == "ATIVA"
        met.bank.collect(txid)
        await met.bank.notices.settle()
        assert [each.state for notice in heard for each in notice.recurrences] == [
            "APROVADA"
        ]
        done = [each for notice in heard for each in notice.recurring]
        assert [(each.txid, each.state) for each in done] == [(txid, "CONCLUIDA")]
        assert (await automatic.recurring(txid)).payments[0].amount == Decimal("300.00")
        assert (await automatic.cancel_recurrence(recurrence.id)).state == "CANCELADA"
