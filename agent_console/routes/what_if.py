"""What other abandonment targets would have given in a campaign's last hours."""

from __future__ import annotations

from uuid import UUID

from agent_console.api.endpoint import Asked, Endpoint, Problem, Role
from agent_console.services import DATABASE
from agent_console.supervision.what_if_forms import WhatIfOut
from dialer.what_if import store


async def show(asked: Asked[None, None]) -> WhatIfOut:
    """The worker works it out; here it is only read."""
    async with asked.request.app[DATABASE].connect() as connection:
        known = await store.known(connection, UUID(asked.path["id"]))
    if known is None:
        raise Problem("no_campaign", 404)
    return WhatIfOut.of(known)


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/campaigns/{id}/what-if",
        summary="O que outros alvos de abandono teriam dado nas últimas horas",
        roles=frozenset({Role.SUPERVISOR, Role.ADMIN}),
        scope="campaigns:read",
        handler=show,
        answer=WhatIfOut,
        problems=("no_campaign",),
        background=True,
    ),
)
