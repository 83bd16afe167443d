"""Calls that the URA holds: follow the words, listen, have a person take one."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import API, Asked, Endpoint, Problem, Role
from agent_console.desk.seat import command, read_seat, require_dialer
from agent_console.live import LIVE
from agent_console.services import BUS, DATABASE, SETTINGS
from agent_console.supervision.listening import OPENINGS
from agent_console.supervision.live_sound import follow
from cobranca.contacts import robot_board, robot_calls
from cobranca.people import audit
from foundation.bus import LOST
from foundation.home import Home

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
ONE = f"{API}/robots/{{id}}"


class SaidOut(BaseModel):
    """`asked` by the robot; `hypothesis`: what was heard of the answer, `***` hidden."""

    model_config = ConfigDict(frozen=True, extra="forbid", from_attributes=True)

    number: int
    asked: str
    kind: str
    hypothesis: str
    outcome: str


class ConversationOut(BaseModel):
    """What was said so far. `live`: the robot still leads."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    live: bool
    turns: list[SaidOut]


class TakeIn(BaseModel):
    """Who is to get the call: the seat of an idle agent; null: whoever is idle first.

    `own`: a supervisor himself, at his own seat, whose telephone must be ready.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    agent: str | None = Field(None, pattern="^[a-z]{3,5}[0-9]{3}$")
    own: bool = False


async def said(asked: Asked[None, None]) -> ConversationOut:
    async with asked.request.app[DATABASE].begin() as connection:
        call = UUID(asked.path["id"])
        if await robot_board.channel_of(connection, call, live=False) is None:
            raise Problem("no_robot_call", 404)
        turns = await robot_board.said(connection, call)
        live = await robot_board.channel_of(connection, call, live=True)
        await _note(connection, asked, "robot.follow")
    return ConversationOut(
        live=live is not None, turns=[SaidOut.model_validate(one) for one in turns]
    )


async def sound(asked: Asked[None, None]) -> web.StreamResponse:
    database, call = asked.request.app[DATABASE], UUID(asked.path["id"])
    async with database.begin() as connection:
        channel = await robot_board.channel_of(connection, call, live=True)
        if channel is None:
            raise Problem("robot_call_over", 404)
        await _note(connection, asked, "robot.listen")

    async def goes_on() -> bool:
        async with database.connect() as connection:
            return await robot_board.channel_of(connection, call, live=True) is not None

    folder = Home(asked.request.app[SETTINGS].home).recordings_clear
    return await follow(asked.request, folder / f"{channel}.raw", goes_on)


async def take(asked: Asked[TakeIn, None]) -> None:
    """The row and the order to the floor go together: without the one there is no other."""
    app, call = asked.request.app, UUID(asked.path["id"])
    try:
        agent = await _taker(asked)
        async with app[DATABASE].begin() as connection:
            await require_dialer(connection)
            if await robot_board.is_agentless(connection, call):
                raise Problem("robot_call_agentless", 409)
            who, now = asked.who.user_id, datetime.now(UTC)
            if await robot_calls.take(connection, call, who, now) is None:
                raise Problem("robot_call_over", 404)
            subject = ("attempt", call)
            action = "robot.take_over" if asked.body.own else "robot.take"
            await audit.record(connection, asked.who, action=action, subject=subject)
            await command(app[BUS], agent, "take", call=call, own=asked.body.own)
    except LOST:
        raise Problem("bus_unreachable", 503) from None


async def _taker(asked: Asked[TakeIn, None]) -> str:
    """Seat of who is to get the call; empty: whoever is idle first. Raises Problem."""
    app, agent = asked.request.app, asked.body.agent or ""
    if agent and app[LIVE].board.get(agent, {}).get("state") != "idle":
        raise Problem("agent_not_idle", 409)
    if not asked.body.own:
        return agent
    seat = asked.who.seat if asked.who.role is Role.SUPERVISOR else None
    if seat is None or not (await read_seat(app[BUS], seat)).is_ready:
        raise Problem("own_phone_away", 409)
    return seat


async def _note(connection: AsyncConnection, asked: Asked[Any, Any], action: str) -> None:
    call, who = UUID(asked.path["id"]), asked.who
    if OPENINGS.is_new(who.user_id, call, action, datetime.now(UTC)):
        await audit.record(connection, who, action=action, subject=("attempt", call))


ENDPOINTS = (
    Endpoint(
        verb="GET",
        path=f"{ONE}/said",
        summary="O que foi dito até agora numa conversa da URA",
        roles=MAY,
        scope="recordings:listen",
        handler=said,
        answer=ConversationOut,
        problems=("no_robot_call",),
        background=True,
    ),
    Endpoint(
        verb="GET",
        path=f"{ONE}/sound",
        summary="O som de uma conversa da URA em curso: PCM estéreo, 16 bits, 8 kHz",
        roles=MAY,
        scope="recordings:listen",
        handler=sound,
        media="application/octet-stream",
        problems=("robot_call_over",),
        background=True,
    ),
    Endpoint(
        verb="POST",
        path=f"{ONE}/take",
        summary="Passar uma conversa da URA a uma pessoa",
        roles=MAY,
        scope="calls:take",
        handler=take,
        body=TakeIn,
        problems=(
            "robot_call_over",
            "robot_call_agentless",
            "agent_not_idle",
            "own_phone_away",
            "no_dialer",
            "bus_unreachable",
        ),
    ),
)
