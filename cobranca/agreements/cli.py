"""`acordo offers`, `acordo policies` and `acordo agreements`."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Iterable
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from uuid import UUID

import click
from pydantic import ValidationError
from sqlalchemy.ext.asyncio import AsyncConnection

from cobranca.agreements.keeping import Due, break_lapsed, due_list
from cobranca.agreements.offer import Offer
from cobranca.agreements.policy import Authority, Channel, Policy
from cobranca.agreements.publishing import PolicyVersionTaken, policies, publish
from cobranca.agreements.recorded import offer_document
from cobranca.agreements.service import Asking, NothingToNegotiate, offers
from cobranca.agreements.simulation import AbsurdWish, Simulation, Wishes
from cobranca.agreements.texts import offer_text, refusal_text
from cobranca.debts.cli import day_of
from cobranca.debts.index_tables import MonthNotInTable, UnknownIndex
from foundation.brasil.dates import format_date
from foundation.brasil.money import InvalidAmount, format_amount, parse_amount
from foundation.cli import Failure
from foundation.db.use import with_database
from foundation.settings import ProcessSettings


@click.group(name="offers")
def offers_group() -> None:
    """Ofertas, sempre dentro da política de negociação."""


@offers_group.command(name="simulate")
@click.argument("debt", type=click.UUID, nargs=-1, required=True)
@click.option("--on", "on_text", help="Dia, como 31/12/2026 (sem ele: hoje).")
@click.option("--instalments", type=click.IntRange(1), help="Quantas parcelas.")
@click.option("--monthly", help="Quanto pode pagar por mês, como 150,00.")
@click.option("--first-payment", help="Entrada, como 50,00.")
@click.option("--discount", help="Desconto pedido, em reais.")
@click.option("--day", type=click.IntRange(1, 31), help="Melhor dia do mês.")
@click.option(
    "--authority", type=click.Choice([a.value for a in Authority]), default="agent"
)
@click.option("--channel", type=click.Choice([c.value for c in Channel]), default="desk")
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def simulate_command(
    debt: tuple[UUID, ...],
    on_text: str | None,
    instalments: int | None,
    monthly: str | None,
    first_payment: str | None,
    discount: str | None,
    day: int | None,
    authority: str,
    channel: str,
    as_json: bool,
) -> None:
    """Simula ofertas para dívidas de um devedor com um credor. Nada é gravado."""
    asking = Asking(
        debts=debt,
        channel=Channel(channel),
        authority=Authority(authority),
        on=day_of(on_text),
    )
    try:
        wishes = Wishes(
            instalments=instalments,
            monthly=_amount(monthly),
            first_payment=_amount(first_payment),
            discount=_amount(discount),
            day=day,
        )
    except AbsurdWish as error:
        raise click.UsageError(f"{AbsurdWish.__doc__} ({error})") from error

    async def use(connection: AsyncConnection) -> Simulation:
        return (await offers(connection, asking, wishes))[1]

    try:
        found = with_database(ProcessSettings(), use)
    except NothingToNegotiate as error:
        raise Failure(str(error)) from error
    except (UnknownIndex, MonthNotInTable) as error:
        raise Failure(f"{type(error).__doc__} ({error.args[0]})") from error
    click.echo(_json(found, debt) if as_json else _shown(found))


def _amount(text: str | None) -> Decimal | None:
    try:
        return None if text is None else parse_amount(text)
    except InvalidAmount as error:
        raise click.UsageError(str(error)) from error


def _json(found: Simulation, debts: tuple[UUID, ...]) -> str:
    def told(made: Iterable[Offer]) -> list[dict[str, object]]:
        return [
            offer_document(one, debts)
            | {"condition": one.condition.name, "valid_until": one.valid_until.isoformat()}
            for one in made
        ]

    refusals = [
        {"condition": one.condition, "reasons": list(one.reasons)} for one in found.refusals
    ]
    document = {
        "offers": told(found.offers),
        "counters": told(found.counters),
        "refusals": refusals,
    }
    return json.dumps(document, ensure_ascii=False)


def _shown(found: Simulation) -> str:
    lines = [offer_text(one) for one in found.offers]
    if found.counters:
        lines.append("Não é possível como pedido; o mais próximo:")
        lines += [offer_text(one) for one in found.counters]
    lines += [refusal_text(one) for one in found.refusals]
    return "\n".join(lines) or "Nenhuma política publicada serve para esta dívida."


@click.group(name="policies")
def policies_group() -> None:
    """Políticas de negociação, por versão."""


@policies_group.command(name="publish")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def publish_command(file: Path) -> None:
    """Publica uma versão, de um arquivo TOML; o que está publicado não muda."""
    try:
        policy = Policy.model_validate(tomllib.loads(file.read_text("utf-8")))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise Failure(f"{file.name} não é TOML: {error}") from error
    except ValidationError as error:
        wrong = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(str(part) for part in wrong["loc"])
        raise Failure(
            f"a política não pode ser publicada: {where}: {wrong['msg']}"
        ) from error

    async def use(connection: AsyncConnection) -> None:
        await publish(connection, policy, by="linha de comando", at=datetime.now(UTC))

    try:
        with_database(ProcessSettings(), use)
    except PolicyVersionTaken as error:
        raise Failure(str(error)) from error
    click.echo(f"{policy.code}, versão {policy.version}, publicada")


@policies_group.command(name="list")
@click.option("--on", "on_text", help="Dia, como 31/12/2026 (sem ele: hoje).")
def list_command(on_text: str | None) -> None:
    """Mostra a versão de cada política que está em vigor num dia."""
    on = day_of(on_text)

    async def use(connection: AsyncConnection) -> list[Policy]:
        return list((await policies(connection, on)).values())

    for policy in with_database(ProcessSettings(), use):
        end = "" if policy.valid_until is None else f" a {format_date(policy.valid_until)}"
        names = "; ".join(condition.name for condition in policy.conditions)
        since = format_date(policy.valid_from)
        click.echo(f"{policy.code}, versão {policy.version}: desde {since}{end}: {names}")


@click.group(name="agreements")
def agreements_group() -> None:
    """Acordos feitos: o que vence e o que se quebrou."""


@agreements_group.command(name="due")
@click.option("--on", "on_text", help="Dia, como 31/12/2026 (sem ele: hoje).")
def due_command(on_text: str | None) -> None:
    """Lista parcelas e promessas perto do vencimento, pelo que está em jogo."""
    on = day_of(on_text)

    async def use(connection: AsyncConnection) -> list[Due]:
        return await due_list(connection, on)

    for due in with_database(ProcessSettings(), use):
        kind = "parcela" if due.kind == "instalment" else "promessa"
        click.echo(
            f"{format_date(due.due_on)}  {kind}  {format_amount(due.amount)}"
            f"  em jogo {format_amount(due.at_stake)}  devedor {due.debtor}"
        )


@agreements_group.command(name="break")
@click.option("--on", "on_text", help="Dia, como 31/12/2026 (sem ele: hoje).")
def break_command(on_text: str | None) -> None:
    """Quebra os acordos com parcela além da tolerância; repetir não muda nada."""
    on = day_of(on_text)

    async def use(connection: AsyncConnection) -> list[UUID]:
        return await break_lapsed(connection, on, datetime.now(UTC))

    for agreement in with_database(ProcessSettings(), use):
        click.echo(f"quebrado: {agreement}")
