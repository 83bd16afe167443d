"""The simulated card provider: hosted checkouts with instalments, and signed webhooks.

Its page has no field for a card either: a simulated payer pays or is refused by `pay`.
"""

from __future__ import annotations

import html
import json
import secrets
import time
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import aiohttp
from aiohttp import web

from cobranca.hooks.signature import HEADER, signature_of

_PAGE = """<!doctype html><html lang="pt-BR"><meta charset="utf-8"><title>Pagamento</title>
<h1>Pagamento com cartão (simulado)</h1><p>{description}</p><p>R$ {amount}</p></html>"""


@dataclass(slots=True)
class CardDesk:
    """`base_url` is its own address; `webhook_url` where news are told, "" for nowhere."""

    base_url: str
    api_secret: str
    signing_secret: bytes
    webhook_url: str = ""
    checkouts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/checkouts", self._open),
            web.get("/checkouts/{id}", self._read),
            web.get("/c/{id}", self._page),
        ]

    async def pay(
        self, checkout_id: str, on: date, session: aiohttp.ClientSession, **changes: Any
    ) -> None:
        """The payer pays (or whatever `changes` say) and the provider tells."""
        checkout = self.checkouts[checkout_id]
        checkout |= {"state": "paid", "paid_on": on.isoformat()} | changes
        if not self.webhook_url:
            return
        body = json.dumps(_shown(checkout)).encode()
        headers = {HEADER: signature_of(self.signing_secret, body, at_s=int(time.time()))}
        async with session.post(self.webhook_url, data=body, headers=headers) as answer:
            await answer.read()

    async def _open(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return web.Response(status=401)
        body = await request.json()
        key = request.headers.get("Idempotency-Key", "")
        for made in self.checkouts.values():
            if key and made["key"] == key:
                return web.json_response(_shown(made))
        made_id = secrets.token_urlsafe(12)
        checkout = {
            "id": made_id,
            "key": key,
            "reference": body["reference"],
            "url": f"{self.base_url}/c/{made_id}",
            "state": "open",
            "amount_cents": int(body["amount_cents"]),
            "refunded_cents": 0,
            "paid_on": None,
            "instalments": None,
            "most": int(body["instalments"]),
            "description": str(body["description"]),
        }
        self.checkouts[made_id] = checkout
        return web.json_response(_shown(checkout), status=201)

    async def _read(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return web.Response(status=401)
        checkout = self.checkouts.get(request.match_info["id"])
        return (
            web.Response(status=404)
            if checkout is None
            else web.json_response(_shown(checkout))
        )

    async def _page(self, request: web.Request) -> web.Response:
        checkout = self.checkouts.get(request.match_info["id"])
        if checkout is None:
            return web.Response(status=404)
        amount = f"{checkout['amount_cents'] / 100:.2f}".replace(".", ",")
        text = _PAGE.format(description=html.escape(checkout["description"]), amount=amount)
        return web.Response(text=text, content_type="text/html")

    def _knows(self, request: web.Request) -> bool:
        shown = request.headers.get("Authorization", "").encode()
        return secrets.compare_digest(shown, f"Bearer {self.api_secret}".encode())


def _shown(checkout: dict[str, Any]) -> dict[str, Any]:
    return {
        name: checkout[name]
        for name in checkout
        if name not in ("key", "most", "description")
    }
