"""Handlers of the call in the agent's hands: its card, identification, disposition.

A card is shown of that call and of no other (to a supervisor of any); each look at one is
audited.
"""

from __future__ import annotations

from typing import Any
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Role
from agent_console.desk import recording, suppressing
from agent_console.desk.card import make_card, read_call, read_preview
from agent_console.desk.contracts import (
    CallBackAllowedOut,
    CallBackIn,
    CardOut,
    DisposedOut,
    DispositionIn,
    IdentityIn,
    MeansOut,
    SuppressionIn,
)
from agent_console.desk.means import means_of
from agent_console.desk.seat import command, own_seat, read_seat
from agent_console.desk.tools import DESK
from agent_console.problems import Problem
from agent_console.services import BUS, CLOCK, DATABASE
from cobranca.contacts.identification import (
    Hearing,
    NotAskedNow,
    heard_answer,
    heard_who,
    known_of,
)
from cobranca.contacts.identity import Claimed, Denied, UnreadableAnswer
from cobranca.people import audit


async def card(asked: Asked[None, None]) -> CardOut:
    async with asked.request.app[DATABASE].begin() as connection:
        call = await _seen(asked, connection)
        await audit.record(
            connection, asked.who, action="debtor.card", subject=("attempt", call.id)
        )
        return await make_card(connection, asked.request.app[DESK], call, asked.who.name)


async def means(asked: Asked[None, None]) -> MeansOut:
    """What the policy says of every means; for who may see the card."""
    async with asked.request.app[DATABASE].begin() as connection:
        call = await _seen(asked, connection)
        await audit.record(
            connection, asked.who, action="compliance.explain", subject=("attempt", call.id)
        )
        return await means_of(connection, asked.request.app[DESK], call)


async def hear(asked: Asked[IdentityIn, None]) -> CardOut:
    """Remember what the person said; answer with the card as it is shown now."""
    tools, given = asked.request.app[DESK], asked.body
    _, agent = own_seat(asked.who)
    async with asked.request.app[DATABASE].begin() as connection:
        call = await read_call(connection, UUID(asked.path["id"]))
        await require_in_hand(asked, call)
        if call.debtor_id is None:
            raise Problem("unknown_debtor", 409)
        hearing = Hearing(
            attempt=call.id,
            debtor=call.debtor_id,
            agent=agent,
            at=asked.request.app[CLOCK].now(),
        )
        await _heard(connection, hearing, given, asked)
        return await make_card(connection, tools, call, asked.who.name)


async def _heard(
    connection: AsyncConnection,
    hearing: Hearing,
    given: IdentityIn,
    asked: Asked[IdentityIn, None],
) -> None:
    if given.step != "answered":
        step = Claimed() if given.step == "claimed" else Denied()
        await heard_who(connection, hearing, step)
        return
    if given.fact is None or given.answer is None:
        raise Problem("unreadable_answer", 422)
    known = await known_of(connection, asked.request.app[DESK].keys, hearing.debtor)
    try:
        await heard_answer(connection, hearing, known, given.fact, given.answer)
    except UnreadableAnswer:
        raise Problem("unreadable_answer", 422) from None
    except NotAskedNow:
        raise Problem("not_asked_now", 409) from None


async def suppress(asked: Asked[SuppressionIn, None]) -> CardOut:
    """Enter in the ledger what was heard; answer with the card as it is now."""
    tools = asked.request.app[DESK]
    async with asked.request.app[DATABASE].begin() as connection:
        call = await read_call(connection, UUID(asked.path["id"]))
        await require_in_hand(asked, call)
        await suppressing.suppress(connection, tools, asked.who, call, asked.body)
        return await make_card(connection, tools, call, asked.who.name)


async def dispose(asked: Asked[DispositionIn, None]) -> DisposedOut:
    """Record the call, then end the wrap-up that waits for it."""
    app = asked.request.app
    endpoint, agent = own_seat(asked.who)
    seat = await read_seat(app[BUS], endpoint)
    async with app[DATABASE].begin() as connection:
        call = await read_call(connection, UUID(asked.path["id"]))
        in_hand = seat.holds(call.id)
        if not in_hand and call.agent_id != agent:
            raise Problem("not_your_call", 403)
        if in_hand and seat.state != "wrap_up":
            raise Problem("still_talking", 409)
        answer = await recording.record(
            connection,
            app[DESK],
            asked.who,
            call.id,
            agent,
            call.contact_point_id,
            asked.body,
            app[CLOCK].now(),
        )
    if in_hand:
        await command(app[BUS], endpoint, "wrap_up_done", call=call.id)
    return answer


async def check_call_back(asked: Asked[CallBackIn, None]) -> CallBackAllowedOut:
    _, agent = own_seat(asked.who)
    async with asked.request.app[DATABASE].connect() as connection:
        call = await read_call(connection, UUID(asked.path["id"]))
        if call.agent_id != agent:  # one's own may be recorded late
            await require_in_hand(asked, call)
        if call.debtor_id is None:
            raise Problem("call_back_no_number", 422)
        at = await recording.check(
            connection,
            asked.request.app[DESK],
            call.debtor_id,
            agent,
            call.contact_point_id,
            call.campaign_id,
            asked.body,
        )
    return CallBackAllowedOut(at=at)


async def _seen(asked: Asked[Any, Any], connection: AsyncConnection) -> Any:
    """The call whose card the asker may see: previewed, or in hand. Raises Problem."""
    call = await _previewed(asked, connection)
    if call is None:
        call = await read_call(connection, UUID(asked.path["id"]))
        await _may_see(asked, call)
    return call


async def _previewed(asked: Asked[Any, Any], connection: AsyncConnection) -> Any:
    """The call that the agent's own seat previews, when it is that one; else None."""
    if asked.who.seat is None:
        return None
    preview = (await read_seat(asked.request.app[BUS], asked.who.seat)).preview
    if preview is None or preview.call != UUID(asked.path["id"]):
        return None
    return await read_preview(connection, preview)


async def _may_see(asked: Asked[Any, Any], call: Any) -> None:
    """A supervisor may look at any call, an agent at the one in his hands."""
    if asked.who.role is not Role.SUPERVISOR:
        await require_in_hand(asked, call)


async def require_in_hand(asked: Asked[Any, Any], call: Any) -> None:
    """The call is in the agent's own hands now. Raises Problem."""
    endpoint, _ = own_seat(asked.who)
    if not (await read_seat(asked.request.app[BUS], endpoint)).holds(call.id):
        raise Problem("not_your_call", 403)
