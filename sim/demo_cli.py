"""`acordo demo`: what makes the demonstration."""

from __future__ import annotations

import os
import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import click

from cobranca.people.roles import Role
from foundation.cli import Failure
from foundation.db.failures import run
from foundation.routes import simulated
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings
from sim.demo import DEBTORS, SEED

if TYPE_CHECKING:
    from cobranca.contacts.robot_board import Said
    from sim.demo_portal import Visitor
    from sim.demo_watch import Agreed

ROLES = {
    Role.AGENT: "atendente",
    Role.SUPERVISOR: "supervisão",
    Role.ADMIN: "administração",
}


@click.group()
def demo() -> None:
    """Demonstração: devedores e telefones simulados."""


@demo.command()
@click.option(
    "--debtors",
    type=click.IntRange(1, 200_000),
    default=DEBTORS,
    show_default=True,
    help="Quantos devedores.",
)
@click.option(
    "--seed", default=SEED, show_default=True, help="Outra semente, outros devedores."
)
def load(debtors: int, seed: int) -> None:
    """Cria devedores de demonstração; repetir não muda nada."""
    from sim import demo as demonstration

    settings = _settings()
    report = run(demonstration.load(settings, debtors=debtors, seed=seed))
    counts = report.counts
    click.echo(
        f"{counts.new} parcelas novas, {counts.changed} alteradas, {counts.same} iguais; "
        f"{counts.new_debtors} devedores e {counts.new_points} telefones novos."
    )


@demo.command()
def prepare() -> None:
    """Prepara devedores, posições e a rede simulada; repetir não muda nada."""
    click.echo(run(_prepare(_settings())))


@demo.command()
def logins() -> None:
    """Cria os logins da demonstração, ou os mostra de novo."""
    from sim import demo_people

    for one in run(demo_people.logins(_settings())):
        shown = one.password or "(senha trocada; veja com quem a trocou)"
        click.echo(f"login {one.login:<12} senha {shown}  [{ROLES[one.role]}]")
    _tell_of_portal()


@demo.command()
def portal() -> None:
    """Mostra um link novo do portal, de um devedor da demonstração."""
    _tell_of_portal()


@demo.command()
def start() -> None:
    """Inicia a campanha do dia simulado."""
    click.echo(run(_start(_settings())))


@demo.command("run")
@click.argument("name", metavar="PROCESSO", type=click.Choice(["console", "worker"]))
def run_process(name: str) -> None:
    """Roda um processo que usa os serviços externos simulados, como em contêineres."""
    from foundation.plan import UpSettings, demonstrated

    environment = os.environ | demonstrated(read_settings(UpSettings))
    argv = [sys.executable, "-m", "foundation", name]
    os.execve(sys.executable, argv, environment)  # noqa: S606 - no shell between


@demo.command(hidden=True)
def follow() -> None:
    """Lê um passo por linha e responde a cada um com uma linha (para `acordo up`)."""
    from sim import demo_floor  # noqa: F401 - what takes long, while nobody asks yet

    steps = {"prepare": _prepare, "start": _start}
    settings = _settings()
    for line in sys.stdin:
        click.echo(run(steps[line.strip()](settings)))


@demo.command()
@click.option("--keys", help="O que ele tecla (sem isto: identifica-se e fecha à vista).")
def call(keys: str | None) -> None:
    """Um devedor da demonstração liga para a URA e negocia pelo teclado.

    Mostra a conversa enquanto acontece, e o que ficou combinado.
    """
    from sim import demo_call, demo_watch
    from sim.carrier.inbound import NoNetwork
    from sim.demo_numbers import URA

    visitor = _visitor()
    if visitor is None:
        raise Failure("não há devedor da demonstração que possa negociar")
    pressed = keys or demo_call.keys_of(visitor)
    click.echo(f"{visitor.name} liga para {URA} e tecla {pressed}")
    place = partial(demo_call.call, visitor, pressed)
    try:
        agreed = run(demo_watch.conversation(_settings(), visitor.phone, place, _tell_turn))
    except (NoNetwork, demo_watch.NotAnswered, demo_watch.GoesOn) as error:
        raise Failure(str(type(error).__doc__)) from error
    _tell_agreed(agreed)
    click.echo(f"no portal (abre uma vez): {visitor.link}")


def _tell_turn(said: Said) -> None:
    click.echo(f"  URA: {said.asked}")
    answer = said.hypothesis or "(silêncio)"
    click.echo(f"  ele: {answer}" + ("" if said.outcome else "  (não entendida)"))


def _tell_agreed(agreed: Agreed | None) -> None:
    from foundation.brasil.dates import format_date
    from foundation.brasil.money import format_amount

    if agreed is None:
        click.echo("a conversa acabou sem acordo")
        return
    times = "à vista" if agreed.payments == 1 else f"em {agreed.payments} vezes"
    due = format_date(agreed.first_due)
    click.echo(f"acordo fechado: {format_amount(agreed.total)} {times}, a vencer em {due}")


def _visitor() -> Visitor | None:
    from foundation.plan import UpSettings
    from sim import demo_portal

    console = UpSettings().console
    base = f"http://{console.host}:{console.port}"
    return run(demo_portal.visitor(_settings(), base))


def _tell_of_portal() -> None:
    from foundation.brasil.dates import format_date
    from foundation.plan import UpSettings
    from sim.demo_numbers import URA

    visitor = _visitor()
    if visitor is None:
        return
    settings = UpSettings()
    outside, switch = settings.outside, settings.asterisk
    born = format_date(visitor.birth_date)
    click.echo(f"portal do devedor: {visitor.link}")
    click.echo(
        f"  abre uma vez; {visitor.name}, nascimento {born}, CPF {visitor.document} "
        "(pessoa gerada); outro link: .venv/bin/acordo demo portal"
    )
    pages, payer = outside.pages_port, outside.payer_port
    click.echo(f"  mensagens que chegam: http://127.0.0.1:{pages}")
    click.echo(f"  pagar um Pix: http://127.0.0.1:{payer}")
    phone = f"sip:{URA.removeprefix('+')}@{switch.sip_host}:{switch.sip_port}"
    click.echo(f"URA que negocia, de um telefone SIP em {switch.sip_host}: {phone}")
    click.echo("  ou uma ligação simulada: .venv/bin/acordo demo call")


async def _prepare(settings: ProcessSettings) -> str:
    from sim import demo_floor

    prepared = await demo_floor.prepare(settings, _tell)
    return f"{prepared.new_debtors} devedores novos; rede em {prepared.trace.name}"


async def _start(settings: ProcessSettings) -> str:
    from dialer.campaigns.errors import CampaignError
    from sim import demo_floor

    try:
        return f"campanha «{await demo_floor.start(settings)}» em andamento"
    except CampaignError as error:
        raise Failure(str(error)) from error


def _tell(text: str) -> None:
    click.echo(text, err=True)


@demo.command()
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def screenshots(folder: Path) -> None:
    """Fotografa cada página da demonstração que está no ar, em tema claro e escuro."""
    from foundation.plan import UpSettings

    try:
        from sim import screenshots as pictures
    except ModuleNotFoundError as error:
        raise Failure(f"falta {error.name}: rode make setup") from None
    settings = _settings()
    console = UpSettings().console
    base = f"http://{console.host}:{console.port}"
    written = run(pictures.take(base, settings, folder))
    size = sum(path.stat().st_size for path in written) / 1024
    click.echo(f"{len(written)} telas em {folder}, {size:.0f} KiB.")


def _settings() -> ProcessSettings:
    settings = ProcessSettings()
    if not simulated(settings):
        raise Failure("A demonstração só vale em rota simulada (ACORDO_TRUNK__SIMULATED).")
    return settings
