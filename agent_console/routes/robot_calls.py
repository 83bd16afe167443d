"""Conversations of the voice robot, turn by turn: what was heard, what came of it."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.services import DATABASE
from dialer.recordings import robot_turns

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})


class Form(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)


class SoughtIn(BaseModel):
    """`missed`: only calls in which something was not understood."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    missed: bool = False
    before: int | None = Field(None, description="number of the last one shown")


class CallOut(Form):
    """`recording` null: there is none, or it is not sealed yet.

    `taken_by`: who took the caller from the robot, for himself or for another; `person`:
    who talks with him since, null while nobody has.
    """

    id: UUID
    number: int
    flow: str
    began_at: datetime
    seconds: float | None
    outcome: str | None
    state: str | None
    hands_over: bool
    taken_by: str | None
    person: str | None
    understood: int
    missed: int
    recording: UUID | None


class CallsOut(Form):
    """The latest first."""

    calls: list[CallOut]


class TurnOut(Form):
    """Seconds from the beginning of the recording; an empty `outcome`: refused, `why`."""

    number: int
    state: str
    asked: str
    begin_s: float
    end_s: float
    kind: str
    hypothesis: str
    phrase: str
    score: float | None
    outcome: str
    why: str


class TurnsOut(Form):
    turns: list[TurnOut]


async def listed(asked: Asked[None, SoughtIn]) -> CallsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await robot_turns.calls(
            connection, missed=asked.query.missed, before=asked.query.before
        )
    return CallsOut(calls=[CallOut.model_validate(one) for one in found])


async def turns(asked: Asked[None, None]) -> TurnsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await robot_turns.turns(connection, UUID(asked.path["id"]))
    if found is None:
        raise Problem("no_conversation", 404)
    return TurnsOut(turns=[TurnOut.model_validate(one) for one in found])


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path="/api/v1/robot-calls",
        summary="Conversas da URA, a mais recente primeiro",
        roles=MAY,
        scope="recordings:read",
        handler=listed,
        query=SoughtIn,
        answer=CallsOut,
    ),
    Endpoint(
        verb="GET",
        path="/api/v1/robot-calls/{id}/turns",
        summary="O que a URA ouviu e decidiu em cada vez, e onde está na gravação",
        roles=MAY,
        scope="recordings:read",
        handler=turns,
        answer=TurnsOut,
        problems=("no_conversation",),
    ),
)
PAGES = (Page("/robot", "robot.html", MAY, real_time=True),)
