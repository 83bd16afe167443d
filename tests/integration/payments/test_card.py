"""A hosted card checkout: opened once, paid at the provider, told by a signed webhook."""

from __future__ import annotations

import ssl
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
from decimal import Decimal
from pathlib import Path

import aiohttp
import pytest
from aiohttp import web

from cobranca.hooks.signature import HEADER, TOLERANCE_S, is_authentic, signature_of
from cobranca.payments.card.hosted import CheckoutOut, HostedCheckout
from cobranca.payments.card.port import CardFailure, CardOrder
from cobranca.payments.refusal import PaymentRefused
from foundation.ids import uuid7
from sim.outside.bank.card_desk import CardDesk
from sim.outside.bank.certificates import make_certificates
from sim.throw_away import free_port

SECRET = b"signing"
PAID_ON = date(2026, 11, 20)


@asynccontextmanager
async def _provider(folder: Path) -> AsyncIterator[tuple[CardDesk, HostedCheckout]]:
    made, port = make_certificates(folder), free_port()
    listening = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    listening.load_cert_chain(made.bank.certificate, made.bank.private_key)
    desk = CardDesk(f"https://localhost:{port}", "api", SECRET)
    app = web.Application()
    app.add_routes(desk.routes())
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", port, ssl_context=listening).start()
    trusted = ssl.create_default_context(cafile=str(made.authority))
    try:
        async with HostedCheckout(desk.base_url, "api", ssl=trusted) as client:
            yield desk, client
    finally:
        await runner.cleanup()


def _order(amount: str = "300.00", instalments: int = 3) -> CardOrder:
    return CardOrder(
        charge_id=uuid7(),
        amount=Decimal(amount),
        description="Pagamento combinado",
        return_url="https://portal.exemplo.com.br/volta",
        instalments=instalments,
    )


async def test_a_checkout_is_opened_once_and_paid_in_instalments(tmp_path: Path) -> None:
    async with _provider(tmp_path) as (desk, client):
        order = _order()
        opened = await client.open(order)
        assert (opened.state, opened.amount) == ("open", Decimal("300.00"))
        assert await client.open(order) == opened
        async with aiohttp.ClientSession() as session:
            await desk.pay(opened.id, PAID_ON, session, instalments=3)
        paid = await client.read(opened.id)
        assert (paid.state, paid.paid_on, paid.instalments) == ("paid", PAID_ON, 3)
        assert paid.charge_id == order.charge_id
        with pytest.raises(CardFailure, match="404"):
            await client.read("nobody")


async def test_a_webhook_is_signed_by_the_provider(tmp_path: Path) -> None:
    heard: list[tuple[bytes, str]] = []

    async def hear(request: web.Request) -> web.Response:
        heard.append((await request.read(), request.headers[HEADER]))
        return web.Response()

    app = web.Application()
    app.router.add_post("/card", hear)
    runner = web.AppRunner(app)
    await runner.setup()
    port = free_port()
    await web.TCPSite(runner, "127.0.0.1", port).start()
    try:
        async with _provider(tmp_path) as (desk, client):
            desk.webhook_url = f"http://127.0.0.1:{port}/card"
            opened = await client.open(_order())
            async with aiohttp.ClientSession() as session:
                await desk.pay(opened.id, PAID_ON, session)
    finally:
        await runner.cleanup()
    (body, header) = heard[0]
    now_s = time.time()
    assert is_authentic(SECRET, body, header, now_s=now_s)
    assert CheckoutOut.model_validate_json(body).checkout().state == "paid"
    assert not is_authentic(b"other", body, header, now_s=now_s)
    assert not is_authentic(SECRET, body.replace(b"paid", b"open"), header, now_s=now_s)
    assert not is_authentic(SECRET, body, header, now_s=now_s + TOLERANCE_S + 60)
    moved = header.replace("t=", "t=1")
    assert not is_authentic(SECRET, body, moved, now_s=now_s)
    assert not is_authentic(SECRET, body, "", now_s=now_s)
    assert signature_of(SECRET, body, at_s=1) != header


@pytest.mark.parametrize(
    ("amount", "instalments"), [("0", 1), ("-1", 1), ("1.001", 1), ("1", 99)]
)
def test_absurd_orders_are_refused(amount: str, instalments: int) -> None:
    with pytest.raises(PaymentRefused):
        _order(amount, instalments)
