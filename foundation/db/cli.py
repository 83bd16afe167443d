"""`acordo db`: bring the database to this version."""

from __future__ import annotations

import asyncio

import click

from foundation.cli import Failure
from foundation.db.engine import connect
from foundation.db.migrate import DatabaseFromNewerVersion
from foundation.db.prepare import prepare
from foundation.health import CannotRun
from foundation.process import read_settings
from foundation.reach import reach_database
from foundation.settings import ProcessSettings


@click.group()
def db() -> None:
    """O banco de dados: criar e atualizar as tabelas."""


@db.command()
def upgrade() -> None:
    """Traz o banco de dados para esta versão; recusa o de uma versão mais nova."""
    settings = read_settings(ProcessSettings)
    try:
        asyncio.run(_upgrade(settings))
    except DatabaseFromNewerVersion as error:
        raise Failure(f"{DatabaseFromNewerVersion.__doc__} (revisão {error})") from None
    except CannotRun as error:
        raise Failure(str(error)) from None
    click.echo("banco de dados atualizado")


async def _upgrade(settings: ProcessSettings) -> None:
    engine = connect(settings)
    try:
        await reach_database(engine, deadline_s=10)
    finally:
        await engine.dispose()
    await prepare(settings)
