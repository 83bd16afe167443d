"""`acordo debts` and `acordo indices`: balances, contract terms, index tables."""

from __future__ import annotations

import json
from datetime import UTC, date, datetime
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.store import CreditorRow
from cobranca.debts.closed import Closed
from cobranca.debts.closing import set_closed
from cobranca.debts.explanation import balance_document, balance_text
from cobranca.debts.index_files import SHIPPED, UnreadableTable, read_series
from cobranca.debts.index_tables import IndexTable, MonthNotInTable, UnknownIndex
from cobranca.debts.ledger import Balance
from cobranca.debts.ledger_store import IndexTableRow
from cobranca.debts.registering import (
    TermsRefused,
    named,
    read_terms,
    register_table,
    register_terms,
)
from cobranca.debts.service import NoSuchDebt, indices, known
from cobranca.people import audit
from foundation.brasil.dates import InvalidDate, parse_date
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.db.use import with_database
from foundation.settings import ProcessSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group()
def debts() -> None:
    """Dívidas: saldo explicado e condições dos contratos."""


@debts.command(name="balance")
@click.argument("debt", type=click.UUID)
@click.option("--on", "on_text", help="Dia, como 31/12/2026 (sem ele: hoje).")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def balance_command(debt: UUID, on_text: str | None, as_json: bool) -> None:
    """Diz o que uma dívida deve num dia, passado ou futuro, linha por linha."""
    on = day_of(on_text)

    async def use(connection: AsyncConnection) -> Balance:
        return (await known(connection, debt)).on(on)

    try:
        found = with_database(ProcessSettings(), use)
    except NoSuchDebt as error:
        raise Failure(str(error)) from error
    except (UnknownIndex, MonthNotInTable) as error:
        raise Failure(f"{type(error).__doc__} ({error.args[0]})") from error
    document = json.dumps(balance_document(found), ensure_ascii=False)
    click.echo(document if as_json else balance_text(found))


@debts.command(name="terms")
@click.argument("file", type=_FILE)
def terms_command(file: Path) -> None:
    """Registra condições de contratos de um arquivo TOML; ou tudo, ou nada."""

    async def use(connection: AsyncConnection) -> int:
        listed = read_terms(_text(file))
        return await register_terms(connection, listed, datetime.now(UTC))

    try:
        count = with_database(ProcessSettings(), use)
    except TermsRefused as error:
        raise Failure(f"nada foi registrado: {error}") from error
    click.echo(f"{count} condições registradas")


@debts.command(name="creditor")
@click.argument("name")
@click.option("--document", required=True, help="CPF ou CNPJ.")
@click.option("--address", required=True, help="Endereço, numa linha.")
def creditor_command(name: str, document: str, address: str) -> None:
    """Diz quem é um credor: o que a lei manda pôr em todo documento de cobrança."""
    try:
        number = parse_document(document)
    except InvalidDocument as error:
        raise click.UsageError(f"--document: {error}") from error

    async def use(connection: AsyncConnection) -> int:
        who = update(CreditorRow).where(CreditorRow.name == name)
        done = await connection.execute(
            who.values(document=number.text, address=address.strip())
        )
        return done.rowcount

    if not with_database(ProcessSettings(), use):
        raise Failure(f"não há credor com o nome {name}")
    click.echo(f"{name}: registrado")


@debts.command(name="close")
@click.argument("creditor")
@click.option("--portfolio", help="Só esta carteira do credor.")
def close_command(creditor: str, portfolio: str | None) -> None:
    """Desativa um credor ou uma carteira: nada novo se cobra, o acordado segue."""
    _set_closed(creditor, portfolio, datetime.now(UTC))


@debts.command(name="reopen")
@click.argument("creditor")
@click.option("--portfolio", help="Só esta carteira do credor.")
def reopen_command(creditor: str, portfolio: str | None) -> None:
    """Reativa um credor ou uma carteira; contatos cancelados não voltam à fila."""
    _set_closed(creditor, portfolio, None)


def _set_closed(creditor: str, portfolio: str | None, at: datetime | None) -> None:
    kind = Closed.CREDITOR if portfolio is None else Closed.PORTFOLIO
    action = "reopened" if at is None else "closed"

    async def use(connection: AsyncConnection) -> bool:
        name = await named(connection, creditor, portfolio)
        changed = bool(await set_closed(connection, kind, name, at))
        if changed:
            subject = (kind, name)
            await audit.record(connection, None, action=f"{kind}.{action}", subject=subject)
        return changed

    try:
        changed = with_database(ProcessSettings(), use)
    except TermsRefused as error:
        raise Failure(str(error)) from error
    said = "reativado" if at is None else "desativado"
    click.echo(f"{portfolio or creditor}: {said if changed else f'já estava {said}'}")


@click.group(name="indices")
def indices_group() -> None:
    """Índices de correção e taxas, por mês."""


@indices_group.command(name="list")
def list_command() -> None:
    """Mostra as tabelas em vigor e até que mês vão."""

    async def use(connection: AsyncConnection) -> list[IndexTable]:
        names = select(IndexTableRow.name).distinct()
        imported = set((await connection.execute(names)).scalars())
        tables = await indices(connection)
        return [tables.table(name) for name in sorted(imported.union(SHIPPED))]

    for table in with_database(ProcessSettings(), use):
        first = min(table.values)
        click.echo(f"{table.name}: {first:%m/%Y} a {table.last:%m/%Y}; {table.source}")


@indices_group.command(name="import")
@click.argument("file", type=_FILE)
@click.option("--name", required=True, help="Nome do índice, como ipca ou taxa_legal.")
@click.option("--source", required=True, help="De onde veio o arquivo.")
def import_command(file: Path, name: str, source: str) -> None:
    """Põe em vigor uma série do Banco Central (CSV do SGS: data;valor)."""
    try:
        table = read_series(_text(file), name=name, source=source)
    except UnreadableTable as error:
        raise Failure(f"nada foi importado: {error}") from error

    async def use(connection: AsyncConnection) -> None:
        await register_table(connection, table, datetime.now(UTC))

    with_database(ProcessSettings(), use)
    click.echo(f"{table.name}: {len(table.values)} meses, até {table.last:%m/%Y}")


def day_of(text: str | None) -> date:
    """Return the day that was asked for; today in São Paulo when none was."""
    if text is None:
        return datetime.now(SAO_PAULO).date()
    try:
        return parse_date(text)
    except InvalidDate as error:
        raise click.UsageError(f"--on: {error}") from error


def _text(file: Path) -> str:
    try:
        return file.read_text("utf-8")
    except UnicodeDecodeError as error:
        raise Failure(f"{file.name}: o arquivo não é texto em UTF-8") from error
