"""`acordo compliance`: explain; ledger, lists and rules have modules of their own."""

from __future__ import annotations

import json
from datetime import datetime
from typing import get_args
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger_cli, lists_cli, rules_cli
from cobranca.compliance.asked_debtor import asked_debtor, debtor_id
from cobranca.compliance.explain import Explanation, explain
from cobranca.compliance.explained import as_json, as_text
from cobranca.compliance.meters.meters_cli import meters_command
from cobranca.compliance.model import Means, Purpose
from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.compliance.service import ContactPolicy, Errand
from cobranca.language.lint_cli import lint_command
from foundation.brasil.document import InvalidDocument
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.db.contact_clock import SimulatedClockOnRealRoute, contact_clock
from foundation.db.use import with_database
from foundation.settings import ProcessSettings


@click.group()
def compliance() -> None:
    """Regras de contato: por quê, quem não se contata, listas de bloqueio."""


@compliance.command(name="explain")
@click.argument("debtor", required=False)
@click.option(
    "--at", "at_text", help="Instante, como 2026-03-10T10:00 (sem fuso: São Paulo)."
)
@click.option(
    "--means",
    type=click.Choice(get_args(Means)),
    default="voice",
    help="Meio do contato. Sem isso: ligação.",
)
@click.option(
    "--purpose",
    type=click.Choice(get_args(Purpose)),
    default="collection",
    help="Para quê: cobrar (sem isso), oferecer, conciliar, lembrar do acordado, a pedido.",
)
@click.option("--debt", type=click.UUID, help="De uma só dívida (identificador).")
@click.option("--json", "for_program", is_flag=True, help="Para ser lido por um programa.")
def explain_command(
    debtor: str | None,
    at_text: str | None,
    means: Means,
    purpose: Purpose,
    debt: UUID | None,
    for_program: bool,
) -> None:
    """Diz se um devedor pode ser contatado, por que regra e até quando.

    DEBTOR é o identificador do devedor. Sem ele, o CPF ou CNPJ é lido da entrada padrão:
    na linha de comando ficaria à vista de outros usuários da máquina.
    """
    at = None if at_text is None else _instant(at_text)
    wanted = asked_debtor(debtor)
    errand = Errand(means=means, purpose=purpose, debt=debt)
    settings = ProcessSettings()
    policy = ContactPolicy.of(settings)

    async def use(connection: AsyncConnection) -> tuple[datetime, list[Explanation]]:
        now = at or (await contact_clock(connection, settings)).now()
        whom = await debtor_id(connection, settings, wanted)
        return now, await explain(connection, policy, whom, now, errand)

    try:
        now, explained = with_database(settings, use)
    except (NoSuchDebtor, SimulatedClockOnRealRoute, InvalidDocument) as error:
        raise Failure(str(error)) from error
    if for_program:
        told = as_json(now, errand, explained, policy.titles)
        click.echo(json.dumps(told, ensure_ascii=False))
    else:
        click.echo(as_text(now, errand, explained, policy.titles))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError("--at: escreva como 2026-03-10T10:00") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=SAO_PAULO)


for command in (
    *ledger_cli.COMMANDS,
    *lists_cli.COMMANDS,
    *rules_cli.COMMANDS,
    lint_command,
    meters_command,
):
    compliance.add_command(command)
