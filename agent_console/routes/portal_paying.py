"""Paying in the portal: Pix (copy and paste, QR), a slip, and the receipts of what came.

The amount is that of the moment of asking. A code is made only when it is asked for, and
the same one again while it is good.
"""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from uuid import UUID

from aiohttp import web
from markupsafe import Markup
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import OpenEndpoint
from agent_console.portal.asking import Asked, identified, today
from agent_console.portal.pages import document
from agent_console.portal.showing import show
from agent_console.problems import Problem
from agent_console.rail import RAIL, instalment_pix, open_rail
from cobranca.agreements.documents import CreditorUnknown
from cobranca.agreements.receiving import NoSuchInstalment
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementInstalmentRow,
    AgreementPaymentRow,
    AgreementRow,
)
from cobranca.payments.banking_store import BillingAccountRow
from cobranca.payments.boleto.printing import boletos_pdf
from cobranca.payments.boletos import issue, printed
from cobranca.payments.owing import NothingOwed, Owing, of_instalment
from cobranca.payments.pix.qr import svg_of
from cobranca.payments.receipt import NoSuchReceipt, receipt_of, receipt_page
from cobranca.payments.refusal import PaymentRefused
from cobranca.people import audit

SLIP_DAYS = 3  # a slip that is issued today can be paid so long
QR_TITLE = "Código QR do Pix"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToPay:
    """An instalment of this debtor's, and what may be paid of it now."""

    id: UUID
    agreement: UUID
    owing: Owing
    slips: bool  # the creditor has an account that slips are issued on


async def page(asked: Asked) -> web.StreamResponse:
    return await _page(asked, await _to_pay(asked))


async def pix(asked: Asked) -> web.StreamResponse:
    """Make the code, or find it again; a bank that does not answer is said in words."""
    paying = await _to_pay(asked)
    charge = await instalment_pix(asked.request.app, paying.id, today())
    await _noted(asked, "portal.pay.pix", paying)
    picture = Markup(svg_of(charge.code, title=QR_TITLE))  # noqa: S704 - our own drawing
    return await _page(asked, paying, code=charge.code, picture=picture)


async def slip(asked: Asked) -> web.StreamResponse:
    """The slip as a PDF, made in a thread of its own."""
    paying = await _to_pay(asked)
    try:
        async with asked.engine.begin() as connection:
            due_on = today() + timedelta(days=SLIP_DAYS)
            charge = await issue(connection, paying.owing, due_on)
            drawn = await printed(connection, asked.keys, charge)
    except PaymentRefused:
        raise Problem("portal_cannot_pay", 409) from None
    if drawn is None:
        raise Problem("portal_cannot_pay", 409)
    content = await asyncio.to_thread(boletos_pdf, [drawn])
    await _noted(asked, "portal.pay.boleto", paying)
    return web.Response(
        body=content,
        content_type="application/pdf",
        headers={"Content-Disposition": 'attachment; filename="boleto.pdf"'},
    )


async def receipt(asked: Asked) -> web.StreamResponse:
    """The receipt of a payment of an agreement, a page of its own to be printed."""
    query = (
        select(AgreementPaymentRow.__table__)
        .join(AgreementRow, AgreementRow.id == AgreementPaymentRow.agreement_id)
        .where(
            AgreementPaymentRow.id == asked.id(),
            AgreementRow.debtor_id == asked.debtor,
        )
    )
    async with asked.engine.connect() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            raise Problem("portal_not_yours", 404)
        told = await _told(connection, row)
        try:
            found = await receipt_of(connection, told, today=today())
        except NoSuchReceipt:
            raise Problem("portal_not_yours", 404) from None
        except CreditorUnknown:
            raise Problem("creditor_unknown", 409) from None
    return document(receipt_page(found))


async def _told(connection: AsyncConnection, row: Any) -> dict[str, Any]:
    """A payment as the receipt is asked for it."""
    query = select(AgreementDebtRow.debt_id).where(
        AgreementDebtRow.agreement_id == row.agreement_id
    )
    debts = await connection.scalars(query.order_by(AgreementDebtRow.debt_id))
    return {
        "debts": [str(debt) for debt in debts],
        "agreement": str(row.agreement_id),
        "means": row.means,
        "reference": row.reference,
        "amount": str(row.amount),
    }


async def _to_pay(asked: Asked) -> ToPay:
    """Raises Problem 404 for what is not his, 409 for what owes nothing."""
    query = (
        select(AgreementInstalmentRow.id, AgreementRow.id.label("agreement"),
               AgreementRow.creditor_id)
        .join(AgreementRow, AgreementRow.id == AgreementInstalmentRow.agreement_id)
        .where(
            AgreementInstalmentRow.id == asked.id(), AgreementRow.debtor_id == asked.debtor
        )
    )  # fmt: skip
    async with asked.engine.connect() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            raise Problem("portal_not_yours", 404)
        account = select(BillingAccountRow.id).where(
            BillingAccountRow.creditor_id == row.creditor_id
        )
        try:
            owing = await of_instalment(connection, row.id, today())
        except (NoSuchInstalment, NothingOwed):
            raise Problem("portal_nothing_owed", 409) from None
        slips = await connection.scalar(account.limit(1)) is not None
    return ToPay(id=row.id, agreement=row.agreement, owing=owing, slips=slips)


async def _page(
    asked: Asked, paying: ToPay, *, code: str = "", picture: str = ""
) -> web.StreamResponse:
    return await show(
        asked.request, "pay.html", visit=asked.visit, paying=paying, code=code,
        picture=picture, pix=asked.request.app[RAIL] is not None, today=today(),
    )  # fmt: skip


async def _noted(asked: Asked, action: str, paying: ToPay) -> None:
    async with asked.engine.begin() as connection:
        await audit.record_debtor(
            connection, asked.debtor, action=action, detail={"instalment": str(paying.id)}
        )


CONTEXTS = (open_rail,)
ENDPOINTS = (
    OpenEndpoint(
        verb="GET", path="/portal/pagar/{id}", summary="Portal: pagar uma parcela",
        handler=identified(page),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/pagar/{id}/pix", summary="Portal: código Pix",
        handler=identified(pix),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/pagar/{id}/boleto", summary="Portal: boleto em PDF",
        handler=identified(slip),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/recibos/{id}", summary="Portal: um recibo",
        handler=identified(receipt),
    ),
)  # fmt: skip
