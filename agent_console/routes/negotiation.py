"""Balances, offers, agreements and payments, for supervisors and programs."""

from __future__ import annotations

from datetime import UTC, date, datetime
from uuid import UUID

from aiohttp import web
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Endpoint, Problem, Role
from agent_console.api.once import once
from agent_console.negotiation import answers, links
from agent_console.negotiation.contracts import (
    AgreementForm,
    AgreementOut,
    BalanceOut,
    BalanceQuery,
    CancelForm,
    DueListOut,
    DueOut,
    OffersForm,
    OffersOut,
    PaymentForm,
    ReceivedOut,
)
from agent_console.negotiation.making import (
    accepted,
    by_index_tables,
    simulated,
    stored,
)
from agent_console.services import DATABASE, SETTINGS
from cobranca.agreements import documents, keeping, service
from cobranca.agreements.happening import NoSuchAgreement
from cobranca.agreements.life import ImpossibleTransition
from cobranca.agreements.policy import authority_of
from cobranca.agreements.receiving import (
    AbsurdDate,
    BeforeContract,
    OtherPayment,
    record_payment,
)
from cobranca.agreements.service import Asking
from cobranca.agreements.simulation import Wishes
from cobranca.debts.service import NoSuchDebt, known
from foundation.clock import SAO_PAULO
from foundation.pages import NoPdf, pdf_of

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})


def _today() -> date:
    return datetime.now(SAO_PAULO).date()


async def balance(asked: Asked[None, BalanceQuery]) -> BalanceOut:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            with by_index_tables():
                debt = await known(connection, UUID(asked.path["id"]))
                return answers.balance_out(debt.on(asked.query.on or _today()))
        except NoSuchDebt:
            raise Problem("no_debt", 404) from None


async def offer(asked: Asked[OffersForm, None]) -> OffersOut:
    """What is answered was offered: each offer is stored, with its policy's version."""
    body = asked.body
    asking = Asking(
        debts=tuple(dict.fromkeys(body.debts)),
        channel=body.channel,
        authority=body.authority or authority_of(body.channel),
        on=_today(),
        by=asked.who.login,
    )
    wishes = Wishes(**body.wishes.model_dump())

    async def use(connection: AsyncConnection) -> OffersOut:
        case, found = await simulated(connection, asking, wishes)
        shown, now = (*found.offers, *found.counters), datetime.now(UTC)
        names = await stored(connection, asking, case, shown, now)
        return answers.offers_out(found, names, body.means)

    return await once(asked, OffersOut, use)


async def agree(asked: Asked[AgreementForm, None]) -> AgreementOut:
    evidence = answers.evidence_of(asked.body.evidence)

    async def use(connection: AsyncConnection) -> AgreementOut:
        return await accepted(
            connection, asked.body.offer, evidence, on=_today(), at=datetime.now(UTC)
        )

    return await once(asked, AgreementOut, use)


async def show(asked: Asked[None, None]) -> AgreementOut:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            return await answers.agreement_out(connection, UUID(asked.path["id"]))
        except NoSuchAgreement:
            raise Problem("no_agreement", 404) from None


async def cancel(asked: Asked[CancelForm, None]) -> AgreementOut:
    name = UUID(asked.path["id"])

    async def use(connection: AsyncConnection) -> AgreementOut:
        try:
            await service.cancel(connection, name, asked.body.reason, datetime.now(UTC))
            return await answers.agreement_out(connection, name)
        except NoSuchAgreement:
            raise Problem("no_agreement", 404) from None
        except ImpossibleTransition:
            raise Problem("agreement_not_now", 409) from None

    return await once(asked, AgreementOut, use)


async def term(asked: Asked[None, None]) -> web.Response:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            page = await documents.term(connection, UUID(asked.path["id"]))
        except NoSuchAgreement:
            raise Problem("no_agreement", 404) from None
        except documents.CreditorUnknown:
            raise Problem("creditor_unknown", 409) from None
    return web.Response(text=page, content_type="text/html")


async def quittance(asked: Asked[None, None]) -> web.Response:
    async with asked.request.app[DATABASE].connect() as connection:
        try:
            page = await documents.quittance(connection, UUID(asked.path["id"]), _today())
        except NoSuchDebt:
            raise Problem("no_debt", 404) from None
        except documents.NotSettled:
            raise Problem("not_settled", 409) from None
        except documents.CreditorUnknown:
            raise Problem("creditor_unknown", 409) from None
    return web.Response(text=page, content_type="text/html")


async def term_pdf(asked: Asked[None, None]) -> web.Response:
    return await _as_pdf(asked, await term(asked), "termo")


async def quittance_pdf(asked: Asked[None, None]) -> web.Response:
    return await _as_pdf(asked, await quittance(asked), "quitacao")


async def _as_pdf(asked: Asked[None, None], page: web.Response, name: str) -> web.Response:
    """The same page as accessible PDF (PDF/UA-1)."""
    try:
        made = await pdf_of(page.text or "", asked.request.app[SETTINGS])
    except NoPdf:
        raise Problem("no_pdf", 503) from None
    headers = {"Content-Disposition": f'inline; filename="{name}.pdf"'}
    return web.Response(body=made, content_type="application/pdf", headers=headers)


async def pay(asked: Asked[PaymentForm, None]) -> ReceivedOut:
    name, body = UUID(asked.path["id"]), asked.body

    async def use(connection: AsyncConnection) -> ReceivedOut:
        try:
            with by_index_tables():
                received = await record_payment(
                    connection,
                    debt_id=name,
                    amount=body.amount,
                    paid_on=body.paid_on,
                    means=body.means,
                    reference=body.reference,
                )
                after = (await known(connection, name)).on(_today())
        except NoSuchDebt:
            raise Problem("no_debt", 404) from None
        except BeforeContract:
            raise Problem("payment_before_contract", 422) from None
        except AbsurdDate:
            raise Problem("payment_date", 409) from None
        except OtherPayment:
            raise Problem("other_payment", 409) from None
        return ReceivedOut(again=received.again, total=after.total, credit=after.credit)

    return await once(asked, ReceivedOut, use)


async def due(asked: Asked[None, None]) -> DueListOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await keeping.due_list(connection, _today())
    return DueListOut(due=[DueOut.model_validate(answers.fields_of(one)) for one in found])


ENDPOINTS = (
    Endpoint(
        verb="GET", path="/api/v1/debts/{id}/balance", roles=MAY, scope="debts:read",
        summary="O que uma dívida deve num dia, linha por linha",
        handler=balance, query=BalanceQuery, answer=BalanceOut,
        problems=("no_debt", "no_index"),
    ),
    Endpoint(
        verb="POST", path="/api/v1/debts/{id}/payments", roles=MAY, scope="payments:write",
        summary="Registrar um pagamento que o credor recebeu", once=True,
        handler=pay, body=PaymentForm, answer=ReceivedOut, status=201,
        problems=(
            "no_debt", "payment_date", "payment_before_contract", "other_payment",
            "no_index",
        ),
    ),
    Endpoint(
        verb="POST", path="/api/v1/offers", roles=MAY, scope="agreements:write",
        summary="Simular e guardar ofertas dentro da política", once=True,
        handler=offer, body=OffersForm, answer=OffersOut, status=201,
        problems=("nothing_to_negotiate", "collection_closed", "no_index"),
    ),
    Endpoint(
        verb="POST", path="/api/v1/agreements", roles=MAY, scope="agreements:write",
        summary="Fechar o acordo de uma oferta aceita", once=True,
        handler=agree, body=AgreementForm, answer=AgreementOut, status=201,
        problems=(
            "no_offer", "offer_expired", "offer_debt_changed", "offer_already_agreed",
            "offer_closed",
        ),
    ),
    Endpoint(
        verb="GET", path="/api/v1/agreements/due", roles=MAY, scope="agreements:read",
        summary="Parcelas e promessas perto do vencimento, pelo que está em jogo",
        handler=due, answer=DueListOut,
    ),
    Endpoint(
        verb="GET", path="/api/v1/agreements/{id}", roles=MAY, scope="agreements:read",
        summary="Um acordo, suas parcelas e o que falta", handler=show,
        answer=AgreementOut, problems=("no_agreement",),
    ),
    Endpoint(
        verb="POST", path="/api/v1/agreements/{id}/cancel", roles=MAY,
        scope="agreements:write", summary="Cancelar um acordo de que nada se pagou",
        handler=cancel, body=CancelForm, answer=AgreementOut, once=True,
        problems=("no_agreement", "agreement_not_now"),
    ),
    Endpoint(
        verb="POST", path="/api/v1/agreements/{id}/payment-link", roles=MAY,
        scope="agreements:write", once=True, status=201,
        summary="Um link em que a próxima parcela se paga por qualquer meio",
        handler=links.make, answer=links.PaymentLinkOut, problems=("no_agreement",),
    ),
    Endpoint(
        verb="DELETE", path="/api/v1/agreements/{id}/payment-link", roles=MAY,
        scope="agreements:write", summary="Invalidar os links de pagamento de um acordo",
        handler=links.revoke, status=204, problems=("no_agreement",),
    ),
    Endpoint(
        verb="GET", path="/api/v1/agreements/{id}/term", roles=MAY,
        scope="agreements:read", summary="O termo de um acordo, em português claro",
        handler=term, media="text/html", problems=("no_agreement", "creditor_unknown"),
    ),
    Endpoint(
        verb="GET", path="/api/v1/debts/{id}/quittance", roles=MAY, scope="debts:read",
        summary="A carta de quitação de uma dívida", handler=quittance,
        media="text/html", problems=("no_debt", "not_settled", "creditor_unknown"),
    ),
    Endpoint(
        verb="GET", path="/api/v1/agreements/{id}/term.pdf", roles=MAY,
        scope="agreements:read", summary="O termo de um acordo, em PDF acessível",
        handler=term_pdf, media="application/pdf",
        problems=("no_agreement", "creditor_unknown", "no_pdf"),
    ),
    Endpoint(
        verb="GET", path="/api/v1/debts/{id}/quittance.pdf", roles=MAY,
        scope="debts:read", summary="A carta de quitação, em PDF acessível",
        handler=quittance_pdf, media="application/pdf",
        problems=("no_debt", "not_settled", "creditor_unknown", "no_pdf"),
    ),
)  # fmt: skip
