"""The simulated card provider: hosted checkouts with instalments, and signed webhooks.

Its page has no field for a card either: a simulated payer presses a button, to pay in so
many instalments or to be refused.
"""

from __future__ import annotations

import asyncio
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime
from importlib.resources import files
from typing import Any

import aiohttp
from aiohttp import web
from jinja2 import Environment, StrictUndefined

from cobranca.hooks.signature import HEADER, signature_of
from cobranca.payments.written import from_cents
from foundation.brasil.money import format_amount
from foundation.clock import SAO_PAULO

_PAGES = Environment(autoescape=True, undefined=StrictUndefined)
_TIMEOUT = aiohttp.ClientTimeout(total=10.0)
_TRIES, _PAUSE_S = 3, 0.5
_INSIDE = ("key", "most", "description", "return_url")


@dataclass(slots=True)
class CardDesk:
    """`base_url` is its own address; `webhook_url` where news are told, "" for nowhere."""

    base_url: str
    api_secret: str
    signing_secret: bytes
    webhook_url: str = ""
    today: Callable[[], date] = lambda: datetime.now(SAO_PAULO).date()
    checkouts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def routes(self) -> list[web.RouteDef]:
        return [
            web.post("/checkouts", self._open),
            web.get("/checkouts/{id}", self._read),
            web.post("/checkouts/{id}/expire", self._expire),
            web.get("/c/{id}", self._page),
            web.post("/c/{id}", self._pressed),
        ]

    async def pay(
        self, checkout_id: str, on: date, session: aiohttp.ClientSession, **changes: Any
    ) -> None:
        """The payer pays (or whatever `changes` say) and the provider tells."""
        checkout = self.checkouts[checkout_id]
        checkout |= {"state": "paid", "paid_on": on.isoformat()} | changes
        await self._tell(checkout, session)

    async def _tell(self, checkout: dict[str, Any], session: aiohttp.ClientSession) -> None:
        """A few tries; what is not heard then is found by asking."""
        if not self.webhook_url:
            return
        body = json.dumps(_shown(checkout)).encode()
        for attempt in range(_TRIES):
            if attempt:
                await asyncio.sleep(_PAUSE_S)
            signed = signature_of(self.signing_secret, body, at_s=int(time.time()))
            headers = {HEADER: signed, "Content-Type": "application/json"}
            try:
                async with session.post(
                    self.webhook_url, data=body, headers=headers
                ) as answer:
                    if answer.status < 300:
                        return
            except (aiohttp.ClientError, TimeoutError):
                continue

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
            "return_url": str(body["return_url"]),
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

    async def _expire(self, request: web.Request) -> web.Response:
        if not self._knows(request):
            return web.Response(status=401)
        checkout = self.checkouts.get(request.match_info["id"])
        if checkout is None:
            return web.Response(status=404)
        if checkout["state"] == "open":
            checkout["state"] = "expired"
        return web.json_response(_shown(checkout))

    async def _page(self, request: web.Request) -> web.Response:
        checkout = self.checkouts.get(request.match_info["id"])
        return web.Response(status=404) if checkout is None else _page(checkout)

    async def _pressed(self, request: web.Request) -> web.Response:
        checkout = self.checkouts.get(request.match_info["id"])
        if checkout is None:
            return web.Response(status=404)
        form = await request.post()
        count = str(form.get("instalments", "1"))
        right = count.isascii() and count.isdigit() and len(count) < 4
        if not right or not 1 <= int(count) <= checkout["most"]:
            return web.Response(status=422)
        if checkout["state"] == "open":
            said = {"state": "refused"} if "refuse" in form else {"instalments": int(count)}
            async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
                await self.pay(checkout["id"], self.today(), session, **said)
        return _page(checkout)

    def _knows(self, request: web.Request) -> bool:
        shown = request.headers.get("Authorization", "").encode()
        return secrets.compare_digest(shown, f"Bearer {self.api_secret}".encode())


def _page(checkout: dict[str, Any]) -> web.Response:
    source = files("sim.outside.bank").joinpath("card.html.j2").read_text("utf-8")
    text = _PAGES.from_string(source).render(
        checkout=checkout, amount=format_amount(from_cents(checkout["amount_cents"]))
    )
    return web.Response(text=text, content_type="text/html")


def _shown(checkout: dict[str, Any]) -> dict[str, Any]:
    shown = {name: value for name, value in checkout.items() if name not in _INSIDE}
    if checkout["state"] in ("refused", "expired", "open"):
        shown["paid_on"] = None
    return shown
