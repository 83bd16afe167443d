"""An agreement in the portal: its instalments, its term, and paying the rest by itself.

Pix Automático is offered for the instalments after the first, where the bank does it: one
authorisation, which the payer gives in his bank's application and takes back there.
"""

from __future__ import annotations

from aiohttp import web
from markupsafe import Markup

from agent_console.api.endpoint import OpenEndpoint
from agent_console.portal.asking import Asked, identified, today
from agent_console.portal.pages import document
from agent_console.portal.paying import QR_TITLE
from agent_console.portal.showing import show
from agent_console.problems import Problem
from agent_console.rail import RAIL
from agent_console.services import SETTINGS
from agent_console.texts import TEXTS
from cobranca.agreements import documents
from cobranca.agreements.keeping import clear_name_by
from cobranca.payments.api_pix.automatic import PixAutomatico
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.automatic import authorise, chance_of
from cobranca.payments.pix.qr import svg_of
from cobranca.payments.refusal import PaymentRefused
from cobranca.people import audit
from cobranca.portal.overview import AgreementSeen, agreements_of
from foundation.observability import get_logger

ONE = "/portal/acordos/{id}"

log = get_logger(__name__)


async def agreement(asked: Asked) -> web.StreamResponse:
    seen = await _agreement(asked)
    owed = next((part for part in seen.parts if part.open > 0), None)
    async with asked.engine.connect() as connection:
        chance = await chance_of(connection, seen.id, today())
    return await show(
        asked.request, "agreement.html", visit=asked.visit, agreement=seen, next=owed,
        states=TEXTS.section("portal_states"), today=today(),
        clear_by=clear_name_by(seen.paid_on) if seen.paid_on else None,
        automatic=chance if _possible(asked) else "none",
    )  # fmt: skip


async def term(asked: Asked) -> web.StreamResponse:
    """The term, a page of its own to be printed."""
    seen = await _agreement(asked)
    try:
        async with asked.engine.connect() as connection:
            page = await documents.term(connection, seen.id)
    except documents.CreditorUnknown:
        raise Problem("creditor_unknown", 409) from None
    return document(page)


async def automatic(asked: Asked) -> web.StreamResponse:
    """The code that authorises it, or the same one again."""
    seen, rail = await _agreement(asked), asked.request.app[RAIL]
    if rail is None or not _possible(asked):
        raise Problem("portal_cannot_pay", 409)
    try:
        code = await authorise(
            asked.engine, PixAutomatico(rail.connection), asked.keys, seen.id, today()
        )
    except PaymentRefused:
        raise Problem("portal_nothing_to_authorise", 409) from None
    except BankFailure as error:
        log.warning("recurrence_not_made", why=type(error).__name__)
        raise Problem("portal_cannot_pay", 503) from None
    async with asked.engine.begin() as connection:
        await audit.record_debtor(
            connection, asked.debtor, action="portal.pay.automatic",
            detail={"agreement": str(seen.id)},
        )  # fmt: skip
    picture = Markup(svg_of(code, title=QR_TITLE))  # noqa: S704 - our own drawing
    return await show(
        asked.request, "automatic.html", visit=asked.visit, agreement=seen, code=code,
        picture=picture,
    )  # fmt: skip


def _possible(asked: Asked) -> bool:
    """Whether there is a bank, and the account that it would pay to."""
    app = asked.request.app
    return app[RAIL] is not None and app[SETTINGS].bank.account is not None


async def _agreement(asked: Asked) -> AgreementSeen:
    async with asked.engine.connect() as connection:
        found = await agreements_of(connection, asked.debtor, only=asked.id())
    if not found:
        raise Problem("portal_not_yours", 404)
    return found[0]


ENDPOINTS = (
    OpenEndpoint(
        verb="GET", path=ONE, summary="Portal: um acordo", handler=identified(agreement)
    ),
    OpenEndpoint(
        verb="GET", path=f"{ONE}/termo", summary="Portal: o termo",
        handler=identified(term),
    ),
    OpenEndpoint(
        verb="POST", path=f"{ONE}/automatico",
        summary="Portal: autorizar o Pix Automático", handler=identified(automatic),
    ),
)  # fmt: skip
