"""Handlers of payment links: one is made for an agreement, or all of its are ended."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.negotiation.contracts import Form
from agent_console.problems import Problem
from agent_console.services import DATABASE, SETTINGS
from cobranca.agreements.happening import NoSuchAgreement
from cobranca.payments import links
from cobranca.people import audit
from foundation.crypto import Keys
from foundation.home import Home


class PaymentLinkOut(Form):
    """`url` opens as often as wanted until `until`; it is never to be logged."""

    url: str
    until: datetime


async def make(asked: Asked[None, None]) -> PaymentLinkOut:
    settings, name = asked.request.app[SETTINGS], UUID(asked.path["id"])
    keys = Keys.of(Home(settings.home))
    lives = timedelta(hours=settings.portal.link_hours)

    async def use(connection: AsyncConnection) -> PaymentLinkOut:
        now = datetime.now(UTC)
        try:
            url = await links.make(
                connection, keys, name, now=now, lives=lives, base=settings.portal_url
            )
        except NoSuchAgreement:
            raise Problem("no_agreement", 404) from None
        await audit.record(
            connection, asked.who, action="payment_link.made", subject=("agreement", name)
        )
        return PaymentLinkOut(url=url, until=now + lives)

    return await once(asked, PaymentLinkOut, use)


async def revoke(asked: Asked[None, None]) -> None:
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        if not await links.revoke(connection, name):
            raise Problem("no_agreement", 404)
        await audit.record(
            connection, asked.who, action="payment_link.revoked",
            subject=("agreement", name),
        )  # fmt: skip
