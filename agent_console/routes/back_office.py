"""Creditors, policies, unplaced money and files for banks, for who runs the back office."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import select

from agent_console.api.endpoint import Asked, Endpoint, Page, Role
from agent_console.back_office import bank_files, creditors, money, policies
from agent_console.back_office.contracts import (
    ClosedOut,
    CloseForm,
    CommissionForm,
    CommissionOut,
    ContractsOut,
    ContractsQuery,
    CreditorForm,
    CreditorOut,
    CreditorsOut,
    NewCreditorForm,
    PeriodQuery,
    PlaceForm,
    PoliciesOut,
    PolicyOut,
    PortfolioForm,
    PortfolioOut,
    PreviewForm,
    PreviewOut,
    PublishForm,
    QuestionsOut,
    RemittanceForm,
    RemittancesOut,
    SentOut,
    StatementOut,
)
from agent_console.back_office.money import LAST
from agent_console.portal.asking import KEYS
from agent_console.rail import open_rail
from agent_console.services import DATABASE
from agent_console.texts import TEXTS
from cobranca.agreements import keeping
from cobranca.agreements.store import PolicyRow
from cobranca.portal import requests
from foundation.clock import SAO_PAULO

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
ONE_CREDITOR = "/api/v1/creditors/{id}"
ONE_QUESTION = "/api/v1/payments/work/{id}"


async def context(asked: Asked[None, None]) -> Mapping[str, Any]:
    """All work lists of one page."""
    today = datetime.now(SAO_PAULO).date()
    published = select(
        PolicyRow.code, PolicyRow.version, PolicyRow.at, PolicyRow.by
    ).order_by(PolicyRow.code, PolicyRow.version.desc())
    keys = asked.request.app[KEYS]
    async with asked.request.app[DATABASE].connect() as connection:
        return {
            "requests": (await requests.requests(connection, keys, open_only=True))[:LAST],
            "kinds": TEXTS.section("portal_requests"),
            "questions": await money.questions(connection),
            "due": (await keeping.due_list(connection, today))[:LAST],
            "bank_files": await bank_files.listed(connection),
            "remittances": await money.remittances(connection),
            "creditors": (await creditors.listed(connection)).creditors,
            "policies": list(await connection.execute(published)),
            "today": today,
            "first": today.replace(day=1),
            "words": TEXTS.section("back_office"),
        }


CONTEXTS = (open_rail,)
PAGES = (Page("/back-office", "back_office.html", MAY, context),)
ENDPOINTS = (
    Endpoint(
        verb="GET", path="/api/v1/creditors", roles=MAY, scope="creditors:read",
        summary="Credores, com carteiras e dívidas em aberto",
        handler=creditors.list_them, answer=CreditorsOut,
    ),
    Endpoint(
        verb="POST", path="/api/v1/creditors", roles=MAY, scope="creditors:write",
        summary="Cadastrar um credor", once=True, handler=creditors.create,
        body=NewCreditorForm, answer=CreditorOut, status=201,
        problems=("creditor_taken", "creditor_document"),
    ),
    Endpoint(
        verb="PUT", path=ONE_CREDITOR, roles=MAY, scope="creditors:write",
        summary="Corrigir documento e endereço de um credor", handler=creditors.change,
        body=CreditorForm, answer=CreditorOut,
        problems=("no_creditor", "creditor_document"),
    ),
    Endpoint(
        verb="POST", path=f"{ONE_CREDITOR}/portfolios", roles=MAY,
        scope="creditors:write", summary="Abrir uma carteira de um credor", once=True,
        handler=creditors.add_portfolio, body=PortfolioForm, answer=PortfolioOut,
        status=201, problems=("no_creditor", "portfolio_taken", "creditor_closed"),
    ),
    Endpoint(
        verb="GET", path=f"{ONE_CREDITOR}/contracts", roles=MAY, scope="creditors:read",
        summary="Contratos de um credor, pelo começo do número",
        handler=creditors.contracts, query=ContractsQuery, answer=ContractsOut,
    ),
    Endpoint(
        verb="POST", path=f"{ONE_CREDITOR}/commission", roles=MAY,
        scope="creditors:write", summary="Combinar a comissão a partir de um dia",
        once=True, handler=creditors.commission, body=CommissionForm,
        answer=CommissionOut, status=201, problems=("no_creditor",),
    ),
    Endpoint(
        verb="GET", path=f"{ONE_CREDITOR}/statement", roles=MAY, scope="creditors:read",
        summary="Prestação de contas: pagamentos, comissão e repasse de um período",
        handler=creditors.told, query=PeriodQuery, answer=StatementOut,
        problems=("no_creditor",),
    ),
    Endpoint(
        verb="GET", path="/api/v1/policies", roles=MAY, scope="policies:read",
        summary="Políticas de negociação publicadas, todas as versões",
        handler=policies.list_them, answer=PoliciesOut,
    ),
    Endpoint(
        verb="POST", path="/api/v1/policies/preview", roles=MAY, scope="policies:read",
        summary="O que uma política faria com a base do mês passado",
        handler=policies.effect, reads=True, body=PreviewForm, answer=PreviewOut,
        problems=("no_index",),
    ),
    Endpoint(
        verb="POST", path="/api/v1/policies", roles=MAY, scope="policies:write",
        summary="Publicar uma versão de política", once=True, handler=policies.put_out,
        body=PublishForm, answer=PolicyOut, status=201, problems=("policy_taken",),
    ),
    Endpoint(
        verb="GET", path="/api/v1/payments/work", roles=MAY, scope="payments:read",
        summary="Dinheiro que chegou e ninguém sabe onde pôr, e o que pede conferência",
        handler=money.list_open, answer=QuestionsOut,
    ),
    Endpoint(
        verb="POST", path=f"{ONE_QUESTION}/place", roles=MAY, scope="payments:write",
        summary="Lançar o que sobra numa dívida ou parcela", once=True,
        handler=money.place, body=PlaceForm, answer=ClosedOut,
        problems=("no_question", "nothing_left", "not_placed"),
    ),
    Endpoint(
        verb="POST", path=f"{ONE_QUESTION}/close", roles=MAY, scope="payments:write",
        summary="Encerrar uma pendência com uma nota", once=True, handler=money.close,
        body=CloseForm, answer=ClosedOut, problems=("no_question",),
    ),
    Endpoint(
        verb="POST", path=f"{ONE_QUESTION}/refund", roles=MAY, scope="payments:write",
        summary="Devolver pelo banco o que sobra de um Pix", once=True,
        handler=money.give_back, answer=ClosedOut,
        problems=("no_question", "nothing_left", "no_bank", "bank_away"),
    ),
    Endpoint(
        verb="GET", path="/api/v1/remittances", roles=MAY, scope="payments:read",
        summary="Remessas feitas", handler=money.list_remittances, answer=RemittancesOut,
    ),
    Endpoint(
        verb="POST", path="/api/v1/remittances", roles=MAY, scope="payments:write",
        summary="Fazer a remessa dos boletos a registrar", once=True,
        handler=money.remit, body=RemittanceForm, answer=SentOut, status=201,
        problems=("no_account", "not_remitted", "nothing_to_remit"),
    ),
    Endpoint(
        verb="GET", path="/api/v1/remittances/{id}/file", roles=MAY,
        scope="payments:read", summary="O arquivo de uma remessa, como foi enviado",
        handler=money.remittance_file, media="text/plain", problems=("no_remittance",),
    ),
)  # fmt: skip
