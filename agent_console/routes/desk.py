"""The agent's desk: one page, and the interface that it uses."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Page, Role
from agent_console.desk import in_hand, own
from agent_console.desk.contracts import (
    CallBackAllowedOut,
    CallBackIn,
    CallBacksOut,
    CardOut,
    CommandIn,
    DeskOut,
    DisposedOut,
    DispositionIn,
    FiguresOut,
    IdentityIn,
)
from agent_console.desk.tools import prepare

AGENT = frozenset({Role.AGENT})
MAY_SEE = frozenset({Role.AGENT, Role.SUPERVISOR})

CONTEXTS = (prepare,)
PAGES = (Page("/desk", "desk.html", AGENT, own.context),)
CALL = "/api/v1/desk/calls/{id}"
ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/desk",
        summary="A própria posição e o que falta tabular",
        roles=AGENT,
        scope="desk:read",
        handler=own.desk,
        answer=DeskOut,
        problems=("no_seat",),
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/desk/live",
        summary="O estado da própria posição, ao vivo",
        roles=AGENT,
        scope="desk:read",
        handler=own.live,
        media="text/event-stream",
        problems=("no_seat",),
        background=True,
    ),
    Endpoint(
        verb="POST",
        path="/api/v1/desk/commands",
        summary="Pedir algo à operação: entrar, ficar disponível, pausar, desligar …",
        roles=AGENT,
        scope="desk:write",
        handler=own.obey,
        body=CommandIn,
        problems=("no_seat", "no_dialer", "call_gone"),
    ),
    Endpoint(
        verb="GET",
        path=f"{CALL}/card",
        summary="A ficha do devedor da chamada em curso",
        roles=MAY_SEE,
        scope="desk:read",
        handler=in_hand.card,
        answer=CardOut,
        problems=("no_seat", "no_such_call", "not_your_call"),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/identity",
        summary="Registrar um passo da identificação",
        roles=AGENT,
        scope="desk:write",
        handler=in_hand.hear,
        body=IdentityIn,
        answer=CardOut,
        problems=("no_seat", "no_such_call", "not_your_call", "unknown_debtor",
                  "unreadable_answer", "not_asked_now"),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/disposition",
        summary="Tabular a chamada",
        roles=AGENT,
        scope="desk:write",
        handler=in_hand.dispose,
        body=DispositionIn,
        answer=DisposedOut,
        problems=("no_seat", "no_such_call", "not_your_call", "still_talking",
                  "already_recorded", "unknown_code", "note_missing",
                  "call_back_missing", "promise_missing", "promise_past",
                  "identity_unconfirmed",
                  "call_back_past", "call_back_too_far", "call_back_no_number",
                  "call_back_no_campaign", "call_back_forbidden", "call_back_never"),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/call-back-check",
        summary="Se um retorno pode ser marcado para este horário",
        roles=AGENT,
        scope="desk:read",
        handler=in_hand.check_call_back,
        body=CallBackIn,
        answer=CallBackAllowedOut,
        problems=("no_seat", "no_such_call", "not_your_call", "call_back_past",
                  "call_back_too_far", "call_back_no_number", "call_back_forbidden",
                  "call_back_never"),
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/desk/call-backs",
        summary="Os próprios retornos marcados",
        roles=AGENT,
        scope="desk:read",
        handler=own.call_backs,
        answer=CallBacksOut,
        problems=("no_seat",),
    ),
    Endpoint(
        verb="DELETE",
        path="/api/v1/desk/call-backs/{id}",
        summary="Desmarcar um retorno próprio",
        roles=AGENT,
        scope="desk:write",
        handler=own.cancel_call_back,
        problems=("no_seat", "no_such_call_back"),
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/desk/figures",
        summary="Os próprios números do dia",
        roles=AGENT,
        scope="desk:read",
        handler=own.figures,
        answer=FiguresOut,
        problems=("no_seat",),
        background=True,
    ),
)  # fmt: skip
