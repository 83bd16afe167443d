"""`acordo sim replay`: what another setting would have given on a day that was."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import UTC, date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING

import click

from foundation.cli import Failure
from sim.replay import options

if TYPE_CHECKING:
    from sim.replay.errors import CannotReplay
    from sim.replay.recorded import Recorded, Wanted
    from sim.replay.tried import Tried

SHIFTS = 20


@click.group()
def sim() -> None:
    """Simulador: o que outras regras teriam dado."""


@sim.command()
@click.option(
    "--day", metavar="AAAA-MM-DD", help="Dia das chamadas, no horário de São Paulo."
)
@click.option(
    "--hours",
    type=options.hours,
    metavar="HORAS",
    help="Em vez do dia: as últimas tantas horas.",
)
@click.option("--campaign", metavar="NOME", help="Nome ou id; sem ela, a única que discou.")
@click.option(
    "--policy", "policies", multiple=True, metavar="REGRA",
    help="Modo a experimentar: predictive, progressive, ratio:2.5, erlang, ou a forma de "
    "outros (vicidial-hard, issabel, ...). Pode repetir.",
)  # fmt: skip
@click.option(
    "--target", "targets", multiple=True, type=options.percent, metavar="%",
    help="Abandono máximo a experimentar, em %: 2 ou 2,5. Pode repetir.",
)  # fmt: skip
@click.option(
    "--against", type=click.Choice(("day", "now")), default="day", show_default=True,
    help="Comparar com as regras do dia, ou com as que valem agora.",
)  # fmt: skip
@click.option(
    "--shifts", default=SHIFTS, show_default=True, type=click.IntRange(3, 1000),
    help="Dias simulados de cada regra.",
)  # fmt: skip
@click.option("--seed", default=1, show_default=True, type=click.IntRange(0),
              help="Outra semente, outros dias simulados.")  # fmt: skip
@click.option(
    "--jobs", default=min(4, os.cpu_count() or 1), show_default="processadores, até 4",
    type=click.IntRange(1, 64), help="Processos ao mesmo tempo.",
)  # fmt: skip
@click.option(
    "--stop-after", type=click.IntRange(1), metavar="SEGUNDOS",
    help="Parar de simular depois disso, com ao menos 3 dias de cada regra.",
)  # fmt: skip
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def replay(
    day: str | None,
    hours: float | None,
    campaign: str | None,
    policies: tuple[str, ...],
    targets: tuple[float, ...],
    against: str,
    shifts: int,
    seed: int,
    jobs: int,
    stop_after: int | None,
    as_json: bool,
) -> None:
    """Repete um dia gravado e diz o que outra regra teria dado.

    Sem --policy e sem --target só confere se o replay reproduz o dia; se não reproduz, ou
    se o dia é curto demais para dizer, termina com 1.
    """
    from sim.replay import answer, running, table
    from sim.replay.errors import CannotReplay
    from sim.replay.tried import check_name

    try:
        for policy in policies:
            check_name(policy)
        recorded = _read(_wanted(day, hours, campaign))
        tried, base = _asked(recorded, policies, targets, now=against == "now")
        end = None if stop_after is None else time.monotonic() + stop_after
        played = running.shifts(
            recorded, tried, range(seed, seed + shifts), jobs=jobs, tell=_tell,
            enough=lambda: end is not None and time.monotonic() >= end,
        )  # fmt: skip
        found = answer.answer(recorded, tried, played, base)
    except CannotReplay as error:
        raise Failure(_why(error)) from error
    if as_json:
        click.echo(json.dumps(answer.as_json(found)))
    else:
        for line in table.lines(found):
            click.echo(line)
    if not (found.others or found.trust.good):
        raise click.exceptions.Exit(1)


def _wanted(day: str | None, hours: float | None, campaign: str | None) -> Wanted:
    from sim.replay.errors import NotYet
    from sim.replay.recorded import Wanted, whole_day

    if (day is None) == (hours is None):
        raise click.UsageError("escolha --day AAAA-MM-DD ou --hours N.")
    if day is not None:
        try:
            since, until = whole_day(date.fromisoformat(day))
        except (ValueError, OverflowError):
            raise click.UsageError(f"--day {day}: esperado AAAA-MM-DD.") from None
        if since > datetime.now(UTC):
            raise NotYet
    else:
        until = datetime.now(UTC)
        since = until - timedelta(hours=hours or 0.0)
    return Wanted(campaign=campaign, since=since, until=until)


def _read(wanted: Wanted) -> Recorded:
    from foundation.db.use import ask_database
    from foundation.settings import ProcessSettings
    from foundation.settings_reading import read_settings
    from sim.replay.reading import read

    settings = read_settings(ProcessSettings)
    return ask_database(settings, partial(read, wanted=wanted), table="attempt")


def _asked(
    recorded: Recorded,
    policies: tuple[str, ...],
    targets: tuple[float, ...],
    *,
    now: bool,
) -> tuple[list[Tried], int]:
    """What to play, and at which place that stands which all after it is compared with.

    First the day as it was, then what is set now (if that is asked for and differs).
    """
    from sim.replay.tried import as_it_is, as_it_was, other

    tried = [as_it_was(recorded)]
    if now and recorded.plan != ((0.0, recorded.now),):
        tried.append(as_it_is(recorded))
    base = len(tried) - 1
    tried += [
        other(recorded, policy, None if target is None else target / 100, now=now)
        for policy in policies or (None,)
        for target in targets or (None,)
        if policy is not None or target is not None
    ]
    return tried, base


def _tell(done: int, of: int) -> None:
    """Progress, for who watches a terminal."""
    if not sys.stderr.isatty():
        return
    end = "\r" + " " * 40 + "\r" if done == of else ""
    click.echo(f"\rsimulando: {done} de {of}{end}", err=True, nl=False)


def _why(error: CannotReplay) -> str:
    from sim.replay import errors

    match error:
        case errors.UnknownCampaign():
            return f"não existe campanha com o nome ou id {error.asked!r}."
        case errors.SeveralCampaigns():
            names = ", ".join(f"«{name}»" for name in error.names)
            return f"mais de uma campanha discou: escolha com --campaign entre {names}."
        case errors.NoCalls():
            days = ", ".join(day.isoformat() for day in error.days)
            found = f" Há em: {days}." if days else " Nunca houve."
            return f"nenhuma chamada feita nesse tempo.{found}"
        case errors.NotYet():
            return "esse dia ainda não começou."
        case errors.TooFewTalks():
            return (
                f"só {error.talks} conversas nesse tempo; são precisas {error.needed} para "
                "saber quanto duram."
            )
        case errors.NobodyWorked():
            return "nenhum atendente esteve no sistema nesse tempo."
        case errors.NotPaced():
            return (
                f"nesse tempo a campanha esteve no modo «{error.mode}», em que não há "
                "ritmo a experimentar."
            )
        case errors.UnknownPolicy():
            known = ", ".join(error.known)
            return f"não existe a regra {error.asked!r}; existem: {known}."
        case _:
            return f"as regras daquele tempo não se leem: {error}."
