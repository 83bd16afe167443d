"""Paying in the portal by card and by transfer, to the ledger; what the provider signs."""

from __future__ import annotations

import json
import re
import time
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import aiohttp
import pytest
import pytest_asyncio
from aiohttp import web
from pydantic import SecretStr
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncEngine

from agent_console.settings import ConsoleSettings
from cobranca.agreements.store import AgreementPaymentRow
from cobranca.hooks.signature import HEADER, signature_of
from cobranca.payments import work
from cobranca.payments.card.service import catch_up
from cobranca.payments.means_settings import Card, Transfer
from cobranca.payments.statement import read_statement
from cobranca.payments.store import ArrivalRow, ChargeRow, PaymentWorkRow
from cobranca.payments.transfer import Doubtful, Matched
from cobranca.payments.transfers import Placed, take_credit
from foundation.brasil.document import parse_document
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.settings import ProcessSettings
from sim.outside.bank.card_desk import CardDesk
from sim.outside.bank.transfers import AccountBook
from sim.throw_away import free_port
from tests.builders.visits import Visitor

SIGNING = "signing-of-the-provider"
TODAY = datetime.now(SAO_PAULO).date()
PAYER = parse_document("529.982.247-25")
ACCOUNT = Transfer(
    bank="341", branch="57", account="12345-6", holder="Credora Exemplo",
    document="11222333000181",
)  # fmt: skip


@pytest_asyncio.fixture
async def desk() -> AsyncIterator[CardDesk]:
    """A provider of cards; it tells nobody unless a test says where."""
    port = free_port()
    desk = CardDesk(f"http://localhost:{port}", "api", SIGNING.encode())
    application = web.Application()
    application.add_routes(desk.routes())
    runner = web.AppRunner(application, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    yield desk
    await runner.cleanup()


@pytest.fixture
def card(desk: CardDesk) -> Card:
    return Card(
        url=desk.base_url, secret=SecretStr("api"), signing_secret=SecretStr(SIGNING)
    )


@pytest.fixture
def console_settings(console_settings: ConsoleSettings, card: Card) -> ConsoleSettings:
    return console_settings.model_copy(update={"card": card, "transfer": ACCOUNT})


async def _rows(engine: AsyncEngine, row: Any) -> list[Any]:
    async with engine.connect() as connection:
        return list(await connection.execute(select(row.__table__)))


async def _paid(engine: AsyncEngine) -> Decimal:
    """What came, less what went back, which is a row of its own."""
    rows = await _rows(engine, AgreementPaymentRow)
    return sum((-row.amount if row.undone else row.amount for row in rows), Decimal(0))


async def _checkout(inside: Visitor, path: str, desk: CardDesk) -> dict[str, Any]:
    """Ask for the card in the portal; the checkout that the page leads to."""
    await inside.get(path)
    page = await inside.post(f"{path}/cartao")
    assert inside.status == 200
    (url,) = re.findall(r'href="(http://localhost:[^"]+)"', page)
    return desk.checkouts[url.rpartition("/")[2]]


async def _told(inside: Visitor, checkout: dict[str, Any], **changes: Any) -> int:
    """The provider's webhook, as the console answers it."""
    shown = {**checkout, **changes}
    shown = {k: v for k, v in shown.items() if k not in ("key", "most", "return_url")}
    return await _sent(inside, json.dumps(shown).encode())


async def _sent(inside: Visitor, body: bytes, *, late_s: int = 0) -> int:
    signed = signature_of(SIGNING.encode(), body, at_s=int(time.time()) - late_s)
    headers = {HEADER: signed, "Content-Type": "application/json"}
    async with inside.client.post("/webhooks/card", data=body, headers=headers) as answer:
        return answer.status


async def test_a_card_pays_an_instalment_and_a_refund_takes_it_out_again(
    inside: Visitor, instalment: str, desk: CardDesk, engine: AsyncEngine
) -> None:
    checkout = await _checkout(inside, instalment, desk)
    again = await _checkout(inside, instalment, desk)
    assert again["id"] == checkout["id"]
    assert checkout["description"] == "Pagamento combinado"  # neither creditor nor debt
    (charge,) = await _rows(engine, ChargeRow)
    assert (charge.means, charge.outside_id) == ("card", checkout["id"])
    paid = {"state": "paid", "paid_on": TODAY.isoformat(), "instalments": 2}
    for _ in range(2):
        assert await _told(inside, checkout, **paid) == 204
    assert await _paid(engine) == charge.amount
    assert await _told(inside, checkout) == 204  # older news, out of order
    back = {"state": "refunded", "refunded_cents": checkout["amount_cents"]}
    assert await _told(inside, checkout, **{**paid, **back}) == 204
    assert await _paid(engine) == 0
    (question,) = await _rows(engine, PaymentWorkRow)
    assert question.reason == "refunded"


async def test_what_is_not_signed_or_is_old_or_illegible_changes_nothing(
    inside: Visitor, instalment: str, desk: CardDesk, engine: AsyncEngine
) -> None:
    checkout = await _checkout(inside, instalment, desk)
    paid = {**checkout, "state": "paid", "paid_on": TODAY.isoformat()}
    body = json.dumps(paid).encode()
    async with inside.client.post("/webhooks/card", data=body) as answer:
        assert answer.status == 403
    assert await _sent(inside, body, late_s=3600) == 403
    for wrong in (b"{}", b"\xff", json.dumps({**paid, "paid_on": None}).encode()):
        assert await _sent(inside, wrong) == 400
    assert await _rows(engine, ArrivalRow) == []


async def test_a_refused_card_is_asked_for_anew(
    inside: Visitor, instalment: str, desk: CardDesk, engine: AsyncEngine
) -> None:
    checkout = await _checkout(inside, instalment, desk)
    assert await _told(inside, checkout, state="refused") == 204
    other = await _checkout(inside, instalment, desk)
    assert other["id"] != checkout["id"]


async def test_a_payment_that_no_webhook_told_is_found_by_asking(
    inside: Visitor,
    instalment: str,
    desk: CardDesk,
    card: Card,
    engine: AsyncEngine,
    settings: ProcessSettings,
) -> None:
    checkout = await _checkout(inside, instalment, desk)
    async with card.provider() as provider, aiohttp.ClientSession() as session:
        assert await catch_up(engine, settings, provider) == 0
        await desk.pay(checkout["id"], TODAY, session)
        assert await catch_up(engine, settings, provider) == 1
        assert await catch_up(engine, settings, provider) == 0
    assert await _paid(engine) * 100 == checkout["amount_cents"]


async def test_a_checkout_of_another_day_is_closed_at_the_provider(
    inside: Visitor, instalment: str, desk: CardDesk, engine: AsyncEngine
) -> None:
    checkout = await _checkout(inside, instalment, desk)
    async with engine.begin() as connection:
        day = {"due_on": TODAY - timedelta(days=1)}
        await connection.execute(update(ChargeRow).values(day))
    other = await _checkout(inside, instalment, desk)
    assert (checkout["state"], other["state"]) == ("expired", "open")


async def _take(
    engine: AsyncEngine, settings: ProcessSettings, keys: Keys, book: AccountBook
) -> list[Placed]:
    placed = []
    for credit in read_statement(book.statement(TODAY)).credits:
        async with engine.begin() as connection:
            placed.append(await take_credit(connection, settings, keys, credit))
    return placed


async def test_a_transfer_is_matched_by_amount_document_and_date(
    inside: Visitor,
    instalment: str,
    engine: AsyncEngine,
    settings: ProcessSettings,
    keys: Keys,
) -> None:
    await inside.get(instalment)
    for _ in range(2):
        page = await inside.post(f"{instalment}/transferencia")
    for told in ("341", "12345-6", "Credora Exemplo", "11.222.333/0001-81"):
        assert told in page
    (charge,) = await _rows(engine, ChargeRow)
    book = AccountBook()
    book.transfer(charge.amount, TODAY, parse_document("111.444.777-35"))
    book.transfer(charge.amount, TODAY, PAYER)
    stranger, mine = await _take(engine, settings, keys, book)
    assert isinstance(stranger.found, Doubtful)
    assert stranger.found.why == "other_document"
    assert isinstance(mine.found, Matched)
    assert await _paid(engine) == charge.amount
    (question,) = await _rows(engine, PaymentWorkRow)
    assert (question.reason, question.rest) == ("unknown", charge.amount)
    again = await _take(engine, settings, keys, book)
    assert [one.taken for one in again] == [None, None]
    assert await _paid(engine) == charge.amount


async def test_who_looks_at_a_doubtful_transfer_sees_whose_it_may_be(
    inside: Visitor,
    instalment: str,
    engine: AsyncEngine,
    settings: ProcessSettings,
    keys: Keys,
) -> None:
    await inside.get(instalment)
    await inside.post(f"{instalment}/transferencia")
    (charge,) = await _rows(engine, ChargeRow)
    book = AccountBook()
    book.transfer(charge.amount, TODAY, parse_document("111.444.777-35"))
    await _take(engine, settings, keys, book)
    async with engine.begin() as connection:
        (question,) = await work.open_questions(connection)
        assert question.doubt == "other_document"
        (candidate,) = question.candidates
        assert (candidate.charge, candidate.instalment) == (charge.id, charge.instalment_id)
        await work.place(
            connection, settings, question.id, by="sonia", instalment=candidate.instalment
        )
    assert await _paid(engine) == charge.amount
    # it has come: another one like it is a question again, and of nobody
    book.transfer(charge.amount, TODAY, PAYER)
    (other,) = [one for one in await _take(engine, settings, keys, book) if one.taken]
    assert isinstance(other.found, Doubtful)
    async with engine.connect() as connection:
        (question,) = await work.open_questions(connection)
    assert question.candidates == ()
