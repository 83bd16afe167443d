"""One creditor's page and book: contracts, portfolios, billing accounts."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Page, Role
from agent_console.back_office import book, closing, terms
from agent_console.back_office.book import (
    AccountsOut,
    ContractForm,
    ContractIdOut,
    NewContractForm,
)
from agent_console.back_office.closing import StateForm
from agent_console.back_office.contracts import CreditorOut
from agent_console.back_office.terms import (
    TermsForm,
    TermsPreviewForm,
    TermsPreviewOut,
    VersionsOut,
)
from cobranca.payments.accounts import Account

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
CREDITOR, CONTRACT = "/api/v1/creditors/{id}", "/api/v1/contracts/{id}"
TERMS = f"{CREDITOR}/terms"
WRITE = "creditors:write"

PAGES = (Page("/back-office/creditors/{id}", "creditor.html", MAY, book.page),)
ENDPOINTS = (
    Endpoint(
        verb="DELETE", path=CREDITOR, roles=MAY, scope=WRITE,
        summary="Remover um credor de que nada se guarda", handler=book.remove_creditor,
        problems=("no_creditor", "creditor_in_use"),
    ),
    Endpoint(
        verb="DELETE", path="/api/v1/portfolios/{id}", roles=MAY, scope=WRITE,
        summary="Remover uma carteira sem contratos", handler=book.remove_portfolio,
        problems=("no_portfolio", "portfolio_in_use"),
    ),
    Endpoint(
        verb="PUT", path=f"{CREDITOR}/state", roles=MAY, scope=WRITE,
        summary="Desativar ou reativar um credor", handler=closing.set_creditor,
        body=StateForm, answer=CreditorOut, problems=("no_creditor",),
    ),
    Endpoint(
        verb="PUT", path="/api/v1/portfolios/{id}/state", roles=MAY, scope=WRITE,
        summary="Desativar ou reativar uma carteira", handler=closing.set_portfolio,
        body=StateForm, answer=CreditorOut, problems=("no_portfolio",),
    ),
    Endpoint(
        verb="POST", path=f"{CREDITOR}/contracts", roles=MAY, scope=WRITE, status=201,
        summary="Cadastrar um contrato, com o devedor e as parcelas", once=True,
        handler=book.create_contract, body=NewContractForm, answer=ContractIdOut,
        problems=(
            "no_portfolio", "contract_taken", "creditor_document", "creditor_closed",
            "portfolio_closed", "before_contract",
        ),
    ),
    Endpoint(
        verb="PUT", path=CONTRACT, roles=MAY, scope=WRITE,
        summary="Mudar a carteira, o produto e a data de um contrato",
        handler=book.change_contract, body=ContractForm, answer=ContractIdOut,
        problems=(
            "no_contract", "no_portfolio", "creditor_closed", "portfolio_closed",
            "before_contract",
        ),
    ),
    Endpoint(
        verb="DELETE", path=CONTRACT, roles=MAY, scope=WRITE,
        summary="Remover um contrato em que nada aconteceu",
        handler=book.remove_contract, problems=("no_contract", "contract_in_use"),
    ),
    Endpoint(
        verb="GET", path=TERMS, roles=MAY, scope="creditors:read",
        summary="Condições dos contratos de um credor, todas as versões",
        handler=terms.list_them, answer=VersionsOut, problems=("no_creditor",),
    ),
    Endpoint(
        verb="POST", path=f"{TERMS}/preview", roles=MAY, scope="creditors:read",
        summary="O que uma dívida deve, e o que deveria com outras condições", reads=True,
        handler=terms.preview, body=TermsPreviewForm, answer=TermsPreviewOut,
        problems=("no_creditor", "no_terms_scope", "no_terms_product", "no_index"),
    ),
    Endpoint(
        verb="POST", path=TERMS, roles=MAY, scope=WRITE, once=True, status=201,
        summary="Registrar condições de contratos, no lugar das que valem",
        handler=terms.register, body=TermsForm, answer=VersionsOut,
        problems=("no_creditor", "no_terms_scope", "no_terms_product", "no_index"),
    ),
    Endpoint(
        verb="GET", path=f"{CREDITOR}/billing-accounts", roles=MAY, scope="creditors:read",
        summary="Contas de cobrança de um credor", handler=book.list_accounts,
        answer=AccountsOut,
    ),
    Endpoint(
        verb="POST", path=f"{CREDITOR}/billing-accounts", roles=MAY, scope=WRITE,
        summary="Cadastrar uma conta de cobrança", once=True, status=201,
        handler=book.open_account, body=Account, answer=AccountsOut,
        problems=("no_creditor", "account_refused"),
    ),
    Endpoint(
        verb="DELETE", path="/api/v1/billing-accounts/{id}", roles=MAY, scope=WRITE,
        summary="Encerrar uma conta de cobrança: nenhum boleto mais é emitido nela",
        handler=book.close_account, problems=("no_account",),
    ),
)  # fmt: skip
