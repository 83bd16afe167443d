"""Hears what the card provider tells of checkouts: only what it signed, lately.

Answers 204 when what was told is committed, 400 to what cannot be read, 403 to what is not
signed, 503 when it could not be kept: the provider then tells it again. Bodies never enter
a log.
"""

from __future__ import annotations

import time

from aiohttp import web
from pydantic import ValidationError

from agent_console.api.endpoint import OpenEndpoint
from agent_console.problems import Problem
from agent_console.services import DATABASE, SETTINGS
from cobranca.hooks.signature import HEADER, is_authentic
from cobranca.payments.card.hosted import CheckoutOut
from cobranca.payments.card.service import keep
from cobranca.payments.refusal import PaymentRefused
from foundation.observability import get_logger

PATH = "/webhooks/card"

log = get_logger(__name__)


async def hear(request: web.Request) -> web.StreamResponse:
    settings = request.app[SETTINGS]
    secret, body = settings.card.signed_by(), await request.read()
    signed = request.headers.get(HEADER, "")
    if not secret or not is_authentic(secret, body, signed, now_s=time.time()):
        log.warning("card_webhook_not_signed")
        raise Problem("forbidden", 403)
    try:
        told = CheckoutOut.model_validate_json(body).checkout()
    except (ValidationError, PaymentRefused):
        log.warning("card_webhook_illegible")
        raise Problem("bad_request", 400) from None
    await keep(request.app[DATABASE], settings, told)
    return web.Response(status=204)


ENDPOINTS = (
    OpenEndpoint(
        verb="POST", path=PATH, summary="Aviso do provedor de cartões", handler=hear,
        status=204,
    ),
)  # fmt: skip
