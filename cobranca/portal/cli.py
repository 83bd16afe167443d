"""`acordo portal`: links for debtors, and the rights desk's open requests."""

from __future__ import annotations

import json
import sys
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from uuid import UUID

import click

from foundation.cli import Failure
from foundation.db.failures import run

_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Para ser lido por um programa."
)


@click.group()
def portal() -> None:
    """Portal do devedor: links de acesso e pedidos em aberto."""


@portal.command()
@click.argument("debtor", required=False, type=click.UUID, metavar="[DEVEDOR]")
@click.option("--hours", type=click.IntRange(1, 720), help="Horas de vida do link.")
@click.option("--send", is_flag=True, help="Manda o link ao devedor, e não o mostra.")
@click.option("--revoke", is_flag=True, help="Invalida todos os links do devedor.")
def link(debtor: UUID | None, hours: int | None, send: bool, revoke: bool) -> None:
    """Cria um link de acesso; DEVEDOR é o identificador, sem ele o CPF na entrada padrão.

    O link abre uma vez, e quem o abre ainda diz quem é. Não o guarde em registros.
    """
    from cobranca.portal import link_command

    whom = debtor or sys.stdin.readline().strip()
    if revoke:
        count = run(link_command.revoke(whom, datetime.now(UTC)))
        click.echo(f"{count} links invalidados.")
        return
    lives = timedelta(hours=hours) if hours else None
    if send:
        click.echo(run(link_command.send(whom)))
        return
    click.echo(run(link_command.make(whom, datetime.now(UTC), lives)))


@portal.command()
@click.option("--all", "every", is_flag=True, help="Também os respondidos.")
@_JSON
def requests(every: bool, as_json: bool) -> None:
    """Pedidos de devedores (contestação, LGPD, ligação), pelo dia da resposta."""
    from cobranca.portal import link_command
    from foundation.brasil.dates import format_date

    found = run(link_command.open_requests(every=every))
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], default=str))
        return
    for one in found:
        state = "respondido" if one.closed_at else f"até {format_date(one.due_on)}"
        click.echo(f"{one.protocol} {one.kind.value:<9} {state}: {one.name}: {one.told}")
    if not found:
        click.echo("Nenhum pedido em aberto.")


@portal.command()
@click.argument("protocol", metavar="PROTOCOLO")
@click.argument("answer", metavar="RESPOSTA")
@click.option("--upheld", is_flag=True, help="A contestação procede: a conta segue parada.")
def close(protocol: str, answer: str, upheld: bool) -> None:
    """Responde um pedido; o devedor lê a resposta no portal.

    A resposta à última contestação de uma conta libera a cobrança dela, salvo com --upheld.
    """
    from cobranca.portal import link_command

    now = datetime.now(UTC)
    done = run(link_command.close(protocol, answer, now, upheld=upheld))
    if done is None:
        raise Failure("Não há pedido em aberto com este protocolo.")
    click.echo("Respondido; a conta volta a ser cobrada." if done.lifted else "Respondido.")
