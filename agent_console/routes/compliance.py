"""The contact policy: why, the suppression ledger, contacts that programs make."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Page, Role
from agent_console.compliance import acts, ledger, why
from agent_console.compliance.contracts import (
    AnswerOut,
    ContactIn,
    EndIn,
    EnteredOut,
    ExplainedOut,
    ExplainIn,
    ExplainQuery,
    LedgerOut,
    LedgerPageOut,
    LedgerSearchIn,
    LiftIn,
    ListsOut,
    SuppressionIn,
)

SUPERVISOR = frozenset({Role.SUPERVISOR})
READ, WRITE = "compliance:read", "compliance:write"
PATH = "/api/v1/compliance"

ENDPOINTS = (
    Endpoint(
        verb="GET",
        path=f"{PATH}/debtors/{{id}}",
        summary="Se um devedor pode ser contatado, por que regra e até quando",
        roles=SUPERVISOR,
        scope=READ,
        handler=why.of_debtor,
        query=ExplainQuery,
        answer=ExplainedOut,
        problems=("no_such_debtor",),
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/explain",
        summary="O mesmo, pelo CPF ou CNPJ",
        roles=SUPERVISOR,
        scope=READ,
        handler=why.of_document, reads=True,
        body=ExplainIn,
        answer=ExplainedOut,
        problems=("no_such_debtor", "invalid_document"),
    ),
    Endpoint(
        verb="GET",
        path=f"{PATH}/lists",
        summary="As listas de bloqueio e de quando são",
        roles=SUPERVISOR,
        scope=READ,
        handler=why.lists,
        answer=ListsOut,
    ),
    Endpoint(
        verb="GET",
        path=f"{PATH}/debtors/{{id}}/suppressions",
        summary="O que a lista de supressão tem de um devedor",
        roles=SUPERVISOR,
        scope=READ,
        handler=ledger.of_debtor,
        answer=LedgerOut,
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/suppressions/search",
        summary="A lista de supressão, do mais novo ao mais antigo, com filtros",
        roles=SUPERVISOR,
        scope=READ,
        handler=ledger.search, reads=True,
        body=LedgerSearchIn,
        answer=LedgerPageOut,
        problems=("unreadable_whom",),
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/suppressions",
        summary="Registrar que alguém não deve ser contatado",
        roles=SUPERVISOR,
        scope=WRITE,
        handler=acts.enter,
        body=SuppressionIn,
        answer=EnteredOut,
        status=201,
        problems=("unknown_reason", "lacks_debtor", "lacks_number", "lacks_proof",
                  "lacks_until", "unreadable_number", "invalid_document",
                  "no_such_debtor"),
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/suppressions/{{id}}/lift",
        summary="Terminar um bloqueio",
        roles=SUPERVISOR,
        scope=WRITE,
        handler=acts.lift,
        body=LiftIn,
        problems=("no_such_suppression",),
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/contacts",
        summary="Pedir um contato: sem resposta «allowed», não o faça",
        roles=SUPERVISOR,
        scope=WRITE,
        handler=acts.seek,
        body=ContactIn,
        answer=AnswerOut,
        problems=("no_such_point",),
    ),
    Endpoint(
        verb="POST",
        path=f"{PATH}/contacts/{{id}}/end",
        summary="Dizer o que resultou de um contato",
        roles=SUPERVISOR,
        scope=WRITE,
        handler=acts.end,
        body=EndIn,
        problems=("no_such_contact",),
    ),
)  # fmt: skip
PAGES = (Page("/suppressions", "suppressions.html", SUPERVISOR, ledger.shown),)
