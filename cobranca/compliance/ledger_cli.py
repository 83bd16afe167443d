"""`acordo compliance ledger`, `suppress` and `lift`."""

from __future__ import annotations

import json
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any, TypeVar, get_args
from uuid import UUID

import click
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.compliance import ledger
from cobranca.compliance.asked_debtor import asked_debtor, debtor_id
from cobranca.compliance.ledger import Entered, Lifted
from cobranca.compliance.ledger_lines import Line, lines_of
from cobranca.compliance.model import Means
from cobranca.compliance.points_of import NoSuchDebtor
from cobranca.compliance.reasons import Entry
from cobranca.compliance.rulebook import reasons_in_force
from cobranca.compliance.wording import words
from cobranca.debtors.store import CreditorRow
from cobranca.people import audit
from foundation.brasil.document import InvalidDocument
from foundation.brasil.phone import UndialableNumber, masked_phone, parse_phone
from foundation.cli import Failure
from foundation.clock import SAO_PAULO
from foundation.db.contact_clock import SimulatedClockOnRealRoute, contact_clock
from foundation.db.use import with_database
from foundation.settings import ProcessSettings

T = TypeVar("T")
REFUSALS = (NoSuchDebtor, SimulatedClockOnRealRoute, InvalidDocument)
NO_CREDITOR = "Não há credor com este nome."
NOT_STANDING = "Não há bloqueio em vigor com este identificador."


@click.command(name="suppress")
@click.argument("reason", type=click.Choice(sorted(reasons_in_force())))
@click.argument("debtor", required=False)
@click.option("--number", help="Telefone, quando o motivo é de um telefone.")
@click.option("--creditor", help="Nome do credor, se o bloqueio é só dele.")
@click.option("--debt", type=click.UUID, help="Identificador da dívida, se é só dela.")
@click.option("--means", type=click.Choice(get_args(Means)), help="Meio, se é só dele.")
@click.option(
    "--days", type=click.IntRange(1), help="Por quantos dias; sem isso, o padrão."
)
@click.option(
    "--proof", default="", help="O que prova: documento, protocolo, quem informou."
)
def suppress_command(
    reason: str,
    debtor: str | None,
    number: str | None,
    creditor: str | None,
    debt: UUID | None,
    means: Means | None,
    days: int | None,
    proof: str,
) -> None:
    """Registra que alguém não deve ser contatado.

    REASON é o motivo. DEBTOR é o identificador do devedor; sem ele, o CPF ou CNPJ é lido
    da entrada padrão, se o motivo é de uma pessoa.
    """
    wanted = None if _of_number_alone(reason) else asked_debtor(debtor)
    telephone = None if number is None else _telephone(number)
    settings = ProcessSettings()

    async def use(connection: AsyncConnection) -> Entered | str:
        now = (await contact_clock(connection, settings)).now()
        told = Entry(
            reason=reason,
            origin="cli",
            since=now,
            debtor=await _debtor(connection, settings, wanted),
            number=telephone,
            creditor=await _creditor(connection, creditor),
            debt=debt,
            means=means,
            until=None if days is None else now + timedelta(days=days),
            proof=proof,
        )
        made = await ledger.enter(connection, reasons_in_force()[reason], told)
        if isinstance(made, Entered):
            await _record(connection, "suppression.enter", reason, told.debtor)
        return made

    made = _run(settings, use)
    if isinstance(made, str):
        raise Failure(words("lacks")[made])
    already = "já estava bloqueado" if made.again else "bloqueado"
    click.echo(f"{already.capitalize()}: {reasons_in_force()[reason].title} ({made.id})")


@click.command(name="lift")
@click.argument("line", type=click.UUID)
@click.option("--why", required=True, help="Por que o bloqueio termina.")
def lift_command(line: UUID, why: str) -> None:
    """Termina um bloqueio; LINE é o identificador dele em `ledger`."""
    settings = ProcessSettings()

    async def use(connection: AsyncConnection) -> Lifted | None:
        now = (await contact_clock(connection, settings)).now()
        lifted = await ledger.lift(connection, line, now, reasons_in_force())
        if lifted is not None:
            await _record(connection, "suppression.lift", lifted.reason, lifted.debtor, why)
        return lifted

    lifted = _run(settings, use)
    if lifted is None:
        raise Failure(NOT_STANDING)
    click.echo("Bloqueio terminado.")


@click.command(name="ledger")
@click.argument("debtor", required=False)
@click.option("--json", "for_program", is_flag=True, help="Para ser lido por um programa.")
def ledger_command(debtor: str | None, for_program: bool) -> None:
    """Mostra tudo o que foi registrado de um devedor, em vigor ou não.

    DEBTOR é o identificador do devedor; sem ele, o CPF ou CNPJ é lido da entrada padrão.
    """
    wanted = asked_debtor(debtor)
    settings = ProcessSettings()

    async def use(connection: AsyncConnection) -> tuple[datetime, Sequence[Line]]:
        now = (await contact_clock(connection, settings)).now()
        whom = await debtor_id(connection, settings, wanted)
        return now, await lines_of(connection, whom)

    now, lines = _run(settings, use)
    if for_program:
        told = [_as_json(line, now) for line in lines]
        click.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    for line in lines:
        click.echo(_said(line, now))
    if not lines:
        click.echo("Nada registrado.")


def _run(settings: ProcessSettings, use: Callable[[AsyncConnection], Awaitable[T]]) -> T:
    try:
        return with_database(settings, use)
    except REFUSALS as error:
        raise Failure(str(error)) from error


def _of_number_alone(reason: str) -> bool:
    return reasons_in_force()[reason].of == "number"


def _telephone(written: str) -> str:
    try:
        return parse_phone(written).e164
    except UndialableNumber as error:
        raise Failure(str(error)) from error


async def _debtor(
    connection: AsyncConnection, settings: ProcessSettings, wanted: UUID | str | None
) -> UUID | None:
    return None if wanted is None else await debtor_id(connection, settings, wanted)


async def _creditor(connection: AsyncConnection, name: str | None) -> UUID | None:
    if name is None:
        return None
    query = select(CreditorRow.id).where(CreditorRow.name == name)
    found: UUID | None = await connection.scalar(query)
    if found is None:
        raise Failure(NO_CREDITOR)
    return found


async def _record(
    connection: AsyncConnection,
    action: str,
    reason: str,
    debtor: UUID | None,
    why: str | None = None,
) -> None:
    detail = {"reason": reason} | ({"why": why} if why else {})
    subject = None if debtor is None else ("debtor", debtor)
    await audit.record(connection, None, action=action, subject=subject, detail=detail)


def _said(line: Line, now: datetime) -> str:
    reason = reasons_in_force().get(line.reason)
    title = reason.title if reason else line.reason
    parts = [
        line.number and masked_phone(line.number),
        line.creditor,
        line.means and words("means").get(line.means, line.means),
        f"por {line.by or words('origins').get(line.origin, line.origin)}",
        line.proof and f"prova: {line.proof}",
    ]
    until = "sem fim" if line.until is None else f"até {_local(line.until)}"
    state = "" if line.stands(now) else " (terminado)"
    told = "; ".join(part for part in parts if part)
    return f"{line.id}  {title}{state}: de {_local(line.since)} {until}; {told}"


def _as_json(line: Line, now: datetime) -> dict[str, Any]:
    number = line.number and masked_phone(line.number)
    until = line.until and line.until.isoformat()
    when = {"since": line.since.isoformat(), "until": until, "stands": line.stands(now)}
    return asdict(line) | {"number": number} | when


def _local(instant: datetime) -> str:
    return f"{instant.astimezone(SAO_PAULO):%d/%m/%Y %H:%M}"


COMMANDS = (suppress_command, lift_command, ledger_command)
