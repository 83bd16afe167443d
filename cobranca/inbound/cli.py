"""`acordo inbound`: our numbers that people call."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.inbound import service, skills
from cobranca.inbound.number import BadNumber, OurNumber, digits_of
from cobranca.inbound.opening_hours import BadHours, Hours
from cobranca.inbound.service import NoSuchCreditor
from cobranca.inbound.skills import NoSuchAgent
from foundation.brasil.ddd import UFS
from foundation.cli import Failure
from foundation.db.use import with_database
from foundation.settings import ProcessSettings

DAYS = ("weekday", "saturday", "sunday", "holiday")
FLOWS = {"receptive": "conversa automática", "floor": "direto às pessoas"}


@click.group()
def inbound() -> None:
    """Receptivo: os números que os devedores chamam, com credor e horário."""


def _digits(_context: click.Context, _parameter: click.Parameter, value: str) -> str:
    try:
        return digits_of(value)
    except BadNumber as error:
        raise click.BadParameter(str(error)) from None


_NUMBER = click.argument("number", metavar="NÚMERO", callback=_digits)


@inbound.command(name="list")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def list_numbers(as_json: bool) -> None:
    """Lista os números, o que atende em cada um e quando."""
    found = with_database(ProcessSettings(), service.numbers)
    if as_json:
        click.echo(json.dumps([_row(one) for one in found], ensure_ascii=False))
        return
    if not found:
        click.echo("Nenhum número. Cadastre com: acordo inbound set NÚMERO --name NOME")
    for one in found:
        click.echo(f"{one.number}  {one.name}: {FLOWS[one.flow]}, {_hours(one)}")


@inbound.command(name="set")
@_NUMBER
@click.option("--name", help="Como a operação o chama.")
@click.option("--creditor", type=click.UUID, help="Credor; sem ele, todos.")
@click.option("--flow", type=click.Choice(list(FLOWS)), help="O que atende.")
@click.option("--skill", help="Habilidade que as chamadas pedem; vazio: nenhuma.")
@click.option("--priority", type=click.IntRange(0, 5), help="0 a 5: minutos de vantagem.")
@click.option("--weekday", metavar="HORAS", help="Segunda a sexta, como 08:00-20:00.")
@click.option("--saturday", metavar="HORAS", help="Sábado; vazio: fechado.")
@click.option("--sunday", metavar="HORAS", help="Domingo.")
@click.option("--holiday", metavar="HORAS", help="Feriados.")
@click.option(
    "--uf",
    type=click.Choice(["", *sorted(UFS)]),
    metavar="UF",
    help="Estado cujos feriados contam; vazio: só os nacionais.",
)
def set_number(number: str, **given: Any) -> None:
    """Cadastra um número, ou muda nele só o que for dado."""
    told = {name: value for name, value in given.items() if value is not None}

    async def use(connection: AsyncConnection) -> OurNumber:
        known = await service.number_called(connection, number)
        wanted = _changed(known or OurNumber(number=number, name=number), told)
        await service.put(connection, wanted, None, datetime.now(UTC))
        return wanted

    try:
        done = with_database(ProcessSettings(), use)
    except (BadHours, NoSuchCreditor) as error:
        raise Failure(str(error.__doc__)) from None
    click.echo(f"{done.number}  {done.name}: {FLOWS[done.flow]}, {_hours(done)}")


@inbound.command(name="skills")
@click.argument("seat", required=False, metavar="[POSIÇÃO]")
@click.argument("names", nargs=-1, metavar="[HABILIDADE]...")
@click.option("--none", "none", is_flag=True, help="Tira todas as habilidades.")
def put_skills(seat: str | None, names: tuple[str, ...], none: bool) -> None:
    """Dá a um atendente estas habilidades; sem nada, lista as de todos."""
    if seat is None:
        for one in with_database(ProcessSettings(), skills.agents):
            click.echo(f"{one.endpoint}  {one.name}: {', '.join(one.skills) or '–'}")
        return
    if not names and not none:
        raise click.UsageError("diga as habilidades, ou --none para tirar todas")
    try:
        given = with_database(ProcessSettings(), lambda c: skills.put(c, seat, names, None))
    except NoSuchAgent as error:
        raise Failure(str(error.__doc__)) from None
    click.echo(f"{seat}: {', '.join(given) or 'nenhuma habilidade'}")


@inbound.command(name="remove")
@_NUMBER
def remove_number(number: str) -> None:
    """Tira um número da lista; ele passa a seguir as configurações da URA."""
    if not with_database(ProcessSettings(), lambda c: service.remove(c, number, None)):
        raise Failure("Este número não está na lista.")
    click.echo("Tirado da lista.")


def _changed(known: OurNumber, told: dict[str, Any]) -> OurNumber:
    """Raises BadHours."""
    hours: dict[str, Any] = {d: Hours.parse(told[d]) for d in DAYS if d in told}
    if "uf" in told:
        hours["uf"] = told["uf"] or None
    names = ("name", "creditor", "flow", "skill", "priority")
    fields = {n: told[n] for n in names if n in told}
    if "skill" in fields:
        fields["skill"] = "".join(skills.written([fields["skill"]]))
    return replace(known, opening=replace(known.opening, **hours), **fields)


def _hours(one: OurNumber) -> str:
    names = zip(("seg-sex", "sáb", "dom", "feriado"), DAYS, strict=True)
    return ", ".join(f"{n} {getattr(one.opening, d) or 'fechado'}" for n, d in names)


def _row(one: OurNumber) -> dict[str, Any]:
    hours = {day: str(getattr(one.opening, day) or "") for day in DAYS}
    creditor: UUID | None = one.creditor
    return {
        "number": one.number,
        "name": one.name,
        "creditor": creditor and str(creditor),
        "flow": one.flow,
        **hours,
        "uf": one.opening.uf or "",
        "skill": one.skill,
        "priority": one.priority,
    }
