"""The portal's essential path: what is owed and why, what is possible, agree, pay, print.

The amounts are those of today. What is offered is stored as offered; what is accepted is
the stored offer. Nobody sees anything that is not his: another's id is not found.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import OpenEndpoint
from agent_console.doors.login import address_of
from agent_console.negotiation.making import by_index_tables, simulated, stored
from agent_console.portal.asking import Asked, identified, now, sent_to, today
from agent_console.portal.explained import account_of
from agent_console.portal.pages import document
from agent_console.portal.showing import show
from agent_console.problems import Problem
from agent_console.texts import TEXTS
from cobranca.agreements import documents, service
from cobranca.agreements.life import Evidence
from cobranca.agreements.policy import Authority, Channel
from cobranca.agreements.service import Asking, NotAccepted
from cobranca.agreements.simulation import AbsurdWish, Simulation, Wishes
from cobranca.agreements.store import OfferRow, PolicyRow
from cobranca.agreements.texts import refusal_text
from cobranca.channels.message import NewMessage
from cobranca.channels.queue import put
from cobranca.debts.index_tables import MonthNotInTable, UnknownIndex
from cobranca.people import audit
from cobranca.portal.overview import (
    DebtSeen,
    agreements_of,
    debts_of,
    name_of,
)
from foundation.brasil.money import InvalidAmount, parse_amount

SHOWN_MAX = 6  # offers: more do not help to choose
MOST = 120  # instalments that somebody may ask for
BY = "portal"
WISHES = ("instalments", "monthly", "day")
_UNKNOWN = (UnknownIndex, MonthNotInTable)


async def home(asked: Asked) -> web.StreamResponse:
    async with asked.engine.connect() as connection:
        name = await name_of(connection, asked.debtor)
        debts = await debts_of(connection, asked.debtor)
        agreements = await agreements_of(connection, asked.debtor)
    owed = {debt.id: _total(debt) for debt in debts}
    return await show(
        asked.request, "debts.html", visit=asked.visit, name=name.partition(" ")[0],
        debts=debts, owed=owed, agreements=agreements, today=today(),
        states=TEXTS.section("portal_states"),
    )  # fmt: skip


async def account(asked: Asked) -> web.StreamResponse:
    """The account of one debt, line by line."""
    debt = await one_debt(asked)
    with by_index_tables():
        found = account_of(debt.known, today())
    return await show(
        asked.request, "account.html", visit=asked.visit, debt=debt, account=found,
        today=today(),
    )  # fmt: skip


async def negotiate(asked: Asked) -> web.StreamResponse:
    """What is possible without a wish: offered, and so stored, only when asked by form.

    What was written before stands in the form when he comes back from an offer.
    """
    return await _negotiation(asked, await one_debt(asked), form=_written(asked))


async def simulate(asked: Asked) -> web.StreamResponse:
    debt = await one_debt(asked)
    wishes, trouble = _wishes(asked.form)
    if trouble:
        return await _negotiation(asked, debt, status=422, trouble=trouble)
    if debt.closed:
        return await _negotiation(asked, debt, status=409)
    asking = _asking(debt)
    async with asked.engine.begin() as connection:
        case, found = await simulated(connection, asking, wishes)
        shown = [*found.offers, *found.counters][:SHOWN_MAX]
        names = await stored(connection, asking, case, shown, now())
    return await _negotiation(
        asked, debt, offers=list(zip(names, shown, strict=True)),
        as_wished=bool(found.offers), refusals=_refusals(found),
    )  # fmt: skip


async def offer(asked: Asked) -> web.StreamResponse:
    """All of an offer, before it is accepted."""
    row = await _offer(asked)
    debt = await one_debt(asked, row.debts[0])
    return await show(
        asked.request, "offer.html", visit=asked.visit, offer=row, debt=debt, trouble="",
        wished=_wished(_written(asked)),
    )  # fmt: skip


async def accept(asked: Asked) -> web.StreamResponse:
    """The click that makes the agreement: its time and address are the proof."""
    row = await _offer(asked)
    debt = await one_debt(asked, row.debts[0])
    if asked.form.get("agreed") != "yes":
        return await show(
            asked.request, "offer.html", visit=asked.visit, status=422, offer=row,
            debt=debt, trouble="unchecked", wished=_wished(_written(asked)),
        )  # fmt: skip
    at = now()
    evidence = Evidence(clicked_at=at, address=address_of(asked.request))
    async with asked.engine.begin() as connection:
        made = await service.accept(connection, row.id, evidence, on=today(), at=at)
        if isinstance(made, UUID):
            await _told(connection, asked, made, debt)
    if isinstance(made, NotAccepted):
        text = TEXTS.section("portal_not_accepted")[made.reason]
        return await _negotiation(asked, debt, status=409, trouble=text)
    return sent_to(f"/portal/acordos/{made}")


async def quittance(asked: Asked) -> web.StreamResponse:
    debt = await one_debt(asked)
    try:
        async with asked.engine.connect() as connection:
            page = await documents.quittance(connection, debt.id, today())
    except documents.NotSettled:
        raise Problem("not_settled", 409) from None
    except documents.CreditorUnknown:
        raise Problem("creditor_unknown", 409) from None
    return document(page)


@dataclass(frozen=True, slots=True, kw_only=True)
class OfferSeen:
    """A stored offer as it is shown."""

    id: UUID
    condition: str
    debts: tuple[UUID, ...]
    owed: Decimal
    discount: Decimal
    total: Decimal
    cost: Decimal  # percent a year
    payments: tuple[tuple[date, Decimal], ...]
    valid_until: date
    grace_days: int


async def _offer(asked: Asked) -> OfferSeen:
    """An offer made to this debtor in the portal; raises Problem 404."""
    query = (
        select(OfferRow.__table__, PolicyRow.document.label("policy"))
        .join(PolicyRow, PolicyRow.id == OfferRow.policy_id)
        .where(
            OfferRow.id == asked.id(),
            OfferRow.debtor_id == asked.debtor,
            OfferRow.channel == Channel.PORTAL.value,
        )
    )
    async with asked.engine.connect() as connection:
        row = (await connection.execute(query)).first()
    if row is None:
        raise Problem("portal_not_yours", 404)
    said = row.document
    return OfferSeen(
        id=row.id,
        condition=row.condition,
        debts=tuple(UUID(debt) for debt in said["debts"]),
        owed=Decimal(said["owed"]),
        discount=Decimal(said["discount"]),
        total=Decimal(said["total"]),
        cost=Decimal(said["effective_cost"]) * 100,
        payments=tuple(
            (date.fromisoformat(one["due_on"]), Decimal(one["amount"]))
            for one in said["payments"]
        ),
        valid_until=row.valid_until,
        grace_days=row.policy["grace_days"],
    )


async def _told(
    connection: AsyncConnection, asked: Asked, agreement: UUID, debt: DebtSeen
) -> None:
    """He gets what was agreed in writing, and what he did is on the trail."""
    await audit.record_debtor(
        connection,
        asked.debtor,
        action="portal.agree",
        detail={"agreement": str(agreement)},
    )
    await put(
        connection,
        NewMessage(
            debtor=asked.debtor,
            creditor=debt.creditor.id,
            debt=debt.id,
            template="agreement",
            key=f"agreement:{agreement}",
            purpose="service",
            asked_for=True,
        ),
    )


async def _negotiation(
    asked: Asked,
    debt: DebtSeen,
    *,
    status: int = 200,
    trouble: str = "",
    offers: list[Any] | None = None,
    as_wished: bool = True,
    refusals: list[str] | None = None,
    form: dict[str, str] | None = None,
) -> web.StreamResponse:
    form = asked.form if form is None else form
    return await show(
        asked.request, "negotiate.html", visit=asked.visit, status=status, debt=debt,
        total=_total(debt), trouble=trouble, offers=offers, as_wished=as_wished,
        refusals=refusals or [], form=form, wished=_wished(form), today=today(),
    )  # fmt: skip


def _written(asked: Asked) -> dict[str, str]:
    """What he wished for, as an address brings it back."""
    query = asked.request.query
    return {name: query[name][:14] for name in WISHES if query.get(name)}


def _wished(form: dict[str, str]) -> str:
    """The wishes as the end of an address; empty when there are none."""
    kept = {name: form[name].strip() for name in WISHES if form.get(name, "").strip()}
    return f"?{urlencode(kept)}" if kept else ""


def _wishes(form: dict[str, str]) -> tuple[Wishes, str]:
    """What the form wishes, or what is wrong in it, in words."""
    words = TEXTS.section("portal_wishes")
    try:
        count = _whole(form.get("instalments", ""), MOST)
        day = _whole(form.get("day", ""), 31)
    except ValueError:
        return Wishes(), words["number"]
    try:
        monthly = form.get("monthly", "").strip()
        amount = parse_amount(monthly) if monthly else None
        return Wishes(instalments=count, monthly=amount, day=day), ""
    except (InvalidAmount, AbsurdWish):
        return Wishes(), words["amount"]


def _whole(text: str, most: int) -> int | None:
    """Return the number, None for nothing; raises ValueError."""
    written = text.strip()
    if not written:
        return None
    if not (written.isascii() and written.isdigit() and 1 <= int(written) <= most):
        raise ValueError(written)
    return int(written)


def _refusals(found: Simulation) -> list[str]:
    """Why what was wished cannot be; not what was never meant for this debt."""
    other = {"days_late", "amount", "segment", "channel", "creditor", "not_in_force"}
    return [refusal_text(r) for r in found.refusals if not other & set(r.reasons)]


def _asking(debt: DebtSeen) -> Asking:
    return Asking(
        debts=(debt.id,),
        channel=Channel.PORTAL,
        authority=Authority.ROBOT,
        on=today(),
        by=BY,
    )


def _total(debt: DebtSeen) -> Decimal | None:
    """What is owed today; None when an index that it needs is missing."""
    try:
        return debt.known.on(today()).total
    except _UNKNOWN:
        return None


async def one_debt(asked: Asked, name: UUID | None = None) -> DebtSeen:
    """A debt of whoever asks; raises Problem 404."""
    async with asked.engine.connect() as connection:
        found = await debts_of(connection, asked.debtor, only=name or asked.id())
    if not found:
        raise Problem("portal_not_yours", 404)
    return found[0]


ENDPOINTS = (
    OpenEndpoint(
        verb="GET", path="/portal/dividas", summary="Portal: o que se deve",
        handler=identified(home),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/dividas/{id}", summary="Portal: a conta, linha por linha",
        handler=identified(account),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/dividas/{id}/negociar", summary="Portal: negociar",
        handler=identified(negotiate),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/dividas/{id}/negociar", summary="Portal: simular",
        handler=identified(simulate),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/dividas/{id}/quitacao",
        summary="Portal: carta de quitação", handler=identified(quittance),
    ),
    OpenEndpoint(
        verb="GET", path="/portal/ofertas/{id}", summary="Portal: uma oferta, inteira",
        handler=identified(offer),
    ),
    OpenEndpoint(
        verb="POST", path="/portal/ofertas/{id}", summary="Portal: aceitar uma oferta",
        handler=identified(accept),
    ),
)  # fmt: skip
