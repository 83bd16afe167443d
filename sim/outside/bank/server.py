"""The simulated bank as a server: API Pix over mutual TLS on loopback, and its payers.

Whoever has no certificate of the bank's authority gets no further than the handshake.
`pay` and its like are what people do with their telephones; each tells the client by
webhook as the bank's habits have it.
"""

from __future__ import annotations

import secrets
import ssl
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from aiohttp import web

from cobranca.payments.api_pix.connection import BankAccess
from cobranca.payments.pix.brcode import Receiver
from foundation.clock import SAO_PAULO
from sim.outside.bank.api import Api
from sim.outside.bank.books import Books
from sim.outside.bank.certificates import Certificates, make_certificates
from sim.outside.bank.doors import Doors
from sim.outside.bank.notices import Habits, Notices
from sim.outside.bank.transfers import AccountBook, Entry

LOOPBACK = "127.0.0.1"


@dataclass(slots=True)
class Bank:
    """A running bank. `access` is what a client needs to reach it."""

    books: Books
    doors: Doors
    api: Api
    notices: Notices
    certificates: Certificates
    access: BankAccess
    now: Callable[[], datetime]
    account: AccountBook = field(default_factory=AccountBook)

    def statement(self) -> bytes:
        """The statement of the account that gets the money, Pix and transfers."""
        pix = [
            Entry(
                datetime.fromisoformat(one["horario"]).astimezone(SAO_PAULO).date(),
                Decimal(one["valor"]),
                "PIX RECEBIDO",
            )
            for one in self.books.received.values()
        ]
        return self.account.statement(self.now().astimezone(SAO_PAULO).date(), pix)

    def pay(self, kind: str, txid: str, *, amount: Decimal | None = None) -> str:
        """Somebody pays a charge; returns the Pix's end-to-end id."""
        pix = self.books.pay(kind, txid, self.now(), amount=amount)
        self._tell_pix(pix["endToEndId"])
        return str(pix["endToEndId"])

    def pay_key(self, amount: Decimal, *, txid: str | None = None) -> str:
        """Somebody pays the key; with the txid of a static code, or with none."""
        pix = self.books.pay_key(self.now(), amount, txid=txid)
        self._tell_pix(pix["endToEndId"])
        return str(pix["endToEndId"])

    def decide_recurrence(self, recurrence_id: str, status: str) -> None:
        """The payer approves, rejects or cancels a recurrence."""
        moved = self.books.move_recurrence(recurrence_id, status, self.now())
        self._tell("webhookrec", "/rec", {"recs": [moved]})

    def collect(self, txid: str, *, settled: bool = True) -> None:
        """The due day of a recurring charge: money comes, or the tries run out."""
        if settled:
            pix = self.books.pay("cobr", txid, self.now())
            self._tell_pix(pix["endToEndId"])
        else:
            self.books.get("cobr", txid)["status"] = "EXPIRADA"
        self._tell("webhookcobr", "/cobr", {"cobsr": [self.books.get("cobr", txid)]})

    def tell_again(self, end_to_end: str) -> None:
        """Send a notice once more, as banks do after an outage."""
        self._tell_pix(end_to_end)

    def _tell_pix(self, end_to_end: str) -> None:
        self._tell(self.books.key, "/pix", {"pix": [self.books.received[end_to_end]]})

    def _tell(self, webhook: str, path: str, body: dict[str, Any]) -> None:
        if url := self.api.webhooks.get(webhook):
            self.notices.send(url.rstrip("/") + path, body)


@asynccontextmanager
async def running_bank(
    folder: Path,
    port: int,
    *,
    key: str,
    receiver: Receiver,
    client_id: str = "acordo",
    client_secret: str | None = None,
    habits: Habits | None = None,
    seed: int = 1,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    host: str = LOOPBACK,
    names: Sequence[str] = (),
) -> AsyncIterator[Bank]:
    """Run a bank until the block ends; certificates, also for `names`, go to `folder`.

    Without a secret of the client's one is made; `access` tells it.
    """
    certificates = make_certificates(folder, names)
    doors = Doors(client_id, client_secret or secrets.token_urlsafe(24))
    books = Books(host="pix.banco-simulado.com.br", key=key, receiver=receiver)
    api = Api(books, doors, now)
    notices = Notices(
        habits or Habits(), np.random.default_rng(seed), calling_context(certificates)
    )
    app = web.Application(middlewares=[api.problems])
    app.add_routes(api.routes())
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port, ssl_context=_listening(certificates)).start()
        yield Bank(
            books,
            doors,
            api,
            notices,
            certificates,
            _access(certificates, port, doors),
            now,
        )
    finally:
        await notices.close()
        await runner.cleanup()


def _access(certificates: Certificates, port: int, doors: Doors) -> BankAccess:
    base = f"https://localhost:{port}"
    return BankAccess(
        base_url=base,
        token_url=f"{base}/oauth/token",
        client_id=doors.client_id,
        client_secret=doors.client_secret,
        certificate=certificates.client.certificate,
        private_key=certificates.client.private_key,
        authorities=certificates.authority,
    )


def _listening(certificates: Certificates) -> ssl.SSLContext:
    context = ssl.create_default_context(
        ssl.Purpose.CLIENT_AUTH, cafile=str(certificates.authority)
    )
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificates.bank.certificate, certificates.bank.private_key)
    return context


def calling_context(certificates: Certificates) -> ssl.SSLContext:
    """The TLS context by which the bank calls webhooks, showing its own certificate."""
    context = ssl.create_default_context(cafile=str(certificates.authority))
    context.load_cert_chain(certificates.bank.certificate, certificates.bank.private_key)
    return context
