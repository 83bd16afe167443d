"""The softphone's doors: a SIP password for the seat, its socket, and the floor's verbs."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from aiohttp import web
from pydantic import BaseModel, ConfigDict, Field

from agent_console.api.endpoint import API, EVERY_ROLE, Asked, Endpoint, Problem
from agent_console.api.guard import require_same_origin
from agent_console.desk.seat import command, read_seat
from agent_console.doors.caller import CALLER
from agent_console.live import LIVE, LiveEvent
from agent_console.services import BUS, CLOCK, DATABASE, SETTINGS
from agent_console.settings import Turn
from agent_console.softphone import credentials
from agent_console.softphone.credentials import SeatTaken
from agent_console.softphone.proxy import SUBPROTOCOL, TAKEN, carry
from agent_console.softphone.relays import relays
from foundation.bus import EVENTS, LOST
from foundation.observability import get_logger
from foundation.settings import as_it_stands

SCOPE = "softphone"
ECHO = "echo"  # where a seat may call: it hears itself
PAGE = Field(pattern=r"^[0-9a-f]{16}$", description="nome da página, dado na primeira vez")

log = get_logger(__name__)


class _Values(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CredentialsIn(_Values):
    """Sem `page`, a posição passa para quem pede; com ela, só é renovada."""

    page: str | None = Field(None, pattern=r"^[0-9a-f]{16}$")


class RelayOut(_Values):
    """Um retransmissor, como navegadores o querem em `iceServers`."""

    urls: tuple[str, ...]
    username: str
    credential: str


class CredentialsOut(_Values):
    seat: str
    page: str
    password: str
    expires_at: datetime
    renew_s: float
    echo: str = ECHO
    relays: tuple[RelayOut, ...] = ()


class SocketQuery(_Values):
    page: str = PAGE


class OrderIn(_Values):
    do: Literal["hold", "resume", "reattach", "hang_up"]


async def give_credentials(asked: Asked[CredentialsIn, None]) -> CredentialsOut:
    """A new password; everybody else at the seat is told that it is taken."""
    seat, agent = _seat(asked)
    app, now = asked.request.app, asked.request.app[CLOCK].now()
    async with app[DATABASE].begin() as connection:
        if asked.body.page is None:
            made = await credentials.take(connection, agent, now)
        else:
            try:
                made = await credentials.renew(connection, agent, asked.body.page, now)
            except SeatTaken:
                raise Problem("seat_taken", 409) from None
    if asked.body.page is None:
        await _tell_taken(app, seat, made.page)
    return CredentialsOut(
        seat=seat,
        page=made.page,
        password=made.password,
        expires_at=made.expires_at,
        renew_s=credentials.RENEW_AFTER.total_seconds(),
        relays=_relays(app[SETTINGS].turn, made.page, now),
    )


def _relays(turn: Turn, page: str, now: datetime) -> tuple[RelayOut, ...]:
    secret = None
    if turn.secret is not None:
        secret = as_it_stands("TURN__SECRET", turn.secret.get_secret_value())
    return tuple(
        RelayOut(urls=one.urls, username=one.username, credential=one.credential)
        for one in relays(turn.urls, secret, page, now)
    )


async def _tell_taken(app: web.Application, seat: str, page: str) -> None:
    told = {"agent": seat, "page": page}
    app[LIVE].tell(LiveEvent(TAKEN, told))
    try:
        await app[BUS].publish(EVENTS, {"kind": TAKEN, **told})
    except LOST as error:  # other consoles look by themselves a little later
        log.warning("seat_untold", why=type(error).__name__)


async def socket(asked: Asked[None, SocketQuery]) -> web.StreamResponse:
    """The page's way to the switch."""
    seat, _ = _seat(asked)
    request = asked.request
    if request.headers.get("Origin") is None:
        raise Problem("foreign_origin", 403)
    require_same_origin(request)
    offered = request.headers.get("Sec-WebSocket-Protocol", "")
    if SUBPROTOCOL not in (one.strip() for one in offered.split(",")):
        raise Problem("bad_request", 400)
    return await carry(request, seat, asked.query.page)


async def order(asked: Asked[OrderIn, None]) -> None:
    """What the person does to the call in hand; the floor obeys what fits its state."""
    seat, _ = _seat(asked)
    bus, do = asked.request.app[BUS], asked.body.do
    try:
        call = None if do == "reattach" else (await read_seat(bus, seat)).call
        await command(bus, seat, do, call=call)
    except LOST:
        raise Problem("bus_unreachable", 503) from None


def _seat(asked: Asked[Any, Any]) -> tuple[str, UUID]:
    """The seat of the person who asks; programs have none. Raises Problem."""
    if asked.request[CALLER].session is None:
        raise Problem("forbidden", 403)
    if asked.who.seat is None or asked.who.agent_id is None:
        raise Problem("no_seat", 409)
    return asked.who.seat, asked.who.agent_id


ENDPOINTS = (
    Endpoint(
        verb="POST",
        path=f"{API}/softphone/credentials",
        summary="Dá ou renova a senha SIP do ramal de quem pede.",
        roles=EVERY_ROLE,
        scope=SCOPE,
        handler=give_credentials,
        secret=True,
        body=CredentialsIn,
        answer=CredentialsOut,
        problems=("seat_taken", "no_seat"),
        background=True,
    ),
    Endpoint(
        verb="POST",
        path=f"{API}/softphone/orders",
        summary="Espera, retorno, religação e desligamento da chamada em curso.",
        roles=EVERY_ROLE,
        scope=SCOPE,
        handler=order,
        body=OrderIn,
        problems=("no_seat", "bus_unreachable"),
    ),
    Endpoint(
        verb="GET",
        path="/sip",
        summary="SIP do ramal por WebSocket (subprotocolo `sip`).",
        roles=EVERY_ROLE,
        scope=SCOPE,
        handler=socket,
        query=SocketQuery,
        media="application/sip",
        problems=("no_seat", "foreign_origin"),
        background=True,
    ),
)
