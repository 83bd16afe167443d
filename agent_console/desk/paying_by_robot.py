"""Handlers of a call that its agent sends to the automatic conversation for payment.

The agent sees steps: asked, sent, delivered, paid. He sees no code of the debtor's, and no
card is ever asked for by voice.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.desk.card import read_call
from agent_console.desk.in_hand import require_in_hand
from agent_console.desk.negotiating import debtor_in_hand
from agent_console.desk.negotiation_contracts import (
    RobotPaymentIn,
    RobotProgressOut,
)
from agent_console.desk.seat import command, own_seat, read_seat, require_dialer
from agent_console.problems import Problem
from agent_console.services import BUS, DATABASE
from cobranca.agreements.life import BINDING
from cobranca.agreements.store import AgreementDebtRow, AgreementRow
from cobranca.contacts import payment_errands
from cobranca.contacts.payment_errands import Errand
from cobranca.debts.store import ContractRow, DebtRow
from cobranca.payments.owing import NothingOwed, next_of_agreement, of_debt
from cobranca.people import audit
from foundation.bus import LOST
from foundation.clock import SAO_PAULO


async def send(asked: Asked[RobotPaymentIn, None]) -> RobotProgressOut:
    """Keep the errand, then ask the floor: the conversation finds it there."""
    call, body = UUID(asked.path["id"]), asked.body
    endpoint, agent = own_seat(asked.who)
    bus = asked.request.app[BUS]
    async with asked.request.app[DATABASE].begin() as connection:
        debtor = await debtor_in_hand(asked, connection)
        seat = await read_seat(bus, endpoint)
        if seat.state != "talking" or seat.entry.get("held"):
            raise Problem("not_talking", 409)
        await require_dialer(connection)
        await _payable(connection, body, debtor)
        errand = Errand(
            attempt=call,
            debtor=debtor,
            agent=agent,
            agreement=body.agreement,
            debt=body.debt,
        )
        await payment_errands.send(connection, errand, datetime.now(UTC))
        subject = ("attempt", call)
        await audit.record(connection, asked.who, action="desk.to_robot", subject=subject)
    try:
        await command(bus, endpoint, "to_robot", call=call)
        if body.leave:
            await command(bus, endpoint, "leave_to_robot", call=call)
    except LOST:
        raise Problem("bus_unreachable", 503) from None
    return await _told(asked, call)


async def progress(asked: Asked[None, None]) -> RobotProgressOut:
    call = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].connect() as connection:
        await require_in_hand(asked, await read_call(connection, call))
    return await _told(asked, call)


async def _told(asked: Asked[Any, None], call: UUID) -> RobotProgressOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await payment_errands.progress(connection, call)
    return RobotProgressOut(errand=found)


async def _payable(connection: AsyncConnection, body: RobotPaymentIn, debtor: UUID) -> None:
    """It is this debtor's, and something of it is owed. Raises Problem."""
    today = datetime.now(SAO_PAULO).date()
    if body.agreement is not None:
        whose = select(AgreementRow.debtor_id).where(AgreementRow.id == body.agreement)
        if await connection.scalar(whose) != debtor:
            raise Problem("no_agreement", 404)
        if await next_of_agreement(connection, body.agreement, today) is None:
            raise Problem("nothing_owed", 409)
        return
    assert body.debt is not None  # noqa: S101 - the form has one of the two
    mine = (
        select(DebtRow.id)
        .join(ContractRow, ContractRow.id == DebtRow.contract_id)
        .where(DebtRow.id == body.debt, ContractRow.debtor_id == debtor)
    )
    if await connection.scalar(mine) is None:
        raise Problem("no_debt", 404)
    agreed = (
        select(AgreementRow.id)
        .join(AgreementDebtRow, AgreementDebtRow.agreement_id == AgreementRow.id)
        .where(AgreementDebtRow.debt_id == body.debt, AgreementRow.state.in_(BINDING))
    )
    if await connection.scalar(agreed) is not None:
        raise Problem("offer_already_agreed", 409)
    try:
        await of_debt(connection, body.debt, today)
    except NothingOwed:
        raise Problem("nothing_owed", 409) from None
