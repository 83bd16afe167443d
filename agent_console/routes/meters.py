"""How near the regulator's lines each number, carrier and CNPJ is."""

from __future__ import annotations

from pydantic import BaseModel, ConfigDict

from agent_console.api.endpoint import Asked, Endpoint, Role
from agent_console.services import DATABASE, SETTINGS
from agent_console.supervision.meters import MeterReader, ReadingOut


class MetersOut(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    meters: list[ReadingOut]


async def show(asked: Asked[None, None]) -> MetersOut:
    reader = MeterReader(asked.request.app[SETTINGS])
    async with asked.request.app[DATABASE].connect() as connection:
        found = await reader.read(connection)
    return MetersOut(meters=[reader.out(one) for one in found])


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/compliance/meters",
        summary="Chamadas curtas, do mês e abandono por número, operadora e CNPJ",
        roles=frozenset({Role.SUPERVISOR, Role.ADMIN}),
        scope="meters:read",
        handler=show,
        answer=MetersOut,
        background=True,
    ),
)
