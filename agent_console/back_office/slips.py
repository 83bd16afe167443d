"""Handlers of slips: where a debtor lives, issue one, print it, take a bank's answer in."""

from __future__ import annotations

import asyncio
from dataclasses import asdict
from datetime import UTC, date, datetime
from typing import Annotated
from uuid import UUID

from aiohttp import web
from pydantic import Field
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.api.once import once
from agent_console.back_office.contracts import Day
from agent_console.negotiation.contracts import Form
from agent_console.portal.asking import KEYS, today
from agent_console.problems import Problem
from agent_console.rail import slip_pix
from agent_console.services import DATABASE
from cobranca.agreements.receiving import NoSuchInstalment
from cobranca.debtors.address import InvalidAddress, read_address
from cobranca.payments import addresses, boletos
from cobranca.payments.boleto.printing import boletos_pdf
from cobranca.payments.owing import NothingOwed, of_instalment
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.store import ChargeRow
from cobranca.people import audit

Line = Annotated[str, Field(max_length=100)]


class AddressForm(Form):
    """As written; street with number. The district may be empty."""

    street: Line
    district: Line = ""
    city: Line
    uf: Line
    cep: Line


class AddressOut(Form):
    """`cep` in eight digits."""

    street: str
    district: str
    city: str
    uf: str
    cep: str


class SlipForm(Form):
    """The slip can be paid until `due_on`, with the amount of today."""

    due_on: Day


class SlipOut(Form):
    """`line` is what is typed to pay it; `address`: whether a bank can register it."""

    id: UUID
    amount: str
    due_on: date
    line: str
    address: bool


async def address(asked: Asked[None, None]) -> AddressOut:
    async with asked.request.app[DATABASE].connect() as connection:
        found = await addresses.address_of(connection, UUID(asked.path["id"]))
    if found is None:
        raise Problem("no_address", 404)
    return AddressOut(**asdict(found))


async def keep_address(asked: Asked[AddressForm, None]) -> AddressOut:
    async with asked.request.app[DATABASE].begin() as connection:
        return await kept(connection, asked, UUID(asked.path["id"]))


async def kept(
    connection: AsyncConnection, asked: Asked[AddressForm, None], debtor: UUID
) -> AddressOut:
    """Keep an address as written, audited; the caller commits. Raises Problem."""
    try:
        read = read_address(**asked.body.model_dump())
    except InvalidAddress as error:
        raise Problem("address_unusable", 422, {"why": str(error)}) from None
    try:
        await addresses.keep(connection, debtor, read, datetime.now(UTC))
    except addresses.NoSuchDebtor:
        raise Problem("no_such_debtor", 404) from None
    await audit.record(
        connection, asked.who, action="debtor.address", subject=("debtor", debtor)
    )
    return AddressOut(**asdict(read))


async def issue(asked: Asked[SlipForm, None]) -> SlipOut:
    """A slip of what an instalment owes today; the same one when it is asked for again."""
    due_on, name = asked.body.due_on, UUID(asked.path["id"])
    if due_on < today():
        raise Problem("slip_due", 422)

    async def use(connection: AsyncConnection) -> SlipOut:
        try:
            owing = await of_instalment(connection, name, today())
            charge = await boletos.issue(connection, owing, due_on)
        except NoSuchInstalment:
            raise Problem("no_instalment", 404) from None
        except NothingOwed:
            raise Problem("nothing_owed", 409) from None
        except PaymentRefused as error:
            raise Problem("no_slip", 409, {"why": str(error)}) from None
        query = boletos.issued().where(ChargeRow.id == charge)
        row = (await connection.execute(query)).one()
        return SlipOut(
            id=charge,
            amount=str(row.amount),
            due_on=row.due_on,
            line=row.code,
            address=row.cep is not None,
        )

    slip = await once(asked, SlipOut, use)
    await slip_pix(asked.request.app, slip.id)
    return slip


async def printed(asked: Asked[None, None]) -> web.Response:
    """The slip as PDF, made in a thread of its own."""
    name = UUID(asked.path["id"])
    async with asked.request.app[DATABASE].begin() as connection:
        try:
            drawn = await boletos.printed(connection, asked.request.app[KEYS], name)
        except PaymentRefused as error:
            raise Problem("no_slip", 409, {"why": str(error)}) from None
        if drawn is None:
            raise Problem("no_such_slip", 404)
        await audit.record(
            connection, asked.who, action="slip.read", subject=("charge", name)
        )
    content = await asyncio.to_thread(boletos_pdf, [drawn])
    headers = {"Content-Disposition": 'inline; filename="boleto.pdf"'}
    return web.Response(body=content, content_type="application/pdf", headers=headers)
