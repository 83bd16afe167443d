"""Hears a bank's webhooks: only over TLS, only from who shows a certificate of the bank's.

Answers 200 when what was told is committed, 400 to what cannot be read (told again, it
would not be better), 503 when it could not be kept: the bank then tells it again. Bodies
never enter a log: they name people.
"""

from __future__ import annotations

import ssl
from collections.abc import Awaitable, Callable
from pathlib import Path

from aiohttp import web
from pydantic import ValidationError
from sqlalchemy.exc import DBAPIError

from cobranca.payments.api_pix.answers import Notice
from foundation.observability import get_logger

LARGEST = 2**20  # bytes of a notice
KINDS = ("pix", "rec", "cobr")

log = get_logger(__name__)

Keep = Callable[[Notice], Awaitable[None]]


def webhook_app(keep: Keep) -> web.Application:
    """Return the application; `keep` commits a notice or raises."""

    async def hear(request: web.Request) -> web.Response:
        try:
            notice = Notice.model_validate_json(await request.read())
        except ValidationError as error:
            log.warning("webhook_illegible", faults=error.error_count())
            return web.Response(status=400)
        try:
            await keep(notice)
        except (DBAPIError, OSError, TimeoutError) as error:
            log.warning("webhook_not_kept", why=type(error).__name__)
            return web.Response(status=503)
        return web.Response()

    app = web.Application(client_max_size=LARGEST)
    for kind in KINDS:
        app.router.add_post(f"/{kind}", hear)
    return app


def listening_context(
    *, certificate: Path, private_key: Path, bank_authorities: Path
) -> ssl.SSLContext:
    """Return the TLS context; the bank's authorities vouch for whoever may speak."""
    context = ssl.create_default_context(
        ssl.Purpose.CLIENT_AUTH, cafile=str(bank_authorities)
    )
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    context.verify_mode = ssl.CERT_REQUIRED
    context.load_cert_chain(certificate, private_key)
    return context
