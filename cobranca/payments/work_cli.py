"""`acordo payments`: money that is not placed, and what the bank did not tell of."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import click
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.agreements.happening import NoSuchAgreement
from cobranca.payments import links, work
from cobranca.payments.api_pix.client import ApiPix
from cobranca.payments.api_pix.connection import BankConnection
from cobranca.payments.api_pix.errors import BankFailure
from cobranca.payments.bank_service import catch_up
from cobranca.payments.statement import InvalidStatement, Statement, read_statement
from cobranca.payments.store import ArrivalRow
from cobranca.payments.texts import doubt_text, reason_text
from cobranca.payments.transfer import Doubtful, Matched
from cobranca.payments.transfers import Placed, take_credit
from cobranca.payments.work import Question
from cobranca.people import audit
from cobranca.settings import WorkerSettings
from foundation.brasil.dates import format_date
from foundation.brasil.money import format_amount
from foundation.cli import CannotRun, Failure
from foundation.crypto import Keys
from foundation.db.use import ask_database, with_database
from foundation.home import Home
from foundation.settings_reading import read_settings

BY = "comando"
_JSON = click.option("--json", "as_json", is_flag=True, help="Resposta em JSON.")


@click.group()
def payments() -> None:
    """Pagamentos: o que falta conferir, e perguntar ao banco."""


@payments.command(name="work")
@_JSON
def work_command(as_json: bool) -> None:
    """Mostra o que chegou e ninguém sabe onde pôr, e o que pede conferência."""

    async def use(connection: AsyncConnection) -> Sequence[Question]:
        return await work.open_questions(connection)

    found = with_database(read_settings(WorkerSettings), use)
    if as_json:
        click.echo(json.dumps([_said(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        click.echo(_line(one))
    click.echo(f"{len(found)} em aberto")


@payments.command(name="place")
@click.argument("question", type=click.UUID, metavar="PENDENCIA")
@click.option("--debt", type=click.UUID, help="Dívida que recebe.")
@click.option("--instalment", type=click.UUID, help="Parcela de acordo que recebe.")
def place_command(question: UUID, debt: UUID | None, instalment: UUID | None) -> None:
    """Lança o que sobra de uma pendência numa dívida ou numa parcela de acordo."""
    if (debt is None) == (instalment is None):
        raise click.UsageError("Informe --debt ou --instalment, um dos dois.")
    settings = read_settings(WorkerSettings)

    async def use(connection: AsyncConnection) -> Question:
        return await work.place(
            connection, settings, question, by=BY, debt=debt, instalment=instalment
        )

    try:
        done = with_database(settings, use)
    except (work.NoSuchQuestion, work.NothingLeft, work.NotPlaced) as error:
        raise Failure(str(error)) from error
    click.echo(f"{format_amount(done.rest)} lançados")


@payments.command(name="close")
@click.argument("question", type=click.UUID, metavar="PENDENCIA")
@click.option("--note", required=True, help="O que foi feito.")
def close_command(question: UUID, note: str) -> None:
    """Encerra uma pendência sem lançar nada."""
    settings = read_settings(WorkerSettings)

    async def use(connection: AsyncConnection) -> Question:
        return await work.close(connection, settings, question, "closed", by=BY, note=note)

    try:
        with_database(settings, use)
    except work.NoSuchQuestion as error:
        raise Failure(str(error)) from error
    click.echo("encerrada")


@payments.command(name="statement")
@click.argument(
    "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="ARQUIVO"
)
@_JSON
def statement_command(path: Path, as_json: bool) -> None:
    """Lança as transferências de um extrato OFX; o que já foi lançado não entra outra vez.

    Uma transferência que é de um só pagamento esperado o quita; as outras ficam na lista
    de trabalho.
    """
    settings = read_settings(WorkerSettings)
    try:
        told = read_statement(path.read_bytes())
    except InvalidStatement as error:
        raise Failure(f"nada foi lançado: {error}") from error
    keys = Keys.of(Home(settings.home))

    async def use(engine: AsyncEngine) -> list[Placed]:
        placed = []
        for credit in told.credits:
            async with engine.begin() as connection:
                placed.append(await take_credit(connection, settings, keys, credit))
        return placed

    placed = ask_database(settings, use, table=ArrivalRow.__tablename__)
    shown = _statement_said(told, placed)
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        click.echo(
            f"{len(told.credits)} transferências, {shown['new']} novas, "
            f"{shown['matched']} de um pagamento esperado; "
            f"{told.others} créditos de outros meios, deixados como estão"
        )
        for one in placed:
            if isinstance(one.found, Doubtful):
                amount = format_amount(one.credit.amount)
                click.echo(f"para conferir: {amount}: {doubt_text(one.found.why)}")
        for number in told.illegible:
            click.echo(f"lançamento {number} ilegível", err=True)
    if told.illegible:
        raise SystemExit(1)


def _statement_said(told: Statement, placed: Sequence[Placed]) -> dict[str, object]:
    return {
        "credits": len(told.credits),
        "new": sum(one.taken is not None for one in placed),
        "matched": sum(isinstance(one.found, Matched) for one in placed),
        "to_look_at": [
            {
                "amount": str(one.credit.amount),
                "on": one.credit.on.isoformat(),
                "why": one.found.why,
                "candidates": [str(each.charge_id) for each in one.found.candidates],
            }
            for one in placed
            if isinstance(one.found, Doubtful)
        ],
        "others": told.others,
        "illegible": list(told.illegible),
    }


@payments.command(name="link")
@click.argument("agreement", type=click.UUID, metavar="ACORDO")
@click.option("--hours", type=click.IntRange(1, 8760), help="Horas de vida do link.")
@click.option("--revoke", is_flag=True, help="Invalida todos os links do acordo.")
def link_command(agreement: UUID, hours: int | None, revoke: bool) -> None:
    """Mostra um link em que se paga a próxima parcela de um acordo; não o guarde.

    Quem o abre ainda diz quem é. Ele abre quantas vezes for preciso, até vencer.
    """
    settings = read_settings(WorkerSettings)
    lives = timedelta(hours=hours or settings.portal.link_hours)

    async def use(connection: AsyncConnection) -> str:
        action = "payment_link.revoked" if revoke else "payment_link.made"
        await audit.record(
            connection, None, action=action, subject=("agreement", agreement)
        )
        if revoke:
            done = await links.revoke(connection, agreement)
            return "invalidados" if done else "não havia links"
        keys, now = Keys.of(Home(settings.home)), datetime.now(UTC)
        return await links.make(
            connection, keys, agreement, now=now, lives=lives, base=settings.portal_url
        )

    try:
        click.echo(with_database(settings, use))
    except NoSuchAgreement as error:
        raise Failure(str(error)) from error


@payments.command(name="ask")
@_JSON
def ask_command(as_json: bool) -> None:
    """Pergunta ao banco por todo Pix desde a última vez: é a conciliação, já."""
    settings = read_settings(WorkerSettings)
    if not settings.bank.in_use:
        raise Failure("não há banco: ACORDO_BANK__API_URL diz qual é (acordo settings)")

    async def use(engine: AsyncEngine) -> int:
        async with BankConnection(settings.bank.access()) as connection:
            return await catch_up(engine, settings, ApiPix(connection))

    try:
        news = ask_database(settings, use, table=ArrivalRow.__tablename__)
    except CannotRun as error:
        raise Failure(str(error)) from error
    except BankFailure as error:
        raise Failure(f"{type(error).__doc__} ({error})") from error
    click.echo(json.dumps({"news": news}) if as_json else f"{news} pagamentos novos")


def _line(one: Question) -> str:
    whose = f", {one.contract} de {one.debtor}" if one.contract else ""
    came = f"{format_amount(one.amount)} por {one.means} em {format_date(one.paid_on)}"
    rest = f"sobram {format_amount(one.rest)}"
    why = reason_text(one.reason)
    if one.doubt is not None:
        why = f"{why} ({doubt_text(one.doubt)})"
    return "\n".join([f"{one.id} {why}: {came}, {rest}{whose}", *_candidates(one)])


def _candidates(one: Question) -> list[str]:
    """What a doubtful transfer may be, with what `place` takes."""
    return [
        f"  talvez {each.contract} de {each.debtor}, {format_amount(each.amount)} para"
        f" {format_date(each.due_on)}: "
        + (f"--instalment {each.instalment}" if each.instalment else f"--debt {each.debt}")
        for each in one.candidates
    ]


def _said(one: Question) -> dict[str, object]:
    return {
        "id": str(one.id),
        "reason": one.reason,
        "amount": str(one.amount),
        "rest": str(one.rest),
        "means": one.means,
        "reference": one.reference,
        "paid_on": one.paid_on.isoformat(),
        "debt": None if one.debt is None else str(one.debt),
        "instalment": None if one.instalment is None else str(one.instalment),
        "doubt": one.doubt,
        "candidates": [
            {
                "debt": str(each.debt),
                "instalment": None if each.instalment is None else str(each.instalment),
                "amount": str(each.amount),
                "due_on": each.due_on.isoformat(),
            }
            for each in one.candidates
        ],
    }
