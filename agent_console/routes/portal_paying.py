"""Paying in the portal: by all means that there are, and the receipts of what came."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import OpenEndpoint
from agent_console.portal import paying
from agent_console.portal.asking import Asked, identified, today
from agent_console.portal.pages import document
from agent_console.portal.paying import Till, open_cards, to_pay
from agent_console.problems import Problem
from agent_console.rail import open_rail
from cobranca.agreements.documents import CreditorUnknown
from cobranca.agreements.store import (
    AgreementDebtRow,
    AgreementPaymentRow,
    AgreementRow,
)
from cobranca.payments.receipt import NoSuchReceipt, receipt_of, receipt_page

ONE = "/portal/pagar/{id}"


def _till(
    handler: Callable[[Till], Awaitable[web.StreamResponse]],
) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    """Let in only who is identified, to an instalment of his."""

    async def handle(asked: Asked) -> web.StreamResponse:
        async with asked.engine.connect() as connection:
            found = await to_pay(connection, asked.id(), asked.debtor)
        return await handler(
            Till(
                request=asked.request,
                paying=found,
                debtor=asked.debtor,
                base=f"/portal/pagar/{found.id}",
                back=f"/portal/acordos/{found.agreement}",
                csrf=asked.visit.csrf,
                visit=asked.visit,
            )
        )

    return identified(handle)


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


CONTEXTS = (open_rail, open_cards)
ENDPOINTS = (
    *paying.endpoints(ONE, "Portal: pagar uma parcela", _till),
    OpenEndpoint(
        verb="GET", path="/portal/recibos/{id}", summary="Portal: um recibo",
        handler=identified(receipt),
    ),
)  # fmt: skip
