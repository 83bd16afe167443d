"""`acordo db`: bring the database to this version."""

from __future__ import annotations

import asyncio

import click

from foundation.cli import CannotRun, Failure
from foundation.db.migrate import DatabaseFromNewerVersion
from foundation.db.prepare import prepare
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings

REACH_S = 10.0


@click.group()
def db() -> None:
    """O banco de dados: criar e atualizar as tabelas."""


@db.command()
def upgrade() -> None:
    """Traz o banco de dados para esta versão; recusa o de uma versão mais nova."""
    settings = read_settings(ProcessSettings)
    try:
        asyncio.run(prepare(settings, reach_s=REACH_S))
    except DatabaseFromNewerVersion as error:
        raise Failure(f"{DatabaseFromNewerVersion.__doc__} (revisão {error})") from None
    except CannotRun as error:
        raise Failure(str(error)) from None
    click.echo("banco de dados atualizado")
