"""One authenticated connection to a bank: mutual TLS, OAuth token, errors, repetition.

Every request has a deadline. A token is asked for once and used until a little before it
ends; a request that the bank calls unauthorised gets one new token. What may be repeated
without doing it twice (GET, PUT with our identifier, PATCH, DELETE) is repeated when the
bank was silent; a POST never is.
"""

from __future__ import annotations

import asyncio
import base64
import json
import ssl
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self

import aiohttp
import structlog

from cobranca.payments.api_pix.errors import (
    AccessRefused,
    AnswerNotUnderstood,
    BankRefused,
    BankUnreachable,
    NotAtBank,
)

_log = structlog.get_logger(__name__)
_TIMEOUT = aiohttp.ClientTimeout(total=15.0, connect=5.0)
_PAUSES_S = (0.2, 0.8)  # before the second and the third try
_TOKEN_MARGIN_S = 30.0
_LARGEST = 4 * 2**20  # bytes of an answer
SCOPES = (
    "cob.write cob.read cobv.write cobv.read pix.write pix.read webhook.write webhook.read"
    " rec.write rec.read cobr.write cobr.read webhookrec.write webhookrec.read"
    " webhookcobr.write webhookcobr.read"
)


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class BankAccess:
    """Where a bank is and how it knows us; files are PEM. Never printed."""

    base_url: str  # https://..., without a slash at the end
    token_url: str
    client_id: str
    client_secret: str
    certificate: Path
    private_key: Path
    authorities: Path | None = None  # None: those of the system


def client_context(access: BankAccess) -> ssl.SSLContext:
    """Return the TLS context: the bank is verified, and we show our certificate."""
    authorities = None if access.authorities is None else str(access.authorities)
    context = ssl.create_default_context(cafile=authorities)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.load_cert_chain(access.certificate, access.private_key)
    return context


def basic(access: BankAccess) -> str:
    """Return the header by which OAuth knows the client (RFC 7617)."""
    pair = f"{access.client_id}:{access.client_secret}".encode()
    return f"Basic {base64.b64encode(pair).decode('ascii')}"


class BankConnection:
    """Use as an async context manager; safe for many requests at once."""

    def __init__(self, access: BankAccess) -> None:
        self._access = access
        self._token = ""
        self._token_until = 0.0  # of time.monotonic
        self._asking = asyncio.Lock()

    async def __aenter__(self) -> Self:
        connector = aiohttp.TCPConnector(ssl=client_context(self._access), limit=16)
        self._session = aiohttp.ClientSession(connector=connector, timeout=_TIMEOUT)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self._session.close()

    async def ask(
        self,
        method: str,
        path: str,
        *,
        body: Mapping[str, Any] | None = None,
        query: Mapping[str, str] | None = None,
    ) -> Any:
        """Return the answer's JSON (None without one); raises BankFailure of some kind."""
        pauses = () if method == "POST" else _PAUSES_S
        for pause in (*pauses, None):
            try:
                return await self._once(method, path, body, query)
            except BankUnreachable:
                if pause is None:
                    raise
                _log.warning("bank_silent", method=method, again_in_s=pause)
                await asyncio.sleep(pause)
        raise AssertionError("unreachable")

    async def _once(
        self, method: str, path: str, body: Mapping[str, Any] | None, query: Any
    ) -> Any:
        for fresh in (False, True):
            headers = {"Authorization": f"Bearer {await self._bearer(fresh=fresh)}"}
            status, answer = await self._send(
                method,
                self._access.base_url + path,
                json=body,
                params=query,
                headers=headers,
            )
            if status != 401 or fresh:
                break
        return _judged(status, answer)

    async def _bearer(self, *, fresh: bool) -> str:
        async with self._asking:
            if fresh or time.monotonic() >= self._token_until:
                status, answer = await self._send(
                    "POST",
                    self._access.token_url,
                    data={"grant_type": "client_credentials", "scope": SCOPES},
                    headers={"Authorization": basic(self._access)},
                )
                told = _judged(status, answer)
                try:
                    self._token = str(told["access_token"])
                    lasts_s = float(told.get("expires_in", 60))
                except (KeyError, TypeError, ValueError) as error:
                    raise AnswerNotUnderstood("token") from error
                self._token_until = time.monotonic() + max(lasts_s - _TOKEN_MARGIN_S, 1.0)
            return self._token

    async def _send(self, method: str, url: str, **more: Any) -> tuple[int, bytes]:
        try:
            async with self._session.request(
                method, url, allow_redirects=False, **more
            ) as answer:
                content = await answer.content.read(_LARGEST + 1)
                if len(content) > _LARGEST:
                    raise AnswerNotUnderstood("resposta grande demais")
                return answer.status, content
        except aiohttp.ClientConnectorCertificateError as error:
            raise AccessRefused(
                0, "certificate", "certificado do banco inválido", ()
            ) from error
        except (aiohttp.ClientError, TimeoutError, ssl.SSLError) as error:
            raise BankUnreachable(type(error).__name__) from error


def _judged(status: int, content: bytes) -> Any:
    if status >= 500 or status == 429:
        raise BankUnreachable(f"HTTP {status}")
    try:
        answer = json.loads(content, parse_float=str) if content.strip() else None
    except ValueError as error:
        if status < 400:
            raise AnswerNotUnderstood("JSON") from error
        answer = None
    if status < 300:
        return answer
    told = answer if isinstance(answer, dict) else {}
    violations = tuple(
        str(each.get("propriedade", ""))
        for each in told.get("violacoes", ())
        if isinstance(each, dict)
    )
    kind = str(told.get("type", "")).rpartition("/")[2]
    refused = {401: AccessRefused, 403: AccessRefused, 404: NotAtBank, 410: NotAtBank}
    raise refused.get(status, BankRefused)(
        status, kind, str(told.get("detail", "")), violations
    )
