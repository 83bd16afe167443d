"""Slips for who runs the back office, and where debtors live, which banks ask for."""

from __future__ import annotations

from agent_console.api.endpoint import Endpoint, Role
from agent_console.back_office import slips
from agent_console.back_office.slips import AddressForm, AddressOut, SlipForm, SlipOut

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})

ENDPOINTS = (
    Endpoint(
        verb="GET", path="/api/v1/debtors/{id}/address", roles=MAY, scope="debtors:read",
        summary="Onde mora um devedor", handler=slips.address, answer=AddressOut,
        problems=("no_address",),
    ),
    Endpoint(
        verb="PUT", path="/api/v1/debtors/{id}/address", roles=MAY, scope="debtors:write",
        summary="Registrar onde mora um devedor, para boletos",
        handler=slips.keep_address, body=AddressForm, answer=AddressOut,
        problems=("no_such_debtor", "address_unusable"),
    ),
    Endpoint(
        verb="POST", path="/api/v1/instalments/{id}/slip", roles=MAY,
        scope="payments:write", status=201, once=True,
        summary="Emitir o boleto de uma parcela de acordo", handler=slips.issue,
        body=SlipForm, answer=SlipOut,
        problems=("no_instalment", "nothing_owed", "no_slip", "slip_due"),
    ),
    Endpoint(
        verb="GET", path="/api/v1/slips/{id}.pdf", roles=MAY, scope="payments:read",
        summary="Um boleto, em PDF", handler=slips.printed, media="application/pdf",
        problems=("no_such_slip", "no_slip"),
    ),
)  # fmt: skip
