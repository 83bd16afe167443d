"""`acordo compliance explain`."""

from __future__ import annotations

import json
import sys
from datetime import datetime
from typing import Any
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance.explain import Explanation, NoSuchDebtor, explain
from cobranca.compliance.service import ContactPolicy
from cobranca.debtors.service import debtor_with_document
from foundation.brasil.document import InvalidDocument, parse_document
from foundation.brasil.phone import masked_phone
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.crypto import Keys
from foundation.db.contact_clock import SimulatedClockOnRealRoute, contact_clock
from foundation.db.use import with_database
from foundation.home import Home
from foundation.routes import simulated
from foundation.settings import ProcessSettings


@click.group()
def compliance() -> None:
    """Regras de contato."""


@compliance.command(name="explain")
@click.argument("debtor", required=False)
@click.option(
    "--at", "at_text", help="Instante, como 2026-03-10T10:00 (sem fuso: São Paulo)."
)
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def explain_command(debtor: str | None, at_text: str | None, as_json: bool) -> None:
    """Diz se um devedor pode ser contatado, por que regra e até quando.

    DEBTOR é o identificador do devedor. Sem ele, o CPF ou CNPJ é lido da entrada padrão:
    na linha de comando ficaria à vista de outros usuários da máquina.
    """
    at = None if at_text is None else _instant(at_text)
    wanted = _wanted(debtor)
    settings = ProcessSettings()

    async def use(connection: AsyncConnection) -> tuple[datetime, list[Explanation]]:
        now = at or (await contact_clock(connection, settings)).now()
        policy = ContactPolicy(simulated_route=simulated(settings))
        debtor_id = await _debtor_id(connection, settings, wanted)
        return now, await explain(connection, policy, debtor_id, now)

    try:
        now, explanations = with_database(settings, use)
    except (NoSuchDebtor, SimulatedClockOnRealRoute, InvalidDocument) as error:
        raise Failure(str(error)) from error
    click.echo(_json(now, explanations) if as_json else _text(now, explanations))


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError as error:
        raise click.UsageError("--at: escreva como 2026-03-10T10:00") from error
    return instant if instant.tzinfo else instant.replace(tzinfo=SAO_PAULO)


def _wanted(debtor: str | None) -> UUID | str:
    """A debtor's id from the command line, or a document from standard input."""
    if debtor in (None, "-"):
        return sys.stdin.readline().strip()
    try:
        return UUID(debtor)
    except ValueError as error:
        raise click.UsageError(
            "DEBTOR é o identificador (UUID) do devedor; passe o CPF pela entrada padrão"
        ) from error


async def _debtor_id(
    connection: AsyncConnection, settings: ProcessSettings, wanted: UUID | str
) -> UUID:
    if isinstance(wanted, UUID):
        return wanted
    keys = Keys.of(Home(settings.home))
    found = await debtor_with_document(connection, keys, parse_document(wanted))
    if found is None:
        raise NoSuchDebtor(NoSuchDebtor.__doc__)
    return found


def _json(now: datetime, explanations: list[Explanation]) -> str:
    telephones: list[dict[str, Any]] = [
        {
            "contact_point_id": str(item.candidate.contact_point_id),
            "telephone": masked_phone(item.candidate.number),
            "allowed": item.verdict.allowed,
            "rule": item.verdict.rule,
            "source": item.verdict.source,
            "until": item.verdict.until and item.verdict.until.isoformat(),
            "attempts_today": item.attempts_today,
            "objections": [
                {
                    "rule": objection.rule,
                    "source": objection.source,
                    "until": objection.until and objection.until.isoformat(),
                }
                for objection in item.objections
            ],
        }
        for item in explanations
    ]
    return json.dumps({"at": now.isoformat(), "telephones": telephones}, ensure_ascii=False)


def _text(now: datetime, explanations: list[Explanation]) -> str:
    lines = [f"Em {_local(now)}:"]
    if not explanations:
        lines.append("  o devedor não tem telefone.")
    for item in explanations:
        lines.append(
            f"  {masked_phone(item.candidate.number)}: "
            f"{'pode' if item.verdict.allowed else 'NÃO pode'}"
            f" ({item.attempts_today} tentativas no dia)"
        )
        lines += [
            f"    {objection.rule}: {objection.source}" for objection in item.objections
        ]
        if not item.verdict.allowed:
            again = item.verdict.until
            lines.append(
                "    não há quando" if again is None else f"    a partir de {_local(again)}"
            )
    return "\n".join(lines)


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SAO_PAULO):%d/%m/%Y %H:%M} (São Paulo)"
