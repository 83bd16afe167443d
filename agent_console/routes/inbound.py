"""Our numbers that people call: for whom each answers, with what, and when."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from sqlalchemy import select

from agent_console.api.endpoint import API, Asked, Endpoint, Page, Problem, Role
from agent_console.services import DATABASE
from agent_console.texts import TEXTS
from cobranca.debtors.store import CreditorRow
from cobranca.inbound import service, skills
from cobranca.inbound.number import Flow, OurNumber
from cobranca.inbound.opening_hours import BadHours, OpeningHours
from cobranca.inbound.service import NoSuchCreditor
from cobranca.inbound.skills import LONGEST, MOST, NoSuchAgent
from foundation.brasil.ddd import UFS

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ, WRITE = "inbound:read", "inbound:write"
ONE = f"{API}/inbound/numbers/{{number:[0-9]+}}"
LENGTHS = range(3, 16)  # digits of a number, ITU-T E.164 and short ones
HOURS = Field("", max_length=11)


def _known(uf: str) -> str:
    if uf and uf not in UFS:
        raise ValueError(uf)
    return uf


class NumberForm(BaseModel):
    """Hours as `08:00-20:00`; empty is closed. `uf` empty: the country's holidays alone."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    name: str = Field(min_length=1, max_length=80)
    creditor: UUID | None = None
    flow: Flow
    weekday: str = HOURS
    saturday: str = HOURS
    sunday: str = HOURS
    holiday: str = HOURS
    uf: Annotated[str, AfterValidator(_known)] = Field("", max_length=2)
    skill: str = Field("", max_length=LONGEST)
    priority: int = Field(0, ge=0, le=5)

    def opening(self) -> OpeningHours:
        """Raises BadHours."""
        return OpeningHours.written(
            self.weekday, self.saturday, self.sunday, self.holiday, self.uf
        )


class NumberOut(NumberForm):
    number: str

    @classmethod
    def of(cls, one: OurNumber) -> NumberOut:
        hours = one.opening
        return cls(
            number=one.number,
            name=one.name,
            creditor=one.creditor,
            flow=one.flow,
            weekday=str(hours.weekday or ""),
            saturday=str(hours.saturday or ""),
            sunday=str(hours.sunday or ""),
            holiday=str(hours.holiday or ""),
            uf=hours.uf or "",
            skill=one.skill,
            priority=one.priority,
        )


class NumbersOut(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    numbers: list[NumberOut]


async def listed(asked: Asked[None, None]) -> NumbersOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await service.numbers(connection)
    return NumbersOut(numbers=[NumberOut.of(one) for one in found])


async def put(asked: Asked[NumberForm, None]) -> NumberOut:
    body = asked.body
    if len(asked.path["number"]) not in LENGTHS:
        raise Problem("no_number", 404)
    try:
        wanted = OurNumber(
            number=asked.path["number"],
            name=body.name.strip(),
            creditor=body.creditor,
            flow=body.flow,
            opening=body.opening(),
            skill="".join(skills.written([body.skill])),
            priority=body.priority,
        )
        async with asked.request.app[DATABASE].begin() as connection:
            await service.put(connection, wanted, asked.who, datetime.now(UTC))
    except BadHours as error:
        raise Problem("bad_hours", 422, {"why": str(error.args[0])}) from None
    except NoSuchCreditor:
        raise Problem("no_creditor", 404) from None
    return NumberOut.of(wanted)


async def remove(asked: Asked[None, None]) -> None:
    async with asked.request.app[DATABASE].begin() as connection:
        if not await service.remove(connection, asked.path["number"], asked.who):
            raise Problem("no_number", 404)


class SkillsForm(BaseModel):
    """All of an agent's skills."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    skills: list[Annotated[str, Field(max_length=LONGEST)]] = Field(max_length=MOST)


async def put_skills(asked: Asked[SkillsForm, None]) -> SkillsForm:
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            given = await skills.put(
                connection, asked.path["seat"], asked.body.skills, asked.who
            )
    except NoSuchAgent:
        raise Problem("no_agent", 404) from None
    return SkillsForm(skills=list(given))


async def context(asked: Asked[None, None]) -> Mapping[str, Any]:
    """What the page shows: the numbers, and what a form may choose."""
    creditors = select(CreditorRow.id, CreditorRow.name).order_by(CreditorRow.name)
    async with asked.request.app[DATABASE].connect() as connection:
        found = list(await connection.execute(creditors))
        seated = await skills.agents(connection)
    return {
        "agents": seated,
        "numbers": (await listed(asked)).numbers,
        "creditors": {row.id: row.name for row in found},
        "flows": TEXTS.section("inbound_flows"),
        "ufs": sorted(UFS),
        "words": TEXTS.section("inbound"),
    }


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path=f"{API}/inbound/numbers",
        summary="Números do receptivo: credor, o que atende, horário",
        roles=MAY,
        scope=READ,
        handler=listed,
        answer=NumbersOut,
    ),
    Endpoint(
        verb="PUT",
        path=ONE,
        summary="Cadastrar um número do receptivo, ou mudá-lo",
        roles=MAY,
        scope=WRITE,
        handler=put,
        body=NumberForm,
        answer=NumberOut,
        problems=("bad_hours", "no_creditor"),
    ),
    Endpoint(
        verb="DELETE",
        path=ONE,
        summary="Tirar um número do receptivo; ele segue as configurações da URA",
        roles=MAY,
        scope=WRITE,
        handler=remove,
        problems=("no_number",),
    ),
    Endpoint(
        verb="PUT",
        path=f"{API}/inbound/agents/{{seat:[a-z0-9]+}}/skills",
        summary="Dar a um atendente as suas habilidades",
        roles=MAY,
        scope=WRITE,
        handler=put_skills,
        body=SkillsForm,
        answer=SkillsForm,
        problems=("no_agent",),
    ),
)
PAGES = (Page("/inbound", "inbound.html", MAY, context),)
