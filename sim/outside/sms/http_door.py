"""The simulated provider's HTTP interface, and the reports that it posts, signed.

`POST /messages` with a bearer token; the same `reference` gets the same answer and is sent
once. A report that is not answered 2xx is told again a few times.
"""

from __future__ import annotations

import asyncio
import hashlib
import hmac
import json
import secrets

import aiohttp
from aiohttp import web

from sim.outside.sms.desk import Outcome, SmsDesk

TRIES, PAUSE_S = 3, 0.5
_TIMEOUT = aiohttp.ClientTimeout(total=5.0)


class HttpDoor:
    """`report_url` is where the client hears; `secret` signs what it hears."""

    def __init__(self, desk: SmsDesk, token: str, report_url: str, secret: bytes) -> None:
        self._desk = desk
        self._token = token
        self._report_url = report_url
        self._secret = secret
        self._names: dict[str, str] = {}  # by reference

    def routes(self) -> list[web.RouteDef]:
        return [web.post("/messages", self.take)]

    async def take(self, request: web.Request) -> web.Response:
        expected = f"Bearer {self._token}".encode()
        shown = request.headers.get("Authorization", "").encode()
        if not secrets.compare_digest(shown, expected):
            return web.json_response({"code": "unauthorized"}, status=401)
        try:
            told = json.loads(await request.read())
            to, text = str(told["to"]), str(told["text"])
            reference, sender = str(told["reference"]), str(told["from"])
        except (ValueError, KeyError, TypeError):
            return web.json_response({"code": "malformed"}, status=400)
        if reference in self._names:
            return web.json_response({"id": self._names[reference]})
        refusal = self._desk.refusal(to)
        if refusal == "busy":
            return web.json_response({"code": "busy"}, status=429)
        if refusal is not None:
            return web.json_response({"code": refusal}, status=422)
        name = self._desk.take(sender, to, text, self._tell)
        self._names[reference] = name
        return web.json_response({"id": name}, status=201)

    async def _tell(self, outcome: Outcome) -> None:
        body = json.dumps(
            {
                "id": outcome.name,
                "status": outcome.status,
                "error": outcome.error,
                "at": outcome.at.isoformat(),
            }
        ).encode()
        signed = hmac.new(self._secret, body, hashlib.sha256).hexdigest()
        headers = {"X-Signature": signed, "Content-Type": "application/json"}
        async with aiohttp.ClientSession(timeout=_TIMEOUT) as session:
            for attempt in range(TRIES):
                if attempt:
                    await asyncio.sleep(PAUSE_S)
                try:
                    async with session.post(
                        self._report_url, data=body, headers=headers
                    ) as answer:
                        if answer.status < 300:
                            return
                except (aiohttp.ClientError, TimeoutError):
                    continue
