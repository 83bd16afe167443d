"""`acordo import debtors`."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from pathlib import Path

import asyncpg
import click

from cobranca.debtors.imports import service
from cobranca.debtors.imports.errors import UnreadableFile
from cobranca.debtors.imports.remarks import RemarksFile, RemarksUnwritable
from cobranca.debtors.imports.service import Order, Report
from foundation.cli import Failure
from foundation.crypto import Keys
from foundation.db.use import with_database
from foundation.home import Home
from foundation.settings import ProcessSettings

_NOTHING_DONE = "Nada foi importado; depois de resolver, é só importar de novo."
_DELIMITER_NAMES = {"\t": "tabulação"}


@click.group(name="import")
def import_group() -> None:
    """Importa arquivos de credores."""


@import_group.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--creditor", required=True, help="Nome do credor; é criado se não existir.")
@click.option("--portfolio", required=True, help="Nome da carteira; idem.")
@click.option("--dry-run", is_flag=True, help="Só confere e conta; não grava nada.")
@click.option(
    "--errors",
    "errors_file",
    type=click.Path(path_type=Path),
    help="Onde gravar o que foi recusado. Sem isso: ao lado do arquivo, .erros.csv",
)
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def debtors(
    file: Path,
    creditor: str,
    portfolio: str,
    dry_run: bool,
    errors_file: Path | None,
    as_json: bool,
) -> None:
    """Importa devedores, dívidas e telefones de um CSV.

    Colunas: contrato, cpf/cnpj, nome, valor, vencimento e telefones; também parcela,
    nascimento, uf e produto. Importar o mesmo arquivo outra vez não muda nada. Linhas
    com erro são recusadas uma a uma, com o motivo; as outras entram.
    """
    errors_file = errors_file or file.with_name(f"{file.stem}.erros.csv")
    if errors_file.resolve() == file.resolve():
        raise click.UsageError("--errors é o próprio arquivo a importar")
    names = (creditor.strip(), portfolio.strip())
    if not all(names):
        raise click.UsageError("o nome do credor e o da carteira não podem ficar em branco")
    order = Order(path=file, creditor=names[0], portfolio=names[1], dry_run=dry_run)
    with RemarksFile(errors_file) as remarks:
        report = _imported(order, remarks, quiet=as_json)
        _keep(remarks)
    if as_json:
        click.echo(_as_json(report, remarks))
    else:
        click.echo(_as_text(report, order, remarks))
    if report.accepted == 0 and report.counts.refused:
        raise Failure(
            "nenhuma linha pôde ser importada; veja os motivos no arquivo de erros"
        )


def _imported(order: Order, remarks: RemarksFile, *, quiet: bool) -> Report:
    settings = ProcessSettings()
    hidden = quiet or not sys.stderr.isatty()
    try:
        service.check_file(order.path)
        size = order.path.stat().st_size
        with click.progressbar(
            length=size, label="Lendo", file=sys.stderr, hidden=hidden
        ) as bar:
            return with_database(
                settings,
                lambda connection: service.import_debtors(
                    connection,
                    Keys.of(Home(settings.home)),
                    order,
                    remarks,
                    lambda read: bar.update(read - bar.pos),
                ),
            )
    except (UnreadableFile, RemarksUnwritable) as error:
        raise Failure(str(error)) from error
    except (asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        raise Failure(f"O banco de dados falhou: {error}. {_NOTHING_DONE}") from error
    except Failure as error:
        message = error.message.rstrip(".")
        raise Failure(f"{message}. {_NOTHING_DONE}") from error


def _keep(remarks: RemarksFile) -> None:
    try:
        remarks.put_in_place()
    except RemarksUnwritable as error:
        raise Failure(f"As linhas boas foram importadas. {error}") from error


def _as_json(report: Report, remarks: RemarksFile) -> str:
    figures = {
        "dry_run": report.dry_run,
        "rows": report.rows,
        **asdict(report.counts),
        "warnings": report.warnings,
        "errors_file": str(remarks.path) if remarks.written else None,
        "encoding": report.encoding,
        "delimiter": report.delimiter,
        "ignored_columns": report.ignored_columns,
    }
    return json.dumps(figures, ensure_ascii=False)


def _as_text(report: Report, order: Order, remarks: RemarksFile) -> str:
    counts = report.counts
    mark = _DELIMITER_NAMES.get(report.delimiter, f"“{report.delimiter}”")
    lines = [
        f"{order.path.name}: {report.rows} linhas, {report.encoding}, separador {mark}",
        f"  novos      {counts.new:>9}",
        f"  alterados  {counts.changed:>9}",
        f"  iguais     {counts.same:>9}",
        f"  repetidos  {counts.repeated:>9}  (a mesma parcela outra vez no arquivo)",
        f"  recusados  {counts.refused:>9}",
        f"Devedores novos: {counts.new_debtors}; telefones novos: {counts.new_points}.",
    ]
    if report.ignored_columns:
        lines.append(f"Colunas que não foram lidas: {', '.join(report.ignored_columns)}.")
    if report.creditor_is_new:
        lines.append(f"Credor novo: {order.creditor}.")
    if remarks.written:
        told = f"{counts.refused} linhas recusadas e {report.warnings} avisos"
        lines.append(f"{told}, com os motivos, em {remarks.path}")
    if report.dry_run:
        lines.append("Conferência apenas: nada foi gravado.")
    return "\n".join(lines)
