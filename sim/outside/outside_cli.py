"""`acordo outside` runs the simulated outside; `acordo bank` is a payer at its bank."""

from __future__ import annotations

import json
from functools import partial
from http.client import HTTPConnection
from urllib.parse import urlencode

import click

from foundation.cli import Failure

_TIMEOUT_S = 10.0


@click.command()
def outside() -> None:
    """Roda os serviços externos simulados: o banco em que os devedores pagam."""
    from foundation.process import read_settings, run
    from sim.outside import app
    from sim.outside.settings import OutsideSettings

    settings = read_settings(OutsideSettings)
    run("outside", settings, settings.outside, partial(app.run, settings=settings))


@click.group()
def bank() -> None:
    """Banco simulado da demonstração."""


@bank.command()
@click.argument("code", metavar="CODIGO")
@click.option("--amount", help="Valor, se for outro que o cobrado, como 10,00.")
@click.option("--json", "as_json", is_flag=True, help="Resposta em JSON.")
def pay(code: str, amount: str | None, as_json: bool) -> None:
    """Paga um Pix copia e cola como um devedor o faria."""
    from foundation.settings_reading import read_settings
    from sim.outside.settings import OutsideSettings

    port = read_settings(OutsideSettings).outside.payer_port
    answer = _asked(port, {"code": code, "amount": amount or ""})
    if as_json:
        click.echo(json.dumps(answer, ensure_ascii=False))
    else:
        click.echo(answer["paid"])


def _asked(port: int, form: dict[str, str]) -> dict[str, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=_TIMEOUT_S)
    headers = {
        "Accept": "application/json",
        "Content-Type": "application/x-www-form-urlencoded",
    }
    try:
        connection.request("POST", "/pay", urlencode(form), headers)
        answer = connection.getresponse()
        told: dict[str, str] = json.loads(answer.read())
    except (OSError, ValueError):
        raise Failure(
            f"o banco simulado não responde na porta {port}; inicie com: acordo up --demo"
        ) from None
    finally:
        connection.close()
    if "error" in told:
        raise Failure(told["error"])
    return told
