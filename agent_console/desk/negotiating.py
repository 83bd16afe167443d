"""Handlers of the negotiation with the debtor in the agent's hands.

The same engine as everywhere: what the agent offers is made by it, stored with its
policy's version, and accepted whole. Only who was identified hears of a debt; the proof of
the acceptance is the place in the call's recording.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Principal, Role
from agent_console.api.once import once
from agent_console.back_office.slips import AddressForm, AddressOut, kept
from agent_console.desk.card import read_call
from agent_console.desk.in_hand import require_in_hand
from agent_console.desk.negotiation_contracts import (
    DebtNowOut,
    DeskAgreementIn,
    DeskOffersIn,
    NegotiationOut,
    PixIn,
    PixOut,
)
from agent_console.negotiation import answers, making
from agent_console.negotiation.contracts import AgreementOut, OffersOut
from agent_console.problems import Problem
from agent_console.rail import instalment_pix
from agent_console.services import DATABASE
from cobranca.agreements.life import BINDING, Evidence
from cobranca.agreements.policy import Authority, Channel
from cobranca.agreements.service import Asking
from cobranca.agreements.simulation import Wishes
from cobranca.agreements.store import AgreementDebtRow, AgreementRow, OfferRow
from cobranca.contacts.card import debtor_card
from cobranca.contacts.identification import standing_of
from cobranca.contacts.identity import may_hear_of_debt
from cobranca.debts.explanation import line_text
from cobranca.debts.service import indices, known
from cobranca.payments.owing import agreement_of
from cobranca.payments.pix.qr import svg_of
from dialer.calls.store import AttemptRow
from foundation.clock import SAO_PAULO


def _today() -> date:
    return datetime.now(SAO_PAULO).date()


async def negotiation(asked: Asked[None, None]) -> NegotiationOut:
    """What each open debt owes today by law and contract, and what was agreed."""
    async with asked.request.app[DATABASE].connect() as connection:
        debtor = await debtor_in_hand(asked, connection)
        card = await debtor_card(connection, debtor)
        tables, today = await indices(connection), _today()
        debts = []
        for one in card.debts:
            with making.by_index_tables():
                balance = (await known(connection, one.id, tables=tables)).on(today)
            debts.append(
                DebtNowOut(
                    id=one.id,
                    creditor=one.creditor,
                    contract=one.contract,
                    owed=balance.total,
                    lines=[line_text(line) for line in balance.lines],
                    agreement=await _standing(connection, one.id),
                )
            )
    return NegotiationOut(on=today, debts=debts)


async def offer(asked: Asked[DeskOffersIn, None]) -> OffersOut:
    body = asked.body

    async def use(connection: AsyncConnection) -> OffersOut:
        debtor = await debtor_in_hand(asked, connection)
        asking = Asking(
            debts=tuple(dict.fromkeys(body.debts)),
            channel=Channel.DESK,
            authority=_authority(asked.who),
            on=_today(),
            by=asked.who.login,
        )
        wishes = Wishes(**body.wishes.model_dump())
        case, found = await making.simulated(connection, asking, wishes)
        if case.debtor != debtor:
            raise Problem("not_this_debtor", 403)
        shown, now = (*found.offers, *found.counters), datetime.now(UTC)
        names = await making.stored(connection, asking, case, shown, now)
        return answers.offers_out(found, names, body.means)

    return await once(asked, OffersOut, use)


def _authority(who: Principal) -> Authority:
    """A supervisor who talks with the debtor himself decides as one."""
    supervises = who.role is Role.SUPERVISOR
    return Authority.SUPERVISOR if supervises else Authority.AGENT


async def agree(asked: Asked[DeskAgreementIn, None]) -> AgreementOut:
    """The debtor said yes: now, in this call."""

    async def use(connection: AsyncConnection) -> AgreementOut:
        debtor, now = await debtor_in_hand(asked, connection), datetime.now(UTC)
        call = UUID(asked.path["id"])
        offered = select(OfferRow.debtor_id).where(OfferRow.id == asked.body.offer)
        if await connection.scalar(offered) != debtor:
            raise Problem("no_offer", 404)
        evidence = Evidence(recording=call, second=await _second(connection, call, now))
        return await making.accepted(
            connection, asked.body.offer, evidence, on=_today(), at=now
        )

    return await once(asked, AgreementOut, use)


async def pix(asked: Asked[PixIn, None]) -> PixOut:
    """A code for what an instalment owes today, to be sent or read by the debtor."""
    app, instalment = asked.request.app, asked.body.instalment
    async with app[DATABASE].connect() as connection:
        debtor = await debtor_in_hand(asked, connection)
        agreement = await agreement_of(connection, instalment)
        whose = select(AgreementRow.debtor_id).where(AgreementRow.id == agreement)
        if agreement is None or await connection.scalar(whose) != debtor:
            raise Problem("no_instalment", 404)
    charge = await instalment_pix(app, instalment, _today())
    return PixOut(
        instalment=instalment,
        number=charge.owing.number,
        amount=charge.owing.amount,
        code=charge.code,
        qr=svg_of(charge.code, title="Pix"),
        valid_on=charge.owing.on,
    )


async def keep_address(asked: Asked[AddressForm, None]) -> AddressOut:
    """Where the debtor says that he lives: banks register no slip without it."""
    async with asked.request.app[DATABASE].begin() as connection:
        return await kept(connection, asked, await debtor_in_hand(asked, connection))


async def debtor_in_hand(asked: Asked[Any, Any], connection: AsyncConnection) -> UUID:
    """Whose call is in the agent's hands, once he may hear of his debts."""
    call = await read_call(connection, UUID(asked.path["id"]))
    await require_in_hand(asked, call)
    if call.debtor_id is None:
        raise Problem("unknown_debtor", 409)
    standing = await standing_of(connection, call.id)
    if not may_hear_of_debt(standing.level):
        raise Problem("identify_first", 409)
    debtor: UUID = call.debtor_id
    return debtor


async def _standing(connection: AsyncConnection, debt: UUID) -> AgreementOut | None:
    """The agreement that binds the debt, if one does."""
    query = (
        select(AgreementRow.id)
        .join(AgreementDebtRow, AgreementDebtRow.agreement_id == AgreementRow.id)
        .where(AgreementDebtRow.debt_id == debt, AgreementRow.state.in_(BINDING))
    )
    found = await connection.scalar(query)
    return None if found is None else await answers.agreement_out(connection, found)


async def _second(connection: AsyncConnection, call: UUID, now: datetime) -> float:
    """How far into the recording this is; the recording begins at the answer."""
    query = select(AttemptRow.answered_at, AttemptRow.placed_at).where(
        AttemptRow.id == call
    )
    row = (await connection.execute(query)).one()
    begun: datetime = row.answered_at or row.placed_at
    return max(0.0, round((now - begun).total_seconds(), 1))
