"""`acordo dialer` and `acordo campaign`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable
from decimal import Decimal
from typing import TypeVar, get_args

import click
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.people.service import seats
from dialer.answering.answer import DEFAULT, MODES, SETTING
from dialer.calls.events import NetworkOutcome
from dialer.campaigns import service
from dialer.campaigns.errors import CampaignError
from dialer.campaigns.running import BY_HAND
from dialer.campaigns.service import OUTCOME_WORDS, STATUS_WORDS, NewCampaign
from dialer.pacing.policy import MOST_LINES_PER_AGENT, Mode
from dialer.settings import DialerSettings
from foundation.cli import Failure
from foundation.db.use import with_database

T = TypeVar("T")
N = TypeVar("N", int, Decimal)
NO_RETRIES = {"max_attempts": 1}


@click.command()
@click.option("--on-word", is_flag=True, hidden=True)
def dialer(on_word: bool) -> None:
    """Roda o discador em primeiro plano."""
    from dialer.app import main
    from foundation.process import read_settings, run

    if on_word:
        from dialer.warming import warm
        from foundation.spare import copy_at_each_word

        warm()
        copy_at_each_word()
    settings = read_settings(DialerSettings)
    run("dialer", settings, settings.dialer, lambda process: main(settings, process))


def _range(number: Callable[[str], N]) -> Callable[..., tuple[N | None, N | None]]:
    """Read DE-ATÉ, either end of which may be missing."""

    def read(
        _context: click.Context, _option: click.Parameter, text: str | None
    ) -> tuple[N | None, N | None]:
        low, _, high = (text or "-").partition("-")
        try:
            return number(low) if low else None, number(high) if high else None
        except (ValueError, ArithmeticError):
            raise click.BadParameter(f"«{text}» não é uma faixa como 30-90.") from None

    return read


@click.group()
def campaign() -> None:
    """Campanhas: criar, iniciar, pausar, parar, acompanhar."""


@campaign.command()
@click.argument("name")
@click.option("--creditor", required=True, help="Nome do credor.")
@click.option("--portfolio", help="Nome da carteira; sem ele, todas do credor.")
@click.option("--product", "products", multiple=True, help="Produto; pode repetir.")
@click.option("--uf", "ufs", multiple=True, help="Estado, como SP; pode repetir.")
@click.option(
    "--days-late", callback=_range(int), help="Dias de atraso: DE-ATÉ, DE- ou -ATÉ."
)
@click.option("--amount", callback=_range(Decimal), help="Valor aberto em reais: DE-ATÉ.")
@click.option(
    "--last-outcome",
    "last_outcomes",
    multiple=True,
    type=click.Choice([outcome.value for outcome in NetworkOutcome]),
    help="Último resultado; pode repetir.",
)
@click.option(
    "--contact",
    type=click.Choice(["any", "never_called", "never_answered"]),
    default="any",
    show_default=True,
    help="Só quem nunca foi chamado, ou nunca atendeu.",
)
@click.option(
    "--mode",
    type=click.Choice([*get_args(Mode), *BY_HAND]),
    default="predictive",
    show_default=True,
    help="Ritmo da discagem.",
)
@click.option(
    "--ratio",
    type=click.FloatRange(1, MOST_LINES_PER_AGENT),
    help="Chamadas por atendente livre, no modo ratio.",
)
@click.option(
    "--target",
    type=click.FloatRange(0, 100),
    default=2.5,
    show_default=True,
    help="Abandono máximo, em % das chamadas atendidas por pessoas.",
)
@click.option(
    "--list-scores",
    is_flag=True,
    help="Usa no modo predictive as chances de atender que vieram na lista.",
)
@click.option(
    "--retries",
    type=click.Choice(["default", "none"]),
    default="default",
    show_default=True,
    help="Novas tentativas depois de ocupado, não atende etc.",
)
@click.option(
    "--machines",
    type=click.Choice(MODES),
    default=DEFAULT,
    show_default=True,
    help="Quando uma máquina atende: nada, só anotar (listen) ou desligar (hang_up).",
)
@click.option(
    "--robot",
    is_flag=True,
    help="Quem atende sem atendente livre fala com a URA; sem isto, ouve uma mensagem.",
)
@click.option(
    "--ring", default=30.0, show_default=True, help="Segundos de toque, no máximo."
)
@click.option(
    "--threshold", default=2.0, show_default=True, help="Segundos até a mensagem."
)
@click.option(
    "--wrap-up", default=30.0, show_default=True, help="Segundos de pós-atendimento."
)
def create(
    name: str,
    creditor: str,
    portfolio: str | None,
    products: tuple[str, ...],
    ufs: tuple[str, ...],
    days_late: tuple[int | None, int | None],
    amount: tuple[Decimal | None, Decimal | None],
    last_outcomes: tuple[str, ...],
    contact: str,
    mode: str,
    ratio: float | None,
    target: float,
    list_scores: bool,
    retries: str,
    machines: str,
    robot: bool,
    ring: float,
    threshold: float,
    wrap_up: float,
) -> None:
    """Cria uma campanha com os devedores de um credor que têm dívida aberta.

    Cada filtro a mais diminui a lista; a página de campanhas usa os mesmos.
    """
    if (mode == "ratio") != (ratio is not None):
        raise click.UsageError("--ratio vale com --mode ratio, e só com ele.")
    limits = [[target / 100, 86_400], [target / 100, 30 * 86_400]]
    policy = {"mode": mode, "limits": limits, "scored": list_scores, SETTING: machines}
    if robot:
        policy["robot"] = True
    new = NewCampaign(
        name=name,
        creditor=creditor,
        portfolio=portfolio,
        chosen={
            "products": products,
            "ufs": [uf.upper() for uf in ufs],
            "days_late_from": days_late[0],
            "days_late_to": days_late[1],
            "amount_from": amount[0],
            "amount_to": amount[1],
            "last_outcomes": last_outcomes,
            "contact": contact,
        },
        policy=policy if ratio is None else policy | {"ratio": ratio},
        retries=NO_RETRIES if retries == "none" else {},
        ring_timeout_s=ring,
        threshold_s=threshold,
        wrap_up_s=wrap_up,
    )
    debtors = _with_database(lambda connection: service.create(connection, new))
    people = "1 devedor" if debtors == 1 else f"{debtors} devedores"
    click.echo(f"Campanha «{name}» criada com {people}.")


@campaign.command()
@click.argument("name")
def start(name: str) -> None:
    """Inicia (ou retoma) a campanha."""
    changed = _with_database(lambda c: service.set_status(c, name, "running"))
    click.echo(f"Campanha «{name}» {'' if changed else 'já estava '}em andamento.")
    if not any(active for _, _, active in _with_database(seats)):
        click.echo(
            "Atenção: não há posições de atendimento; nada será discado. "
            "Crie com: acordo agents create 12",
            err=True,
        )


@campaign.command()
@click.argument("name")
def pause(name: str) -> None:
    """Pausa: nenhuma chamada nova; as em curso seguem."""
    _with_database(lambda connection: service.set_status(connection, name, "paused"))
    click.echo(f"Campanha «{name}» pausada.")


@campaign.command()
@click.argument("name")
def stop(name: str) -> None:
    """Para a campanha: nenhuma chamada nova; as em curso seguem."""
    _with_database(lambda connection: service.set_status(connection, name, "stopped"))
    click.echo(f"Campanha «{name}» parada.")


@campaign.command()
@click.argument("name")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def status(name: str, as_json: bool) -> None:
    """Mostra os números da campanha."""
    figures = _with_database(lambda connection: service.look(connection, name))
    if as_json:
        click.echo(json.dumps(figures, ensure_ascii=False))
        return
    click.echo(
        f"{figures['name']}: {STATUS_WORDS[figures['status']]}, "
        f"{figures['open']} em curso, {figures['debtors'].get('ready', 0)} na fila"
    )
    for outcome, count in figures["outcomes"].items():
        click.echo(f"  {OUTCOME_WORDS[outcome]:<24}{count:>7}")
    for rule, count in figures["refused"].items():
        click.echo(f"  sem contato permitido ({rule}){count:>7}")


@campaign.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def list_campaigns(as_json: bool) -> None:
    """Lista as campanhas."""
    found = _with_database(service.names)
    if as_json:
        click.echo(json.dumps([{"name": n, "status": s} for n, s in found]))
        return
    if not found:
        click.echo("Nenhuma campanha. Crie uma com: acordo campaign create")
    for name, state in found:
        click.echo(f"{STATUS_WORDS[state]:<26} {name}")


def _with_database(use: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    try:
        return with_database(DialerSettings(), use)
    except ValidationError as error:
        wrong = ", ".join(str(one["loc"][-1]) for one in error.errors() if one["loc"])
        raise Failure(f"O filtro não é válido: {wrong or 'faixa invertida'}.") from None
    except CampaignError as error:
        raise Failure(str(error)) from error
