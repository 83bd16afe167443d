"""`acordo compliance import-list` and `lists`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.lists import (
    EmptyList,
    Kept,
    Read,
    UnreadableList,
    import_list,
    kept_lists,
)
from cobranca.compliance.own_rules import rules_of
from cobranca.compliance.rulebook import lists_of
from cobranca.people.audit import record, system_user
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.db.use import with_database
from foundation.settings import ProcessSettings
from foundation.system_reasons import reason

STALE_DAYS = 30  # a block of Não Me Perturbe takes so long to work


@click.command(name="import-list")
@click.argument("name", metavar="NOME")
@click.argument("file", type=click.Path(path_type=Path), metavar="ARQUIVO")
@click.option("--add", is_flag=True, help="Soma à lista que já está; sem isso, troca-a.")
@click.option("--skip-unreadable", is_flag=True, help="Deixa de fora o que não é telefone.")
def import_list_command(name: str, file: Path, add: bool, skip_unreadable: bool) -> None:
    """Importa uma lista de quem não quer ser contatado (Não Me Perturbe, estaduais).

    NOME é o da lista nas regras; ARQUIVO tem um telefone por linha, na primeira coluna.
    """
    looked_at = lists_of(rules_of(ProcessSettings()))
    if name not in looked_at:
        known = ", ".join(sorted(looked_at))
        raise click.UsageError(f"nenhuma regra olha a lista «{name}»; há: {known}")

    async def use(connection: AsyncConnection) -> Read:
        read = await import_list(
            connection,
            name,
            file,
            now=datetime.now(UTC),
            by=system_user(),
            add=add,
            skip_unreadable=skip_unreadable,
        )
        told = {"list": name, "numbers": read.numbers, "sha256": read.digest}
        await record(connection, None, action="do_not_call.import", detail=told)
        return read

    read = _imported(file, use)
    skipped = f"; {read.unreadable} linhas deixadas de fora" if read.unreadable else ""
    click.echo(f"Lista «{name}»: {read.numbers} telefones lidos{skipped}.")


def _imported(file: Path, use: Callable[[AsyncConnection], Awaitable[Read]]) -> Read:
    try:
        with file.open("rb"):
            pass
    except OSError as error:
        raise Failure(f"não consegui ler {file}: {reason(error)}") from error
    try:
        return with_database(ProcessSettings(), use)
    except UnreadableList as error:
        lines = ", ".join(map(str, error.read.first_unreadable))
        more = "" if error.read.unreadable <= len(error.read.first_unreadable) else " …"
        raise Failure(
            f"{error} São {error.read.unreadable}: linhas {lines}{more}. Confira o arquivo,"
            " ou use --skip-unreadable."
        ) from error
    except EmptyList as error:
        raise Failure(str(error)) from error


@click.command(name="lists")
@click.option("--json", "for_program", is_flag=True, help="Para ser lido por um programa.")
def lists_command(for_program: bool) -> None:
    """Mostra as listas de bloqueio que as regras olham, e de quando são."""
    kept = {one.name: one for one in with_database(ProcessSettings(), kept_lists)}
    now = datetime.now(UTC)
    looked_at = sorted(lists_of(rules_of(ProcessSettings())))
    if for_program:
        told = [_as_json(name, kept.get(name), now) for name in looked_at]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for name in looked_at:
        click.echo(f"{name}: {_said(kept.get(name), now)}")


def _as_json(name: str, kept: Kept | None, now: datetime) -> dict[str, object]:
    return {
        "list": name,
        "numbers": kept.numbers if kept else 0,
        "imported_at": kept and kept.imported_at.isoformat(),
        "imported_by": kept and kept.imported_by,
        "file": kept and kept.file_name,
        "stale": kept is None or _days(kept, now) > STALE_DAYS,
    }


def _said(kept: Kept | None, now: datetime) -> str:
    if kept is None:
        return "nunca importada: ninguém é bloqueado por ela"
    when = f"{kept.imported_at.astimezone(SAO_PAULO):%d/%m/%Y %H:%M}"
    old = " — VELHA, importe de novo" if _days(kept, now) > STALE_DAYS else ""
    return f"{kept.numbers} telefones, de {kept.file_name} em {when}{old}"


def _days(kept: Kept, now: datetime) -> int:
    return (now - kept.imported_at).days


COMMANDS = (import_list_command, lists_command)
