"""The simulated bank's OAuth: client credentials to a token, a token to its scopes."""

from __future__ import annotations

import base64
import secrets
import time
from dataclasses import dataclass, field

from aiohttp import web

from sim.outside.bank.books import Problem

TOKEN_LIFE_S = 300


@dataclass(slots=True)
class Doors:
    """Who may come in. Tokens end by the monotonic clock, or when `revoke` is called."""

    client_id: str
    client_secret: str
    tokens: dict[str, tuple[float, frozenset[str]]] = field(default_factory=dict)

    async def token(self, request: web.Request) -> web.Response:
        """`POST /oauth/token`."""
        form = await request.post()
        pair = f"{self.client_id}:{self.client_secret}".encode()
        expected = b"Basic " + base64.b64encode(pair)
        shown = request.headers.get("Authorization", "").encode()
        if not secrets.compare_digest(shown, expected):
            return web.json_response({"error": "invalid_client"}, status=401)
        if form.get("grant_type") != "client_credentials":
            return web.json_response({"error": "unsupported_grant_type"}, status=400)
        made = secrets.token_urlsafe(24)
        scopes = frozenset(str(form.get("scope", "")).split())
        self.tokens[made] = (time.monotonic() + TOKEN_LIFE_S, scopes)
        return web.json_response(
            {
                "access_token": made,
                "token_type": "Bearer",
                "expires_in": TOKEN_LIFE_S,
                "scope": " ".join(sorted(scopes)),
            }
        )

    def admit(self, request: web.Request, scope: str) -> None:
        """Raise Problem unless the request carries a token of that scope."""
        scheme, _, token = request.headers.get("Authorization", "").partition(" ")
        until, scopes = self.tokens.get(token, (0.0, frozenset()))
        if scheme != "Bearer" or time.monotonic() >= until:
            raise Problem(401, "AcessoNegado", "token ausente ou vencido")
        if scope not in scopes:
            raise Problem(403, "AcessoNegado", f"falta o escopo {scope}")

    def revoke(self) -> None:
        """End every token, as a bank does when it restarts."""
        self.tokens.clear()
