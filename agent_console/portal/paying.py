"""All means by which an instalment may be paid now: Pix, slip, card, transfer.

The same in the portal and on the page of a payment link. The amount is that of the moment
of asking; what is paid with is made only when it is asked for, and the same one again
while it is good.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from agent_console.api.endpoint import OpenEndpoint
from agent_console.portal.asking import KEYS, today
from agent_console.portal.showing import show
from agent_console.portal.visits import Visit
from agent_console.problems import Problem
from agent_console.rail import RAIL, instalment_pix, slip_pix
from agent_console.services import DATABASE, SETTINGS
from cobranca.agreements.receiving import NoSuchInstalment
from cobranca.agreements.store import AgreementInstalmentRow, AgreementRow
from cobranca.debtors.store import CreditorRow
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.boleto.printing import boletos_pdf
from cobranca.payments.boletos import issue, printed
from cobranca.payments.card.charging import card_charge
from cobranca.payments.card.hosted import HostedCheckout
from cobranca.payments.card.port import CardFailure
from cobranca.payments.means_settings import Transfer
from cobranca.payments.owing import NothingOwed, Owing, of_instalment
from cobranca.payments.pix.qr import svg_of
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.transfers import expect
from cobranca.people import audit
from cobranca.portal.overview import Creditor
from foundation.brasil.bank_days import bank_day_from
from foundation.observability import get_logger

SLIP_DAYS = 3  # a slip that is issued today can be paid so long at least
QR_TITLE = "Código QR do Pix"
CARDS = web.AppKey[HostedCheckout | None]("cards")

log = get_logger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPay:
    """An instalment of this debtor's, and what may be paid of it now."""

    id: UUID
    agreement: UUID
    owing: Owing
    creditor: Creditor
    slips: bool  # the creditor has an account that slips are issued on


@dataclass(frozen=True, slots=True, kw_only=True)
class Till:
    """Who pays what, and on which page: `base` is its path, `back` where he came from."""

    request: web.Request
    paying: ToPay
    debtor: UUID
    base: str
    back: str
    csrf: str
    visit: Visit | None = None  # of the portal; its menu is shown

    @property
    def app(self) -> web.Application:
        return self.request.app

    @property
    def engine(self) -> AsyncEngine:
        return self.request.app[DATABASE]


async def open_cards(app: web.Application) -> AsyncIterator[None]:
    """Runs as long as the application; may raise CardMisconfigured and its like."""
    settings = app[SETTINGS]
    if settings.transfer.in_use:
        settings.transfer.whole()
    if not settings.card.in_use:
        app[CARDS] = None
        yield
        return
    async with settings.card.provider() as provider:
        app[CARDS] = provider
        yield


async def to_pay(connection: AsyncConnection, instalment: UUID, debtor: UUID) -> ToPay:
    """Raises Problem 404 for what is not his, 409 for what owes nothing."""
    query = (
        select(AgreementInstalmentRow.id, AgreementRow.id.label("agreement"),
               AgreementRow.creditor_id, CreditorRow.name, CreditorRow.document,
               CreditorRow.address)
        .join(AgreementRow, AgreementRow.id == AgreementInstalmentRow.agreement_id)
        .join(CreditorRow, CreditorRow.id == AgreementRow.creditor_id)
        .where(AgreementInstalmentRow.id == instalment, AgreementRow.debtor_id == debtor)
    )  # fmt: skip
    row = (await connection.execute(query)).first()
    if row is None:
        raise Problem("portal_not_yours", 404)
    account = select(BillingAccountRow.id).where(
        BillingAccountRow.creditor_id == row.creditor_id,
        BillingAccountRow.closed_at.is_(None),
    )
    try:
        owing = await of_instalment(connection, row.id, today())
    except (NoSuchInstalment, NothingOwed):
        raise Problem("portal_nothing_owed", 409) from None
    slips = await connection.scalar(account.limit(1)) is not None
    creditor = Creditor(
        id=row.creditor_id, name=row.name, document=row.document or "",
        address=row.address or "",
    )  # fmt: skip
    return ToPay(
        id=row.id, agreement=row.agreement, owing=owing, creditor=creditor, slips=slips
    )


async def page(
    till: Till,
    *,
    code: str = "",
    picture: str = "",
    checkout: str = "",
    account: Transfer | None = None,
) -> web.StreamResponse:
    """What may be paid, by which means; and what was asked for, when something was."""
    app = till.app
    return await show(
        till.request, "pay.html", visit=till.visit, csrf=till.csrf, paying=till.paying,
        base=till.base, back=till.back, code=code, picture=picture, checkout=checkout,
        account=account, pix=app[RAIL] is not None, card=app[CARDS] is not None,
        transfer=app[SETTINGS].transfer.in_use, today=today(),
    )  # fmt: skip


async def pix(till: Till) -> web.StreamResponse:
    """Make the code, or find it again; a bank that does not answer is said in words."""
    charge = await instalment_pix(till.app, till.paying.id, today())
    await _noted(till, "portal.pay.pix")
    picture = Markup(svg_of(charge.code, title=QR_TITLE))  # noqa: S704 - our own drawing
    return await page(till, code=charge.code, picture=picture)


async def slip(till: Till) -> web.StreamResponse:
    """The slip as a PDF, made in a thread of its own."""
    try:
        async with till.engine.begin() as connection:
            owing = till.paying.owing
            due_on = bank_day_from(max(owing.due_on, today() + timedelta(days=SLIP_DAYS)))
            charge = await issue(connection, owing, due_on)
        await slip_pix(till.app, charge)
        async with till.engine.connect() as connection:
            drawn = await printed(connection, till.app[KEYS], charge)
    except PaymentRefused:
        raise Problem("portal_cannot_pay", 409) from None
    if drawn is None:
        raise Problem("portal_cannot_pay", 409)
    content = await asyncio.to_thread(boletos_pdf, [drawn])
    await _noted(till, "portal.pay.boleto")
    return web.Response(
        body=content,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="boleto.pdf"'},
    )


async def card(till: Till) -> web.StreamResponse:
    """A page of the card provider's: the way to it, for a form may not lead elsewhere."""
    provider, settings = till.app[CARDS], till.app[SETTINGS]
    if provider is None:
        raise Problem("portal_cannot_pay", 409)
    try:
        made = await card_charge(
            till.engine,
            provider,
            till.paying.owing,
            return_url=f"{settings.portal_url}{till.back or till.base}",
            instalments=settings.card.instalments,
        )
    except (CardFailure, PaymentRefused) as error:
        log.warning("card_not_charged", why=type(error).__name__)
        raise Problem("portal_cannot_pay", 503) from None
    await _noted(till, "portal.pay.card")
    return await page(till, checkout=made.url)


async def transfer(till: Till) -> web.StreamResponse:
    """The account to transfer to; from now on the transfer is waited for."""
    account = till.app[SETTINGS].transfer
    if not account.in_use:
        raise Problem("portal_cannot_pay", 409)
    async with till.engine.begin() as connection:
        await expect(connection, till.paying.owing, datetime.now(UTC))
    await _noted(till, "portal.pay.transfer")
    return await page(till, account=account)


async def _noted(till: Till, action: str) -> None:
    async with till.engine.begin() as connection:
        await audit.record_debtor(
            connection, till.debtor, action=action,
            detail={"instalment": str(till.paying.id)},
        )  # fmt: skip


Handler = Callable[[Till], Awaitable[web.StreamResponse]]
Within = Callable[[Handler], Callable[[web.Request], Awaitable[web.StreamResponse]]]


def endpoints(base: str, said: str, within: Within) -> tuple[OpenEndpoint, ...]:
    """The till's pages below `base`; `within` lets in whoever may pay there."""
    return (
        OpenEndpoint(
            verb="GET", path=base, summary=f"{said}: os meios", handler=within(page)
        ),
        *(
            OpenEndpoint(
                verb="POST", path=f"{base}/{part}", summary=f"{said}: {what}",
                handler=within(handler),
            )
            for part, what, handler in (
                ("pix", "código Pix", pix),
                ("boleto", "boleto em PDF", slip),
                ("cartao", "cartão", card),
                ("transferencia", "conta para transferir", transfer),
            )
        ),
    )  # fmt: skip
