"""Money that arrives, from the simulated bank's webhook to the ledger and the work list."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import aiohttp
import pytest
from aiohttp import web
from sqlalchemy import insert, select
from sqlalchemy.ext.asyncio import AsyncEngine

from cobranca.debts.facts import Paid, Undone
from cobranca.debts.service import known
from cobranca.debts.store import DebtRow
from cobranca.payments.api_pix.answers import Notice
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.orders import ImmediateCharge
from cobranca.payments.api_pix.webhooks import set_pix_webhook
from cobranca.payments.arrivals import heard_of_pix, pix_heard, retorno_heard
from cobranca.payments.cnab.retorno import read_retorno
from cobranca.payments.ledger_door import DebtLedger
from cobranca.payments.pix.brcode import Receiver
from cobranca.payments.pix.key import parse_key
from cobranca.payments.pix.txid import static_txid_of, txid_of
from cobranca.payments.receiving import take
from cobranca.payments.store import ArrivalRow, ChargeRow, PaymentWorkRow
from cobranca.payments.webhook_listener import listening_context, webhook_app
from foundation.ids import uuid7
from sim.outside.bank.cnab_desk import Happened, retorno, titles_of
from sim.outside.bank.notices import Habits
from sim.outside.bank.server import Bank, running_bank
from sim.throw_away import free_port
from tests.builders.portfolio import a_portfolio
from tests.unit.payments.cnab_samples import AT, FIRST, golden_text

KEY = parse_key("123e4567-e12b-12d1-a456-426655440000")
CREDORA = Receiver(name="Credora Exemplo", city="SAO PAULO")
NOW = datetime.now(UTC)
TODAY = NOW.date()
HUNDRED = Decimal("100.00")


LEDGER = DebtLedger()


async def _written(engine: AsyncEngine) -> list[tuple[str, Decimal]]:
    """What the debt's ledger was told of payments: kind of fact and amount, in order."""
    async with engine.connect() as connection:
        debt_id = (await connection.scalars(select(DebtRow.id))).one()
        debt = await known(connection, debt_id)
    paid = {fact.number: fact.amount for fact in debt.facts if isinstance(fact, Paid)}
    return [
        ("paid", fact.amount) if isinstance(fact, Paid) else ("undone", paid[fact.payment])
        for fact in debt.facts
        if isinstance(fact, Paid | Undone)
    ]


async def _charge(engine: AsyncEngine, **more: object) -> UUID:
    """A charge of R$ 100 on the first debt."""
    charge_id = uuid7()
    async with engine.begin() as connection:
        debt_id = await connection.scalar(select(DebtRow.id).limit(1))
        if debt_id is None:
            await a_portfolio(connection, debtors=1)
            debt_id = await connection.scalar(select(DebtRow.id).limit(1))
        values = {
            "id": charge_id,
            "debt_id": debt_id,
            "means": "pix",
            "amount": HUNDRED,
            "due_on": NOW.date(),
            "created_at": NOW,
        }
        await connection.execute(insert(ChargeRow).values(values | more))
    return charge_id


async def _questions(engine: AsyncEngine) -> list[tuple[str, Decimal]]:
    async with engine.connect() as connection:
        query = select(PaymentWorkRow.reason, PaymentWorkRow.rest).order_by(
            PaymentWorkRow.id
        )
        return [(row.reason, row.rest) for row in await connection.execute(query)]


@asynccontextmanager
async def _told(
    engine: AsyncEngine, folder: Path
) -> AsyncIterator[tuple[Bank, ApiPix, str]]:
    """A bank that tells most things twice, and a listener that keeps what it is told."""
    habits = Habits(delay_s=(0.0, 0.05), duplicate_share=0.7, pause_s=0.05)

    async def keep(notice: Notice) -> None:
        async with engine.begin() as connection:
            for heard in pix_heard(notice):
                await take(connection, LEDGER, heard, now=NOW)

    runner = web.AppRunner(webhook_app(keep))
    async with (
        running_bank(
            folder, free_port(), key=KEY.text, receiver=CREDORA, habits=habits
        ) as bank,
        BankConnection(bank.access) as connection,
    ):
        await runner.setup()
        own, port = bank.certificates, free_port()
        context = listening_context(
            certificate=own.client.certificate,
            private_key=own.client.private_key,
            bank_authorities=own.authority,
        )
        await web.TCPSite(runner, "127.0.0.1", port, ssl_context=context).start()
        url = f"https://localhost:{port}"
        await set_pix_webhook(connection, KEY, url)
        try:
            yield bank, ApiPix(connection), url
        finally:
            await runner.cleanup()


async def test_each_arrival_ends_in_the_ledger_or_on_the_work_list(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    exact, less, more = [await _charge(engine) for _ in range(3)]
    async with _told(engine, tmp_path) as (bank, api, _):
        for charge, amount in ((exact, "100.00"), (less, "60.00"), (more, "100.50")):
            await api.create(txid_of(charge), ImmediateCharge(amount=HUNDRED, key=KEY))
            bank.pay("cob", txid_of(charge), amount=Decimal(amount))
        bank.pay_key(Decimal("33.00"))
        await bank.notices.settle()
        bank.pay_key(HUNDRED, txid=static_txid_of(exact))  # the static code, later
        await bank.notices.settle()
        assert not bank.notices.undelivered
    assert sorted(await _written(engine)) == [
        ("paid", Decimal("60.00")),
        ("paid", HUNDRED),
        ("paid", HUNDRED),
    ]
    assert sorted(await _questions(engine)) == [
        ("paid_less", Decimal(0)),
        ("paid_more", Decimal("0.50")),
        ("paid_twice", HUNDRED),
        ("unknown", Decimal("33.00")),
    ]


async def test_a_refund_leaves_the_ledger_again(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    charge = await _charge(engine)
    async with _told(engine, tmp_path) as (bank, api, _):
        await api.create(txid_of(charge), ImmediateCharge(amount=HUNDRED, key=KEY))
        paid = bank.pay("cob", txid_of(charge))
        await bank.notices.settle()
        await api.refund(paid, "d1", Decimal("30.00"))
        bank.tell_again(paid)
        bank.tell_again(paid)
        await bank.notices.settle()
    assert await _written(engine) == [
        ("paid", HUNDRED),
        ("undone", HUNDRED),
        ("paid", Decimal("70.00")),
    ]
    assert [reason for reason, _ in await _questions(engine)] == ["refunded"]


async def test_the_same_news_at_once_is_taken_once(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    charge = await _charge(engine)
    async with _told(engine, tmp_path) as (bank, api, _):
        await api.create(txid_of(charge), ImmediateCharge(amount=HUNDRED, key=KEY))
        pix = await api.pix(bank.pay("cob", txid_of(charge)))

        async def hear() -> None:
            async with engine.begin() as connection:
                await take(connection, LEDGER, heard_of_pix(pix), now=NOW)

        await asyncio.gather(*(hear() for _ in range(6)))
        await bank.notices.settle()
    assert await _written(engine) == [("paid", HUNDRED)]
    async with engine.connect() as connection:
        rows = (
            await connection.execute(select(ArrivalRow.entered, ArrivalRow.charge_id))
        ).all()
    assert [tuple(row) for row in rows] == [(HUNDRED, charge)]


async def test_a_contradiction_changes_nothing_and_is_asked_about(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    charge = await _charge(engine)
    async with _told(engine, tmp_path) as (bank, api, _):
        await api.create(txid_of(charge), ImmediateCharge(amount=HUNDRED, key=KEY))
        pix = heard_of_pix(await api.pix(bank.pay("cob", txid_of(charge))))
        await bank.notices.settle()
    other = replace(pix, arrival=replace(pix.arrival, amount=Decimal("90.00")))
    for _ in range(2):
        async with engine.begin() as connection:
            await take(connection, LEDGER, other, now=NOW)
    assert await _written(engine) == [("paid", HUNDRED)]
    assert await _questions(engine) == [("contradicted", Decimal("90.00"))]


async def test_what_the_ledger_refuses_is_asked_about(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    charge = await _charge(engine)
    async with _told(engine, tmp_path) as (bank, api, _):
        await api.create(txid_of(charge), ImmediateCharge(amount=HUNDRED, key=KEY))
        bank.api.webhooks.clear()
        pix = heard_of_pix(await api.pix(bank.pay("cob", txid_of(charge))))
    absurd = replace(pix, arrival=replace(pix.arrival, paid_on=date(2199, 1, 1)))
    for _ in range(2):
        async with engine.begin() as connection:
            await take(connection, LEDGER, absurd, now=NOW)
    assert await _written(engine) == []
    assert await _questions(engine) == [("ledger_refused", HUNDRED)]


async def test_a_paid_slip_of_a_retorno_is_entered_with_its_interest(
    engine: AsyncEngine,
) -> None:
    await _charge(
        engine,
        means="boleto",
        amount=FIRST.amount,
        bank="104",
        nosso_numero="14000000001234567",
    )
    titles = titles_of(golden_text("104", 240).encode(), bank="104", size=240)
    happened = [
        Happened(title=t, occurrence="06", on=TODAY, paid=126089, interest=2633)
        for t in titles
    ]
    content = retorno(happened[:1], bank="104", size=240, sequence=1, at=AT)
    for _ in range(2):  # the operator sends the same file again
        async with engine.begin() as connection:
            for heard in retorno_heard(read_retorno(content, bank="104")):
                await take(connection, LEDGER, heard, now=NOW)
    assert await _written(engine) == [("paid", Decimal("1260.89"))]
    assert await _questions(engine) == []


async def test_a_stranger_cannot_speak_and_nonsense_is_refused(
    engine: AsyncEngine, tmp_path: Path
) -> None:
    async with _told(engine, tmp_path) as (bank, _, url):
        async with aiohttp.ClientSession() as stranger:
            with pytest.raises(aiohttp.ClientError):
                await stranger.post(f"{url}/pix", json={"pix": []}, ssl=False)
        known = bank.notices.context
        connector = aiohttp.TCPConnector(ssl=known)
        async with aiohttp.ClientSession(connector=connector) as session:
            for body in (b"", b"{", b'{"pix": [{"endToEndId": "x", "valor": 1.5}]}'):
                async with session.post(f"{url}/pix", data=body) as answer:
                    assert answer.status == 400
    async with engine.connect() as connection:
        assert (await connection.execute(select(ArrivalRow.id))).all() == []
