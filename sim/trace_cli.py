"""`acordo trace`: make a trace from a scenario or from real calls, and look at one."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from foundation.cli import Failure
from foundation.system_reasons import reason

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

    from sim.world.recorded import PastCall
    from sim.world.trace import TraceRow

Answer = TypeVar("Answer")

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, path_type=Path)


@click.group()
def trace() -> None:
    """Gabaritos: o que a rede simulada faz com cada chamada (CSV ou Parquet)."""


@trace.command("generate")
@click.argument("scenario_file", metavar="CENÁRIO.toml", type=_FILE)
@click.option("--numbers", type=_FILE, help="Um número por linha, com 55 e DDD.")
@click.option("--from-database", is_flag=True, help="Todos os telefones dos devedores.")
@click.option("--out", type=_OUT, required=True, help="ARQUIVO.csv ou ARQUIVO.parquet.")
def generate(
    scenario_file: Path, numbers: Path | None, from_database: bool, out: Path
) -> None:
    """Sorteia um gabarito a partir de um cenário; a mesma semente dá o mesmo."""
    from sim import scenarios, traces
    from sim.world.scenario import BadScenario

    if (numbers is None) == (not from_database):
        raise click.UsageError("escolha --numbers ARQUIVO ou --from-database.")
    try:
        chosen = scenarios.load(scenario_file)
        found = _database_numbers() if numbers is None else traces.numbers_of_file(numbers)
    except (BadScenario, traces.BadNumber, UnicodeDecodeError) as error:
        raise Failure(str(error)) from error
    if not found:
        raise Failure("nenhum número para o gabarito.")
    _write(out, traces.trace_of(chosen, found))


@trace.command("record")
@click.option("--campaign", required=True, help="Nome da campanha.")
@click.option("--out", type=_OUT, required=True, help="ARQUIVO.csv ou ARQUIVO.parquet.")
def record(campaign: str, out: Path) -> None:
    """Grava um gabarito com as chamadas reais de uma campanha."""
    from sim.world.recorded import recorded

    _write(out, recorded(_past_calls(campaign)))


@trace.command("show")
@click.argument("file", metavar="ARQUIVO", type=_FILE)
@click.option("--json", "as_json", is_flag=True, help="Resposta em JSON.")
def show(file: Path, as_json: bool) -> None:
    """Conta os desfechos de um gabarito."""
    from sim.carrier import trace_file
    from sim.world.trace import BadTrace, counts

    try:
        found = counts(trace_file.read(file))
    except BadTrace as error:
        raise Failure(str(error)) from error
    total = sum(found.values())
    if as_json:
        click.echo(json.dumps({"rows": total, "kinds": found}))
        return
    for kind, count in found.items():
        click.echo(f"{kind:12} {count:8}  {100 * count / max(total, 1):5.1f} %")
    click.echo(f"{'total':12} {total:8}")


def _write(out: Path, rows: Iterable[TraceRow]) -> None:
    from sim.carrier import trace_file

    if out.suffix not in (".csv", ".parquet"):
        raise click.UsageError("--out: esperado um arquivo .csv ou .parquet.")
    try:
        count = trace_file.write(out, rows)
    except OSError as error:
        raise Failure(f"{out}: {reason(error)}") from error
    click.echo(f"{count} linhas em {out}")


def _database_numbers() -> list[str]:
    from sim import traces

    return _ask("contact_point", traces.numbers_of_database)


def _past_calls(campaign: str) -> list[PastCall]:
    from sim import traces

    try:
        return _ask("attempt", partial(traces.past_calls, campaign=campaign))
    except traces.NoSuchCampaign as error:
        raise Failure(f"não existe campanha com o nome {campaign!r}.") from error


def _ask(table: str, question: Callable[[AsyncEngine], Awaitable[Answer]]) -> Answer:
    from foundation.db.use import ask_database
    from foundation.settings import ProcessSettings

    return ask_database(ProcessSettings(), question, table=table)
