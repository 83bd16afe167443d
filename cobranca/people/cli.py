"""`acordo agents`: the seats of the floor."""

from __future__ import annotations

import json

import click

from cobranca.people import service
from foundation.db.use import with_database
from foundation.settings import ProcessSettings


@click.group()
def agents() -> None:
    """Posições de atendimento (ramais)."""


@agents.command()
@click.argument("count", type=click.IntRange(1, 999))
def create(count: int) -> None:
    """Garante que existam as posições agent001 até o número dado."""
    settings = ProcessSettings()
    if count > settings.asterisk.endpoints:
        raise click.UsageError(
            f"o Asterisk tem {settings.asterisk.endpoints} ramais "
            "(ACORDO_ASTERISK__ENDPOINTS)"
        )
    new = with_database(settings, lambda c: service.create_seats(c, count))
    click.echo(f"{count} posições, {new} novas.")


@agents.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def list_seats(as_json: bool) -> None:
    """Lista as posições."""
    found = with_database(ProcessSettings(), service.seats)
    if as_json:
        rows = [{"endpoint": e, "name": n, "active": a} for e, n, a in found]
        click.echo(json.dumps(rows, ensure_ascii=False))
        return
    if not found:
        click.echo("Nenhuma posição. Crie com: acordo agents create 12")
    for endpoint, name, active in found:
        click.echo(f"{endpoint}  {name}{'' if active else '  (inativa)'}")
