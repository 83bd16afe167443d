"""Handlers of money that is not placed, and of the files that register slips."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any
from uuid import UUID

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.back_office.contracts import (
    CandidateOut,
    ClosedOut,
    CloseForm,
    PlaceForm,
    QuestionOut,
    QuestionsOut,
    RejectedOut,
    RemittanceForm,
    RemittanceOut,
    RemittancesOut,
    SentOut,
)
from agent_console.problems import Problem
from agent_console.rail import RAIL
from agent_console.services import DATABASE, SETTINGS
from cobranca.debtors.store import CreditorRow
from cobranca.payments import work
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.banking_store import BillingAccountRow, RemittanceRow
from cobranca.payments.boletos import NoBillingAccount
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.remittances import send
from cobranca.payments.texts import doubt_text, reason_text
from cobranca.payments.work import Question
from cobranca.people import audit
from foundation.crypto import Keys
from foundation.home import Home

LAST = 200


async def questions(connection: AsyncConnection) -> list[QuestionOut]:
    """What is open, the most money first."""
    return [question_out(one) for one in await work.open_questions(connection, limit=LAST)]


def question_out(one: Question) -> QuestionOut:
    fields = asdict(one)
    del fields["arrival"], fields["entry"], fields["doubt"]
    text = reason_text(one.reason)
    if one.doubt is not None:
        text = f"{text}: {doubt_text(one.doubt)}"
    candidates = [CandidateOut(**each) for each in fields.pop("candidates")]
    return QuestionOut(text=text, candidates=candidates, **fields)


async def list_open(asked: Asked[None, None]) -> QuestionsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return QuestionsOut(questions=await questions(connection))


async def place(asked: Asked[PlaceForm, None]) -> ClosedOut:
    name, body = UUID(asked.path["id"]), asked.body

    async def use(connection: AsyncConnection) -> ClosedOut:
        try:
            done = await work.place(
                connection,
                asked.request.app[SETTINGS],
                name,
                by=asked.who.login,
                debt=body.debt,
                instalment=body.instalment,
            )
        except work.NoSuchQuestion:
            raise Problem("no_question", 404) from None
        except work.NothingLeft:
            raise Problem("nothing_left", 409) from None
        except work.NotPlaced:
            raise Problem("not_placed", 409) from None
        return await _closed(connection, asked, done, "placed")

    return await once(asked, ClosedOut, use)


async def close(asked: Asked[CloseForm, None]) -> ClosedOut:
    name = UUID(asked.path["id"])

    async def use(connection: AsyncConnection) -> ClosedOut:
        try:
            done = await work.close(
                connection,
                asked.request.app[SETTINGS],
                name,
                "closed",
                by=asked.who.login,
                note=asked.body.note,
            )
        except work.NoSuchQuestion:
            raise Problem("no_question", 404) from None
        return await _closed(connection, asked, done, "closed")

    return await once(asked, ClosedOut, use)


async def give_back(asked: Asked[None, None]) -> ClosedOut:
    """Give the rest of a Pix back by the bank; the same question asks for one refund."""
    app, name = asked.request.app, UUID(asked.path["id"])

    async def use(connection: AsyncConnection) -> ClosedOut:
        try:
            found = await work.question(connection, name)
            if found.means != "pix" or found.rest <= 0:
                raise Problem("nothing_left", 409)
            rail = app[RAIL]
            if rail is None:
                raise Problem("no_bank", 503)
            await rail.api.refund(found.reference, name.hex, found.rest)
            done = await work.close(
                connection, app[SETTINGS], name, "refunded", by=asked.who.login
            )
        except work.NoSuchQuestion:
            raise Problem("no_question", 404) from None
        except BankFailure:
            raise Problem("bank_away", 503) from None
        return await _closed(connection, asked, done, "refunded")

    return await once(asked, ClosedOut, use)


async def _closed(
    connection: AsyncConnection, asked: Asked[Any, Any], done: Question, closing: str
) -> ClosedOut:
    await audit.record(
        connection, asked.who, action=f"payment.{closing}", subject=("payment", done.id)
    )
    return ClosedOut(id=done.id, closing=closing, rest=done.rest)


async def remittances(connection: AsyncConnection) -> list[RemittanceOut]:
    """The last files, the newest first."""
    query = (
        select(
            RemittanceRow.id,
            RemittanceRow.billing_account_id.label("account"),
            CreditorRow.name.label("creditor"),
            BillingAccountRow.bank,
            BillingAccountRow.size,
            RemittanceRow.sequence,
            RemittanceRow.titles,
            RemittanceRow.total,
            RemittanceRow.made_at,
            RemittanceRow.made_by,
        )
        .join(BillingAccountRow, BillingAccountRow.id == RemittanceRow.billing_account_id)
        .join(CreditorRow, CreditorRow.id == BillingAccountRow.creditor_id)
        .order_by(RemittanceRow.id.desc())
        .limit(LAST)
    )
    return [RemittanceOut(**row._mapping) for row in await connection.execute(query)]


async def list_remittances(asked: Asked[None, None]) -> RemittancesOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return RemittancesOut(remittances=await remittances(connection))


async def remit(asked: Asked[RemittanceForm, None]) -> SentOut:
    keys = Keys.of(Home(asked.request.app[SETTINGS].home))

    async def use(connection: AsyncConnection) -> SentOut:
        try:
            sent = await send(connection, keys, asked.body.account, by=asked.who.login)
        except NoBillingAccount:
            raise Problem("no_account", 404) from None
        except PaymentRefused as error:
            raise Problem("not_remitted", 409, {"why": str(error)}) from None
        if sent is None or not sent.titles:
            raise Problem("nothing_to_remit", 409)
        await audit.record(
            connection, asked.who, action="remittance.made", subject=("remittance", sent.id)
        )
        return SentOut(
            id=sent.id,
            sequence=sent.sequence,
            titles=sent.titles,
            total=sent.total,
            rejected=[
                RejectedOut(number=one.number, code=one.code, text=one.text)
                for one in sent.rejected
            ],
        )

    return await once(asked, SentOut, use)


async def remittance_file(asked: Asked[None, None]) -> web.Response:
    query = select(RemittanceRow.content, RemittanceRow.sequence).where(
        RemittanceRow.id == UUID(asked.path["id"])
    )
    async with asked.request.app[DATABASE].begin() as connection:
        row = (await connection.execute(query)).first()
        if row is None:
            raise Problem("no_remittance", 404)
        await audit.record(
            connection,
            asked.who,
            action="remittance.read",
            subject=("remittance", UUID(asked.path["id"])),
        )
    name = f"remessa-{row.sequence}.rem"
    headers = {"Content-Disposition": f'attachment; filename="{name}"'}
    return web.Response(body=row.content, content_type="text/plain", headers=headers)
