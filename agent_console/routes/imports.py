"""Imports: send a file, say what its columns hold, see what would change, apply, undo."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote
from uuid import UUID

from aiohttp import web
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from agent_console.api.endpoint import Asked, Endpoint, Page, Problem, Role
from agent_console.imports.forms import (
    ApplyForm,
    ImportOut,
    ImportsOut,
    LineOut,
    MappingForm,
    OptionsOut,
    SentQuery,
    SheetForm,
)
from agent_console.imports.receiving import receive, unreadable
from agent_console.services import DATABASE, SETTINGS
from agent_console.texts import TEXTS
from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.error_sheet import spreadsheet_of
from cobranca.debtors.imports.errors import UnreadableFile
from cobranca.debtors.imports.inspection import inspect
from cobranca.debtors.imports.mapping import field_named
from cobranca.debtors.imports.saved_mappings import save
from cobranca.debtors.imports.states import Action
from cobranca.debtors.imports.synonyms import Field
from cobranca.debtors.imports.uploads import errors_path, remove_files, upload_path
from cobranca.debtors.store import CreditorRow, PortfolioRow
from cobranca.people.audit import record
from foundation.home import Home
from foundation.ids import uuid7

MAY = frozenset({Role.SUPERVISOR, Role.ADMIN})
READ, WRITE = "imports:read", "imports:write"
NOT_NOW = ("import_not_now",)
UNREADABLE = ("import_unreadable",)
MEDIA = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
ONE = "/api/v1/imports/{id}"


async def list_them(asked: Asked[None, None]) -> ImportsOut:
    async with asked.request.app[DATABASE].connect() as connection:
        rows = await tasks.listed(connection)
    return ImportsOut(imports=[LineOut.of(row) for row in rows])


async def options(asked: Asked[None, None]) -> OptionsOut:
    query = (
        select(CreditorRow.name, PortfolioRow.name)
        .outerjoin(PortfolioRow, PortfolioRow.creditor_id == CreditorRow.id)
        .order_by(CreditorRow.name, PortfolioRow.name)
        .limit(5000)
    )
    async with asked.request.app[DATABASE].connect() as connection:
        rows = [(row[0], row[1]) for row in await connection.execute(query)]
    return OptionsOut.of(rows, asked.request.app[SETTINGS].imports.largest_bytes)


async def send(asked: Asked[None, SentQuery]) -> ImportOut:
    number = uuid7()
    received, inspected = await receive(asked.request, number)
    begun = tasks.Begun(
        id=number,
        origin="page",
        who=asked.who.login,
        creditor=asked.query.creditor,
        portfolio=asked.query.portfolio,
        file_name=Path(asked.query.file_name).name or "arquivo",
    )
    async with _changing(asked) as connection:
        await tasks.begin(connection, begun, received, inspected)
        await _audited(connection, asked, "import.send", number)
        return ImportOut.of(await tasks.found(connection, number))


async def show(asked: Asked[None, None]) -> ImportOut:
    async with _changing(asked) as connection:
        return ImportOut.of(await tasks.found(connection, _id(asked)))


async def choose_sheet(asked: Asked[SheetForm, None]) -> ImportOut:
    settings = asked.request.app[SETTINGS]
    path = upload_path(Home(settings.home), _id(asked))
    limits, sheet = settings.imports.limits, asked.body.sheet
    async with _changing(asked) as connection:
        await tasks.found(connection, _id(asked))
        inspected = await asyncio.to_thread(inspect, path, limits, sheet)
        await tasks.choose_sheet(connection, _id(asked), inspected)
        return ImportOut.of(await tasks.found(connection, _id(asked)))


async def put_mapping(asked: Asked[MappingForm, None]) -> ImportOut:
    """Say what the columns hold, and have the file checked."""
    number = _id(asked)
    async with _changing(asked) as connection:
        targets = tuple(field_named(name) for name in asked.body.fields)
        await tasks.set_mapping(connection, number, targets)
        row = await tasks.found(connection, number)
        if asked.body.save_as:
            headers = [column["header"] for column in row.columns]
            name, who = asked.body.save_as, asked.who.login
            await save(connection, row.creditor, name, headers, targets, who)
        await tasks.ask(connection, number, Action.CHECK, asked.who.login)
        return ImportOut.of(await tasks.found(connection, number))


async def apply(asked: Asked[ApplyForm, None]) -> ImportOut:
    async with _changing(asked) as connection:
        shown = asked.body.fingerprint
        who = asked.who.login
        await tasks.ask(connection, _id(asked), Action.APPLY, who, shown=shown)
        await _audited(connection, asked, "import.apply", _id(asked))
        return ImportOut.of(await tasks.found(connection, _id(asked)))


async def undo(asked: Asked[None, None]) -> ImportOut:
    async with _changing(asked) as connection:
        row = await tasks.found(connection, _id(asked))
        if row.status not in ("undone", "undoing"):  # asked twice is asked once
            await tasks.ask(connection, _id(asked), Action.UNDO, asked.who.login)
            await _audited(connection, asked, "import.undo", _id(asked))
        return ImportOut.of(await tasks.found(connection, _id(asked)))


async def retry(asked: Asked[None, None]) -> ImportOut:
    async with _changing(asked) as connection:
        await tasks.retry(connection, _id(asked), asked.who.login)
        return ImportOut.of(await tasks.found(connection, _id(asked)))


async def discard(asked: Asked[None, None]) -> None:
    async with _changing(asked) as connection:
        gone = await tasks.discard(connection, _id(asked))
        await _audited(connection, asked, "import.discard", _id(asked))
    if gone:
        home = Home(asked.request.app[SETTINGS].home)
        await asyncio.to_thread(remove_files, home, _id(asked))


async def errors_csv(asked: Asked[None, None]) -> web.StreamResponse:
    return await _errors_file(asked, "csv")


async def errors_xlsx(asked: Asked[None, None]) -> web.StreamResponse:
    return await _errors_file(asked, "xlsx")


async def _errors_file(asked: Asked[None, None], form: str) -> web.StreamResponse:
    number = _id(asked)
    path = errors_path(Home(asked.request.app[SETTINGS].home), number)
    async with _changing(asked) as connection:
        row = await tasks.found(connection, number)
        if not row.has_errors_file or not await asyncio.to_thread(path.exists):
            raise Problem("import_no_errors_file", 404)
        await _audited(connection, asked, "import.errors", number)
    if form == "xlsx":
        path = await asyncio.to_thread(spreadsheet_of, path)
    name = quote(f"{Path(row.file_name).stem} - recusados.{form}")
    headers = {
        "Content-Type": MEDIA[form],
        "Content-Disposition": f"attachment; filename*=UTF-8''{name}",
    }
    return web.FileResponse(path, headers=headers)


@asynccontextmanager
async def _changing(asked: Asked[Any, Any]) -> Any:
    """A transaction in which what imports refuse becomes a problem."""
    try:
        async with asked.request.app[DATABASE].begin() as connection:
            yield connection
    except tasks.NoSuchImport:
        raise Problem("import_unknown", 404) from None
    except tasks.NotNow:
        raise Problem("import_not_now", 409) from None
    except UnreadableFile as error:
        raise unreadable(error) from error


async def _audited(
    connection: AsyncConnection, asked: Asked[Any, Any], action: str, number: UUID
) -> None:
    await record(connection, asked.who, action=action, subject=("import", number))


def _id(asked: Asked[Any, Any]) -> UUID:
    return UUID(asked.path["id"])


async def page(_asked: Asked[None, None]) -> Mapping[str, Any]:
    fields = {field.name.lower(): str(field) for field in Field}
    return {"script_texts": {**TEXTS.section("imports"), "fields": fields}}


def _endpoint(verb: str, path: str, summary: str, handler: Any, **more: Any) -> Endpoint:
    scope = READ if verb == "GET" else WRITE
    usual: dict[str, Any] = {"answer": ImportOut, "scope": scope, "roles": MAY}
    return Endpoint(verb=verb, path=path, summary=summary, handler=handler, **usual | more)


ENDPOINTS = (
    _endpoint(
        "GET", "/api/v1/imports", "Lista as importações", list_them,
        answer=ImportsOut, background=True,
    ),
    _endpoint(
        "POST", "/api/v1/imports", "Recebe um arquivo (o corpo do pedido) e o examina",
        send, query=SentQuery, status=201, problems=("import_too_large", *UNREADABLE),
    ),
    _endpoint(
        "GET", "/api/v1/imports/options", "Credores, carteiras e o maior arquivo aceito",
        options, answer=OptionsOut,
    ),
    _endpoint("GET", ONE, "Mostra uma importação", show, background=True),
    _endpoint(
        "DELETE", ONE, "Descarta uma importação que não foi aplicada", discard,
        answer=None, problems=NOT_NOW,
    ),
    _endpoint(
        "PUT", f"{ONE}/sheet", "Escolhe a aba da planilha", choose_sheet,
        body=SheetForm, problems=(*NOT_NOW, *UNREADABLE),
    ),
    _endpoint(
        "PUT", f"{ONE}/mapping", "Diz o que cada coluna é e pede a conferência",
        put_mapping, body=MappingForm, problems=(*NOT_NOW, *UNREADABLE),
    ),
    _endpoint(
        "POST", f"{ONE}/apply", "Aplica o que foi mostrado", apply,
        body=ApplyForm, problems=NOT_NOW,
    ),
    _endpoint("POST", f"{ONE}/undo", "Desfaz uma importação", undo, problems=NOT_NOW),
    _endpoint(
        "POST", f"{ONE}/retry", "Tenta de novo o que foi interrompido", retry,
        problems=NOT_NOW,
    ),
    _endpoint(
        "GET", f"{ONE}/errors.csv", "Baixa as linhas recusadas, com os motivos, em CSV",
        errors_csv, answer=None, media="text/csv", problems=("import_no_errors_file",),
    ),
    _endpoint(
        "GET", f"{ONE}/errors.xlsx", "Baixa as linhas recusadas, com os motivos, em XLSX",
        errors_xlsx, answer=None, media=MEDIA["xlsx"], problems=("import_no_errors_file",),
    ),
)  # fmt: skip
PAGES = (Page("/imports", "imports.html", MAY, page, real_time=True),)
