"""`acordo outside` runs the simulated outside; `acordo bank` is a payer at its bank."""

from __future__ import annotations

import json
from dataclasses import asdict
from datetime import datetime
from functools import partial
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlencode

import click

from foundation.cli import Failure
from foundation.clock import SAO_PAULO

_TIMEOUT_S = 10.0
_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)


@click.group(invoke_without_command=True)
@click.pass_context
def outside(context: click.Context) -> None:
    """Roda os serviços externos simulados: banco, correio, SMS e as páginas deles."""
    if context.invoked_subcommand is not None:
        return
    from foundation.process import read_settings, run
    from sim.outside import app
    from sim.outside.settings import OutsideSettings

    settings = read_settings(OutsideSettings)
    run("outside", settings, settings.outside, partial(app.run, settings=settings))


@outside.command()
@click.option("--to", default="", help="Só as de um telefone ou e-mail.")
@click.option(
    "--last",
    type=click.IntRange(1, 10_000),
    default=20,
    show_default=True,
    help="Quantas, das mais novas.",
)
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def inbox(to: str, last: int, as_json: bool) -> None:
    """Mostra os e-mails e SMS que os serviços simulados entregaram."""
    from foundation.brasil.dates import format_instant
    from foundation.home import Home
    from foundation.settings import ProcessSettings
    from sim.outside.inbox import read
    from sim.outside.messages import inbox_file

    path = inbox_file(Home(ProcessSettings().home))
    found = [one for one in read(path) if to in one.to][-last:]
    if as_json:
        plain = [asdict(one) | {"at": one.at.isoformat()} for one in found]
        click.echo(json.dumps(plain, ensure_ascii=False))
        return
    for one in found:
        kind = "e-mail" if one.kind == "email" else "SMS"
        subject = f" «{one.subject}»" if one.subject else ""
        click.echo(f"{format_instant(one.at)} {kind} para {one.to}{subject}\n{one.text}\n")
    if not found:
        click.echo("Nenhuma mensagem chegou ainda.")


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


@bank.command()
@click.argument("remessa", type=_FILE, metavar="REMESSA")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Retorno.")
@click.option("--rejected", is_flag=True, help="Recusa os títulos em vez de os pagar.")
def answer(remessa: Path, out: Path, rejected: bool) -> None:
    """Responde a uma remessa com um retorno: hoje pagam-se todos os títulos registrados."""
    from cobranca.payments.refusal import InvalidCnab
    from sim.outside.bank.cnab_desk import answered

    if out.exists():
        raise Failure(f"{out} já existe: escolha outro nome")
    at = datetime.now(SAO_PAULO)
    try:
        content, titles = answered(remessa.read_bytes(), at=at, rejected=rejected)
    except (InvalidCnab, UnicodeDecodeError) as error:
        raise Failure(f"não é uma remessa que se possa ler: {error}") from error
    out.write_bytes(content)
    what = "recusados" if rejected else "pagos"
    click.echo(f"{titles} títulos {what}, em {out}")


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
