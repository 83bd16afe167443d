"""`acordo drain`: no new calls, those that run end, then everything stops."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import time
from getpass import getuser
from socket import gethostname

import click
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from foundation import preflight
from foundation.cli import Failure
from foundation.db.use import ask_database, with_database
from foundation.home import Home
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings

LEASE_S = 20.0  # of a command that is killed, nothing lasts longer
LOOK_S = 2.0
# what was committed just before the order reached the leader is on its way by then
SETTLED_S = 4.0


@click.command()
@click.option(
    "--limit", default=30.0, show_default=True, help="Minutos de espera, no máximo."
)
@click.option(
    "--hold",
    default=10.0,
    show_default=True,
    help="Minutos em que nada começa depois do fim, para parar e atualizar.",
)
@click.option("--keep", is_flag=True, help="Espera o fim das chamadas, mas não para nada.")
@click.option("--cancel", is_flag=True, help="Volta a discar e a atender já.")
@click.option("--json", "as_json", is_flag=True, help="Resposta para programas.")
def drain(limit: float, hold: float, keep: bool, cancel: bool, as_json: bool) -> None:
    """Não começa mais chamadas, espera as que correm e para o Acordo desta máquina.

    Os supervisores são avisados; quem liga ouve que tente de novo em alguns minutos.
    Interromper o comando volta a discar. Em contêineres, pare depois com: docker
    compose stop
    """
    settings = read_settings(ProcessSettings)
    if cancel:
        with_database(settings, _end)
        click.echo("voltando a discar")
        return
    begun = time.monotonic()
    left = ask_database(
        settings, lambda engine: _drained(engine, limit * 60, hold * 60), table="attempt"
    )
    seconds = round(time.monotonic() - begun, 1)
    stopped = None if keep or left else _stop(Home(settings.home))
    if as_json:
        answer = {"running": left, "seconds": seconds, "stopped": stopped is not None}
        click.echo(json.dumps(answer))
    if left:
        raise Failure(
            f"{left} chamadas ainda correm depois de {limit:g} min; nada foi parado, e "
            f"nada é discado por mais {hold:g} min (acordo drain --cancel volta a discar)"
        )
    if not as_json:
        click.echo(f"nenhuma chamada corre, depois de {seconds:g} s")
        click.echo("parando o Acordo" if stopped else f"nada é discado por {hold:g} min")


async def _end(connection: AsyncConnection) -> None:
    from foundation.db.draining import order

    await order(connection, _holder(), hold_s=0)


async def _drained(engine: AsyncEngine, limit_s: float, hold_s: float) -> int:
    """Hold the order until nothing runs; returns how many calls are left at the limit."""
    begun = time.monotonic()
    try:
        while True:
            left = await _look(engine, LEASE_S)
            passed_s = time.monotonic() - begun
            if (left == 0 and passed_s >= SETTLED_S) or passed_s >= limit_s:
                break
            click.echo(f"{left} chamadas em andamento", err=True)
            await asyncio.sleep(LOOK_S)
    except BaseException:
        await _look(engine, 0)
        raise
    return await _look(engine, hold_s)


async def _look(engine: AsyncEngine, hold_s: float) -> int:
    from dialer.shell.draining import running
    from foundation.db.draining import order

    async with engine.begin() as connection:
        await order(connection, _holder(), hold_s=hold_s)
        return await running(connection)


def _holder() -> str:
    return f"{getuser()}@{gethostname()}:{os.getpid()}"


def _stop(home: Home) -> int | None:
    """Tell the `acordo up` of this folder to stop; its number, or None when none runs."""
    number = preflight.holder(home)
    if number is not None:
        os.kill(number, signal.SIGTERM)
    return number
