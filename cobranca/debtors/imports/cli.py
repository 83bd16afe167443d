"""`acordo import`: debtors, list, undo, mappings."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from uuid import UUID

import asyncpg
import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.debtors.imports import tasks
from cobranca.debtors.imports.command import (
    Asked,
    chosen,
    look,
    save_chosen,
    shown_columns,
)
from cobranca.debtors.imports.direct import import_directly, undo_directly
from cobranca.debtors.imports.error_file import ErrorFile, ErrorFileUnwritable
from cobranca.debtors.imports.errors import UnreadableFile
from cobranca.debtors.imports.progress import Progress
from cobranca.debtors.imports.report_text import (
    list_text,
    mapping_text,
    report_json,
    report_text,
)
from cobranca.debtors.imports.service import Order, Report, check_file
from cobranca.debtors.imports.settings import ImportSettings
from cobranca.debtors.imports.undo import Undone
from cobranca.people.audit import record, system_user
from foundation.cli import Failure
from foundation.crypto import Keys
from foundation.db.use import with_database
from foundation.home import Home

_NOTHING_DONE = "Nada foi importado; depois de resolver, é só importar de novo."
_BAR = 1000  # steps of the progress bar


@click.group(name="import")
def import_group() -> None:
    """Importa arquivos de credores."""


@import_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--creditor", required=True, help="Nome do credor; é criado se não existir.")
@click.option("--portfolio", required=True, help="Nome da carteira; idem.")
@click.option("--dry-run", is_flag=True, help="Só confere e mostra o que mudaria.")
@click.option(
    "--errors",
    "errors_file",
    type=click.Path(path_type=Path),
    help="Onde gravar o que foi recusado. Sem isso: ao lado do arquivo, .erros.csv",
)
@click.option("--sheet", help="Aba da planilha. Sem isso: a primeira com cabeçalho.")
@click.option(
    "--mapping",
    help="Mapeamento das colunas: um arquivo JSON ou o nome de um que foi salvo.",
)
@click.option("--show-mapping", is_flag=True, help="Mostra o que cada coluna é e termina.")
@click.option("--save-mapping", help="Salva o mapeamento usado com este nome.")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def debtors(
    file: Path,
    creditor: str,
    portfolio: str,
    dry_run: bool,
    errors_file: Path | None,
    sheet: str | None,
    mapping: str | None,
    show_mapping: bool,
    save_mapping: str | None,
    as_json: bool,
) -> None:
    """Importa devedores, dívidas e telefones de um CSV ou de uma planilha (.xlsx).

    Colunas: contrato, cpf/cnpj, nome, valor, vencimento e telefones; também parcela,
    nascimento, uf, endereço e produto. Importar o mesmo arquivo outra vez não muda nada.
    Linhas com erro são recusadas uma a uma, com o motivo; as outras entram.
    """
    errors_file = errors_file or file.with_name(f"{file.stem}.erros.csv")
    if errors_file.resolve() == file.resolve():
        raise click.UsageError("--errors é o próprio arquivo a importar")
    names = (creditor.strip(), portfolio.strip())
    if not all(names):
        raise click.UsageError("o nome do credor e o da carteira não podem ficar em branco")
    asked = Asked(
        path=file,
        creditor=names[0],
        portfolio=names[1],
        dry_run=dry_run,
        sheet=sheet,
        mapping=mapping,
        save_as=save_mapping,
    )
    if show_mapping:
        _show_mapping(asked, as_json=as_json)
        return
    with ErrorFile(errors_file) as error_file:
        order, report = _imported(asked, error_file, quiet=as_json)
        _keep(error_file)
    told = report_json(report, order, error_file) if as_json else None
    click.echo(told or report_text(report, order, error_file))
    if report.accepted == 0 and report.counts.refused:
        raise Failure(
            "nenhuma linha pôde ser importada; veja os motivos no arquivo de erros"
        )


def _show_mapping(asked: Asked, *, as_json: bool) -> None:
    settings = ImportSettings()
    try:
        looked = look(asked, settings.imports.limits)
        targets = with_database(
            settings, lambda connection: chosen(connection, asked, looked)
        )
    except UnreadableFile as error:
        raise Failure(str(error)) from error
    click.echo(mapping_text(shown_columns(looked, targets), machine=as_json))


def _imported(asked: Asked, error_file: ErrorFile, *, quiet: bool) -> tuple[Order, Report]:
    settings = ImportSettings()
    hidden = quiet or not sys.stderr.isatty()
    try:
        looked = look(asked, settings.imports.limits)
        if asked.mapping is None:
            check_file(asked.order(None, settings.imports.limits))
        with click.progressbar(
            length=_BAR, label="Lendo", file=sys.stderr, hidden=hidden, show_eta=True
        ) as bar:

            def heard(progress: Progress) -> None:
                bar.label = f"{_PHASES[progress.phase]} ({progress.rows} linhas)"
                bar.update(max(0, round(progress.whole * _BAR) - bar.pos))

            async def work(connection: AsyncConnection) -> tuple[Order, Report]:
                keys = Keys.of(Home(settings.home))
                targets = await chosen(connection, asked, looked)
                order = asked.order(targets, settings.imports.limits)
                who = f"cli:{system_user()}"
                report = await import_directly(
                    connection, keys, order, error_file, who, heard
                )
                await save_chosen(connection, asked, looked, targets, who)
                bar.update(_BAR - bar.pos)
                return order, report

            return with_database(settings, work)
    except (UnreadableFile, ErrorFileUnwritable) as error:
        raise Failure(str(error)) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Failure(f"O banco de dados falhou: {error}. {_NOTHING_DONE}") from error
    except Failure as error:
        message = error.message.rstrip(".")
        raise Failure(f"{message}. {_NOTHING_DONE}") from error


_PHASES = {
    "reading": "Lendo",
    "comparing": "Comparando",
    "writing": "Gravando",
    "undoing": "Desfazendo",
}


def _keep(error_file: ErrorFile) -> None:
    try:
        error_file.put_in_place()
    except ErrorFileUnwritable as error:
        raise Failure(f"As linhas boas foram importadas. {error}") from error


@import_group.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def list_imports(as_json: bool) -> None:
    """Mostra as importações, as mais novas primeiro."""
    rows = with_database(ImportSettings(), tasks.listed)
    click.echo(list_text(rows, machine=as_json))


@import_group.command()
@click.argument("number", type=click.UUID)
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def undo(number: UUID, as_json: bool) -> None:
    """Desfaz uma importação em que ninguém mexeu ainda."""
    settings = ImportSettings()

    async def work(connection: AsyncConnection) -> object:
        who = f"cli:{system_user()}"
        days = settings.imports.undo_days
        ended = await undo_directly(connection, number, who, undo_days=days)
        if isinstance(ended, Undone):
            await record(connection, None, action="import.undo", subject=("import", number))
        return ended

    try:
        ended = with_database(settings, work)
    except (tasks.NoSuchImport, tasks.NotNow) as error:
        raise Failure((type(error).__doc__ or "").strip()) from error
    if ended is None:
        click.echo("Esta importação já estava desfeita.")
    elif isinstance(ended, Undone):
        click.echo(
            json.dumps({"undone": True, "debtors": ended.debtors})
            if as_json
            else f"Desfeita: {ended.debtors} devedores, {ended.contracts} contratos,"
            f" {ended.instalments} parcelas e {ended.points} telefones saíram;"
            f" {ended.restored} registros voltaram ao que eram."
        )
    else:
        raise Failure(str(ended))
