"""The negotiation at the agent's desk, with the debtor in call."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Role
from agent_console.back_office.slips import AddressForm, AddressOut
from agent_console.desk import negotiating, paying_by_robot
from agent_console.desk.negotiation_contracts import (
    DeskAgreementIn,
    DeskOffersIn,
    NegotiationOut,
    PixIn,
    PixOut,
    RobotPaymentIn,
    RobotProgressOut,
)
from agent_console.negotiation.contracts import AgreementOut, OffersOut
from agent_console.rail import open_rail

AT_DESK = frozenset({Role.AGENT, Role.SUPERVISOR})
CALL = "/api/v1/desk/calls/{id}"
MINE = ("no_seat", "no_such_call", "not_your_call", "unknown_debtor", "identify_first")

CONTEXTS = (open_rail,)
ENDPOINTS = (
    Endpoint(
        verb="GET",
        path=f"{CALL}/negotiation",
        summary="O que as dívidas devem hoje, e os acordos em vigor",
        roles=AT_DESK,
        scope="desk:read",
        handler=negotiating.negotiation,
        answer=NegotiationOut,
        problems=(*MINE, "no_index"),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/offers",
        summary="Simular e guardar ofertas ao devedor da chamada",
        roles=AT_DESK,
        scope="desk:write",
        handler=negotiating.offer,
        body=DeskOffersIn,
        answer=OffersOut,
        status=201,
        once=True,
        problems=(
            *MINE,
            "nothing_to_negotiate",
            "collection_closed",
            "no_index",
            "not_this_debtor",
        ),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/agreements",
        summary="Fechar o acordo que o devedor aceitou nesta chamada",
        roles=AT_DESK,
        scope="desk:write",
        handler=negotiating.agree,
        body=DeskAgreementIn,
        answer=AgreementOut,
        status=201,
        once=True,
        problems=(
            *MINE,
            "no_offer",
            "offer_expired",
            "offer_debt_changed",
            "offer_already_agreed",
            "offer_closed",
        ),
    ),
    Endpoint(
        verb="PUT",
        path=f"{CALL}/address",
        summary="Registrar onde mora o devedor da chamada, para boletos",
        roles=AT_DESK,
        scope="desk:write",
        handler=negotiating.keep_address,
        body=AddressForm,
        answer=AddressOut,
        problems=(*MINE, "address_unusable"),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/pix",
        summary="Código Pix do que uma parcela deve hoje",
        roles=AT_DESK,
        scope="desk:write",
        handler=negotiating.pix,
        body=PixIn,
        answer=PixOut,
        problems=(*MINE, "no_instalment", "nothing_owed", "no_bank", "bank_away"),
    ),
    Endpoint(
        verb="POST",
        path=f"{CALL}/robot",
        summary="Mandar o devedor da chamada à URA, para pagar",
        roles=AT_DESK,
        scope="desk:write",
        handler=paying_by_robot.send,
        body=RobotPaymentIn,
        answer=RobotProgressOut,
        status=201,
        problems=(
            *MINE,
            "not_talking",
            "no_dialer",
            "no_agreement",
            "no_debt",
            "nothing_owed",
            "offer_already_agreed",
            "bus_unreachable",
        ),
    ),
    Endpoint(
        verb="GET",
        path=f"{CALL}/robot",
        summary="Até onde foi o pagamento com a URA: pedido, enviado, entregue, pago",
        roles=AT_DESK,
        scope="desk:read",
        handler=paying_by_robot.progress,
        answer=RobotProgressOut,
        problems=("no_seat", "no_such_call", "not_your_call"),
        background=True,
    ),
)
