"""Handlers of files that banks answer with: sent in, looked over, taken in step by step."""

from __future__ import annotations

import asyncio
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from aiohttp import web
from pydantic import Field
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked
from agent_console.negotiation.contracts import Form
from agent_console.portal.asking import KEYS
from agent_console.problems import Problem
from agent_console.services import DATABASE, SETTINGS
from cobranca.payments import file_taking
from cobranca.payments.bank_files import LARGEST, read_bank_file
from cobranca.payments.banking_store import BankFileRow
from cobranca.payments.refusal import PaymentRefused
from cobranca.payments.texts import occurrence_text, reason_text
from cobranca.people import audit

LAST = 50


class SentQuery(Form):
    """Beside the file itself, which is the body."""

    name: str = Field(min_length=1, max_length=200)


class CountOut(Form):
    code: str
    text: str
    count: int


class RefusedOut(Form):
    """A slip that the bank did not take: another one is issued when it is asked for."""

    nosso_numero: str
    motives: list[str]


class UnreadOut(Form):
    """A line, or an entry of a statement, that was left out."""

    line: int
    code: str
    text: str


class BankFileOut(Form):
    """`known`: payments that were in the books when it was sent; `new`: entered by it.

    `taken` of the `payments` were seen to; what `to_look_at` counts is on the work list.
    `slips`: those that the bank refused or made a Pix for, `slips_seen` of which were seen
    to. Of `pix` that it made, `pix_new` are printed on their slips since.
    """

    id: UUID
    again: bool
    kind: str
    bank: str
    name: str
    titles: int
    payments: int
    total: Decimal
    known: int
    others: int
    taken: int
    slips: int
    slips_seen: int
    pix: int
    pix_new: int
    new: int
    entered: Decimal
    occurrences: list[CountOut]
    to_look_at: list[CountOut]
    refused: list[RefusedOut]
    unread: list[UnreadOut]
    sent_at: datetime
    sent_by: str
    done_at: datetime | None
    done_by: str | None


class BankFilesOut(Form):
    files: list[BankFileOut]


async def send(asked: Asked[None, SentQuery]) -> BankFileOut:
    """Read a file and keep it; nothing is entered yet. The same one is the one before."""
    app, content = asked.request.app, await _received(asked.request)
    async with app[DATABASE].connect() as connection:
        banks = await file_taking.banks_of(connection)
    try:
        file = await asyncio.to_thread(read_bank_file, content, banks=banks)
    except PaymentRefused as error:
        raise Problem("bank_file_refused", 422, {"why": str(error)}) from None
    async with app[DATABASE].begin() as connection:
        kept = await file_taking.keep(
            connection, file, content, name=asked.query.name, by=asked.who.login
        )
        if not kept.again:
            await _audited(connection, asked, "bank_file.sent", kept.id)
        return await _shown(connection, kept.id, again=kept.again)


async def take(asked: Asked[None, None]) -> BankFileOut:
    """Take the next payments in; whoever wants all of them asks until it is done."""
    app, name = asked.request.app, UUID(asked.path["id"])
    async with app[DATABASE].begin() as connection:
        try:
            await file_taking.step(
                connection, app[DATABASE], app[SETTINGS], app[KEYS], name, asked.who.login
            )
        except file_taking.NoSuchFile:
            raise Problem("no_bank_file", 404) from None
        await _audited(connection, asked, "bank_file.taken", name)
        return await _shown(connection, name)


async def show(asked: Asked[None, None]) -> BankFileOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return await _shown(connection, UUID(asked.path["id"]))


async def list_them(asked: Asked[None, None]) -> BankFilesOut:
    async with asked.request.app[DATABASE].connect() as connection:
        return BankFilesOut(files=await listed(connection))


async def listed(connection: AsyncConnection) -> list[BankFileOut]:
    """The last files, the newest first."""
    query = select(*_SEEN).order_by(BankFileRow.id.desc()).limit(LAST)
    return [_out(row) for row in await connection.execute(query)]


async def _received(request: web.Request) -> bytes:
    """The body, as far as a file may be long; raises Problem."""
    content = bytearray()
    async for piece in request.content.iter_chunked(256 * 1024):
        content += piece
        if len(content) > LARGEST:
            raise Problem("bank_file_large", 413)
    return bytes(content)


_SEEN = [column for column in BankFileRow.__table__.columns if column.name != "content"]


async def _shown(
    connection: AsyncConnection, name: UUID, *, again: bool = False
) -> BankFileOut:
    row = (await connection.execute(select(*_SEEN).where(BankFileRow.id == name))).first()
    if row is None:
        raise Problem("no_bank_file", 404)
    return _out(row, again=again)


def _out(row: Any, *, again: bool = False) -> BankFileOut:
    report = row.report
    return BankFileOut(
        id=row.id,
        again=again,
        kind=row.kind,
        bank=row.bank,
        name=row.name,
        titles=report["titles"],
        payments=row.payments,
        total=row.total,
        known=report["known"],
        others=report["others"],
        taken=row.taken,
        # a file sent before these were counted has none
        **{name: report.get(name, 0) for name in ("slips", "slips_seen", "pix", "pix_new")},
        new=report["new"],
        entered=Decimal(report.get("entered", "0.00")),
        occurrences=[
            CountOut(code=code, text=occurrence_text(code), count=count)
            for code, count in report["occurrences"].items()
        ],
        to_look_at=[
            CountOut(code=code, text=reason_text(code), count=count)
            for code, count in report["to_look_at"].items()
        ],
        refused=[RefusedOut(**one) for one in report["refused"]],
        unread=[UnreadOut(**one) for one in report["unread"]],
        sent_at=row.sent_at,
        sent_by=row.sent_by,
        done_at=row.done_at,
        done_by=row.done_by,
    )


async def _audited(
    connection: AsyncConnection, asked: Asked[Any, Any], action: str, name: UUID
) -> None:
    await audit.record(connection, asked.who, action=action, subject=("bank_file", name))
