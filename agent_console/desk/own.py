"""Handlers of what is the agent's own: seat, wishes, call-backs, figures of the day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from aiohttp import web

from agent_console.api.endpoint import Asked, Role
from agent_console.desk import shown
from agent_console.desk.contracts import (
    CallBackOut,
    CallBacksOut,
    CommandIn,
    DeskOut,
    FiguresOut,
    PassedOnOut,
    SeatOut,
    UnrecordedOut,
)
from agent_console.desk.seat import (
    Seat,
    command,
    own_seat,
    read_seat,
    require_dialer,
    seated,
)
from agent_console.desk.tools import DESK
from agent_console.live import LIVE, seat_of, stream
from agent_console.problems import Problem
from agent_console.services import BUS, CLOCK, DATABASE, SETTINGS
from agent_console.texts import TEXTS
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.contacts.dispositions import catalogue
from cobranca.contacts.payment_errands import take_back
from cobranca.people import audit
from dialer.callbacks.booking import Listed, booked_for, cancel
from dialer.calls.passed_on import PassedOn, passed_on
from dialer.calls.shift_log import Unrecorded, day_of, unrecorded
from foundation.brasil.phone import masked_phone
from foundation.clock import SAO_PAULO

MEANS_A_CALL = frozenset(
    {"hang_up", "hold", "resume", "wrap_up_done", "dial", "skip", "leave_to_robot",
     "hand_on"}
)  # fmt: skip
# a supervisor gets the calls that he takes from the robot, and no others
OF_AGENTS = frozenset({"available", "dial", "skip"})
COMES = frozenset({"log_in", "available"})
OF_SUPERVISORS = frozenset({"hand_on"})
LATE_RECORD = timedelta(hours=24)  # what was not recorded in the wrap-up may be so long
TOLD_OF = timedelta(hours=12)  # a shift: calls that others took


async def desk(asked: Asked[None, None]) -> DeskOut:
    endpoint, agent = own_seat(asked.who)
    seat = await read_seat(asked.request.app[BUS], endpoint)
    now = asked.request.app[CLOCK].now()
    async with asked.request.app[DATABASE].connect() as connection:
        contact_now = (await asked.request.app[DESK].contact_clock(connection)).now()
        left = await unrecorded(connection, agent, now - LATE_RECORD)
        passed = await passed_on(connection, agent, now - TOLD_OF)
    return DeskOut(
        now=now,
        contact_now=contact_now,
        seat=_seat(seat),
        unrecorded=[
            _unrecorded(one, contact_now - now) for one in left if seat.call != one.attempt
        ],
        passed_on=[_passed_on(one, contact_now - now) for one in passed],
    )


async def live(asked: Asked[None, None]) -> web.StreamResponse:
    endpoint, _ = own_seat(asked.who)
    events = asked.request.app[LIVE].follow(seat_of(endpoint))
    return await stream(asked.request, events)


async def obey(asked: Asked[CommandIn, None]) -> None:
    """Pass a wish on to the floor. What came of it is seen on the live stream."""
    endpoint, _ = own_seat(asked.who)
    bus, wish = asked.request.app[BUS], asked.body
    supervises = asked.who.role is Role.SUPERVISOR
    if wish.do in (OF_AGENTS if supervises else OF_SUPERVISORS):
        raise Problem("not_at_this_seat", 409)
    seat = await read_seat(bus, endpoint)
    if wish.do in MEANS_A_CALL and (wish.call is None or not seat.holds(wish.call)):
        raise Problem("call_gone", 409)
    call = wish.call if wish.do in MEANS_A_CALL else None
    async with asked.request.app[DATABASE].begin() as connection:
        await require_dialer(connection)
        if wish.do == "resume" and call is not None:
            await take_back(connection, call, asked.request.app[CLOCK].now())
        if wish.do == "hand_on" and call is not None:
            subject = ("attempt", call)
            await audit.record(
                connection, asked.who, action="desk.hand_on", subject=subject
            )
    do: str = wish.do
    if do in COMES and seat.is_of_other(supervises=supervises):  # his role was changed
        await command(bus, endpoint, "log_out")
        do = "log_in"
    own = supervises and do == "log_in"
    await command(bus, endpoint, do, code=wish.code, call=call, own=own)


async def call_backs(asked: Asked[None, None]) -> CallBacksOut:
    _, agent = own_seat(asked.who)
    async with asked.request.app[DATABASE].connect() as connection:
        clock = await asked.request.app[DESK].contact_clock(connection)
        now = clock.now()
        booked = await booked_for(connection, agent)
    return CallBacksOut(call_backs=[_call_back(one, now) for one in booked])


async def cancel_call_back(asked: Asked[None, None]) -> None:
    _, agent = own_seat(asked.who)
    async with asked.request.app[DATABASE].begin() as connection:
        if not await cancel(connection, UUID(asked.path["id"]), agent):
            raise Problem("no_such_call_back", 404)


async def figures(asked: Asked[None, None]) -> FiguresOut:
    _, agent = own_seat(asked.who)
    now = asked.request.app[CLOCK].now()
    begin = datetime.combine(now.astimezone(SAO_PAULO).date(), time.min, SAO_PAULO)
    async with asked.request.app[DATABASE].connect() as connection:
        day = await day_of(connection, agent, begin, now)
    return FiguresOut(
        since=begin,
        calls=day.shift.talks,
        right_party=day.right_party,
        promises=day.promises,
        aht_s=day.shift.aht_s,
        occupancy=day.shift.occupancy,
        logged_in_s=day.shift.logged_in_s,
        paused_s={shown.pause(c): seconds for c, seconds in day.shift.paused_s.items()},
    )


async def context(asked: Asked[None, None]) -> Mapping[str, Any]:
    """What the page needs besides its words; a supervisor gets his seat by opening it."""
    app = asked.request.app
    async with app[DATABASE].begin() as connection:
        pool = app[SETTINGS].asterisk.endpoints
        seat = await seated(connection, asked.who, pool)
    return {
        "seat": seat or "",
        "supervises": asked.who.role is Role.SUPERVISOR,
        "catalogue": catalogue(),
        "reasons": reasons_in_force(),
        "words": {
            name: TEXTS.section(name)
            for name in ("desk", "desk_states", "desk_said", "desk_next", "pauses",
                         "pause_names", "softphone", "negotiation", "means",
                         "robot_payment", "robot_payment_sent", "own_taking")
        },
    }  # fmt: skip


def _seat(seat: Seat) -> SeatOut:
    known = {"state", "since", "call"}
    return SeatOut(
        endpoint=seat.endpoint,
        state=seat.state,
        since=seat.since,
        call=seat.call,
        more={name: value for name, value in seat.entry.items() if name not in known},
    )


def _unrecorded(one: Unrecorded, offset: timedelta) -> UnrecordedOut:
    return UnrecordedOut(
        call=one.attempt,
        answered_at=one.answered_at + offset,
        talk_s=(one.ended_at - one.answered_at).total_seconds(),
        debtor=one.debtor_name and shown.first_name(one.debtor_name),
        telephone=masked_phone(one.number),
        campaign=one.campaign,
        zone=one.zone or SAO_PAULO.key,
    )


def _passed_on(one: PassedOn, offset: timedelta) -> PassedOnOut:
    return PassedOnOut(
        call=one.attempt,
        at=one.at + offset,
        debtor=one.debtor_name and shown.first_name(one.debtor_name),
        telephone=masked_phone(one.number),
        taker=one.taker,
        zone=one.zone or SAO_PAULO.key,
    )


def _call_back(one: Listed, now: datetime) -> CallBackOut:
    return CallBackOut(
        id=one.id,
        due_at=one.due_at,
        zone=one.zone or SAO_PAULO.key,
        overdue=one.due_at < now,
        debtor=shown.first_name(one.debtor_name),
        telephone=masked_phone(one.number),
        campaign=one.campaign,
        waits=shown.campaign_waits(one.campaign_status),
    )
