"""`acordo remessa`, and what a retorno does (`acordo retorno apply`)."""

from __future__ import annotations

import json
import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from operator import attrgetter
from pathlib import Path
from typing import Any
from uuid import UUID

import click
from pydantic import ValidationError
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from cobranca.debtors.store import CreditorRow
from cobranca.payments.accounts import Account, create
from cobranca.payments.arrivals import retorno_heard
from cobranca.payments.banking_store import BillingAccountRow, RemittanceRow
from cobranca.payments.cli import retorno
from cobranca.payments.cnab.retorno import Retorno, of_slips, read_retorno, rejected
from cobranca.payments.receiving import Taken
from cobranca.payments.refusal import InvalidCnab, PaymentRefused
from cobranca.payments.remittances import Sent, send
from cobranca.payments.returns import STEP, Noted, note
from cobranca.payments.store import ArrivalRow
from cobranca.payments.taking import take_in
from cobranca.payments.texts import reason_text
from foundation.brasil.money import format_amount
from foundation.cli import Failure
from foundation.crypto import Keys
from foundation.db.use import ask_database, with_database
from foundation.home import Home
from foundation.settings import ProcessSettings

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_JSON = click.option("--json", "as_json", is_flag=True, help="Resposta em JSON.")


class AccountForm(Account):
    """A billing account as TOML gives it, with whose it is."""

    creditor: str


@click.group()
def remessa() -> None:
    """Arquivos que pedem ao banco o registro de boletos (CNAB)."""


@remessa.command(name="account")
@click.argument("file", type=_FILE, metavar="ARQUIVO")
def account_command(file: Path) -> None:
    """Registra a conta de cobrança de um credor, de um arquivo TOML."""
    try:
        form = AccountForm.model_validate(tomllib.loads(file.read_text("utf-8")))
        form.required_to_work()
    except (UnicodeDecodeError, tomllib.TOMLDecodeError, PaymentRefused) as error:
        raise Failure(f"nada foi registrado: {error}") from error
    except ValidationError as error:
        wrong = "; ".join(
            f"{'.'.join(map(str, one['loc']))}: {one['msg']}" for one in error.errors()
        )
        raise Failure(f"nada foi registrado: {wrong}") from error

    async def use(connection: AsyncConnection) -> UUID | None:
        named = select(CreditorRow.id).where(CreditorRow.name == form.creditor)
        creditor = await connection.scalar(named)
        if creditor is None:
            return None
        return await create(connection, creditor, form)

    try:
        made = with_database(ProcessSettings(), use)
    except PaymentRefused as error:
        raise Failure(f"nada foi registrado: {error}") from error
    if made is None:
        raise Failure(f"não há credor com o nome {form.creditor}")
    click.echo(f"conta de cobrança {made}")


@remessa.command(name="list")
@_JSON
def list_command(as_json: bool) -> None:
    """Mostra as contas de cobrança e as remessas feitas."""

    async def use(connection: AsyncConnection) -> list[Any]:
        query = (
            select(
                BillingAccountRow.id.label("account"),
                CreditorRow.name.label("creditor"),
                BillingAccountRow.bank,
                BillingAccountRow.size,
                RemittanceRow.id.label("remittance"),
                RemittanceRow.sequence,
                RemittanceRow.titles,
                RemittanceRow.total,
            )
            .join(CreditorRow, CreditorRow.id == BillingAccountRow.creditor_id)
            .outerjoin(
                RemittanceRow, RemittanceRow.billing_account_id == BillingAccountRow.id
            )
            .order_by(CreditorRow.name, BillingAccountRow.id, RemittanceRow.sequence)
        )
        return list(await connection.execute(query))

    rows = with_database(ProcessSettings(), use)
    if as_json:
        shown = [{name: _plain(value) for name, value in r._mapping.items()} for r in rows]
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    for row in rows:
        head = f"{row.creditor}, banco {row.bank}, CNAB {row.size}, conta {row.account}"
        if row.remittance is None:
            click.echo(f"{head}: nenhuma remessa")
            continue
        total = format_amount(row.total)
        file = f"remessa {row.sequence}, {row.titles} títulos, {total}"
        click.echo(f"{head}: {file} ({row.remittance})")


@remessa.command(name="make")
@click.argument("account", type=click.UUID, metavar="CONTA")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Arquivo.")
@_JSON
def make_command(account: UUID, out: Path, as_json: bool) -> None:
    """Faz a remessa dos boletos que ainda não foram registrados, e a guarda."""
    settings = ProcessSettings()
    keys = Keys.of(Home(settings.home))
    if out.exists():
        raise Failure(f"{out} já existe: escolha outro nome")

    async def use(connection: AsyncConnection) -> Sent | None:
        return await send(connection, keys, account, by="comando")

    try:
        sent = with_database(settings, use)
    except PaymentRefused as error:
        raise Failure(str(error)) from error
    if sent is None or not sent.titles:
        for one in sent.rejected if sent else ():
            click.echo(f"título {one.number}: {one.text}", err=True)
        raise Failure("não há título a registrar nesta conta")
    out.write_bytes(sent.content)
    for one in sent.rejected:
        click.echo(f"título {one.number} ficou fora: {one.text}", err=True)
    if as_json:
        shown = {
            "remittance": str(sent.id),
            "sequence": sent.sequence,
            "titles": sent.titles,
            "total": str(sent.total),
            "rejected": [{"number": r.number, "code": r.code} for r in sent.rejected],
        }
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo(
        f"remessa {sent.sequence}: {sent.titles} títulos, {format_amount(sent.total)},"
        f" em {out}"
    )


@remessa.command(name="get")
@click.argument("remittance", type=click.UUID, metavar="REMESSA")
@click.option("--out", type=click.Path(path_type=Path), required=True, help="Arquivo.")
def get_command(remittance: UUID, out: Path) -> None:
    """Grava de novo uma remessa como foi enviada."""

    async def use(connection: AsyncConnection) -> bytes | None:
        query = select(RemittanceRow.content).where(RemittanceRow.id == remittance)
        content: bytes | None = await connection.scalar(query)
        return content

    content = with_database(ProcessSettings(), use)
    if content is None:
        raise Failure("não há remessa com este identificador")
    out.write_bytes(content)
    click.echo(f"{len(content)} bytes em {out}")


@retorno.command(name="apply")
@click.argument("path", type=_FILE, metavar="ARQUIVO")
@click.option("--bank", required=True, help="Código do banco, como 341.")
@_JSON
def apply_command(path: Path, bank: str, as_json: bool) -> None:
    """Lança os pagamentos de um retorno; o que já foi lançado não entra outra vez."""
    try:
        told = read_retorno(path.read_bytes(), bank=bank)
    except InvalidCnab as error:
        raise Failure(f"nada foi lançado: {error}") from error
    settings = ProcessSettings()

    async def use(engine: AsyncEngine) -> tuple[list[Taken], list[Noted]]:
        heard, slips = list(retorno_heard(told)), of_slips(told)
        taken, noted = list[Taken](), list[Noted]()
        for at in range(0, len(heard), STEP):
            taken += await take_in(engine, settings, heard[at : at + STEP])
            if len(heard) > STEP:
                click.echo(f"{len(taken)} de {len(heard)}", err=True)
        for at in range(0, len(slips), STEP):
            async with engine.begin() as connection:
                some, now = slips[at : at + STEP], datetime.now(UTC)
                noted.append(await note(connection, told.bank, some, now))
        return taken, noted

    shown = _applied(told, *ask_database(settings, use, table=ArrivalRow.__tablename__))
    if as_json:
        click.echo(json.dumps(shown, ensure_ascii=False))
    else:
        for line in _applied_lines(shown):
            click.echo(line)
    if told.illegible:
        raise SystemExit(1)


def _applied(told: Retorno, taken: list[Taken], noted: list[Noted]) -> dict[str, Any]:
    reasons = Counter(reason.value for one in taken for reason in one.decision.reasons)
    left_out = [line for one in noted for line in one.left_out]
    refused = sorted([*told.illegible, *left_out], key=attrgetter("line"))
    return {
        "titles": len(told.answers),
        "paid": len(taken),
        "new": sum(one.fresh for one in taken),
        "to_look_at": dict(sorted(reasons.items())),
        "rejected": [
            {"nosso_numero": answer.nosso_numero, "motives": list(answer.motives)}
            for answer in rejected(told)
        ],
        "pix": sum(1 for answer in told.answers if answer.pix),
        "pix_new": sum(len(one.pix) for one in noted),
        "refused": [asdict(line) for line in refused],
    }


def _applied_lines(shown: dict[str, Any]) -> Iterator[str]:
    yield f"{shown['titles']} títulos, {shown['paid']} pagos, {shown['new']} novos"
    if shown["pix"]:
        yield f"{shown['pix']} com Pix do banco, {shown['pix_new']} guardados no boleto"
    for code, count in shown["to_look_at"].items():
        yield f"para conferir: {reason_text(code)}: {count}"
    for one in shown["rejected"]:
        motives = ", ".join(one["motives"])
        yield f"rejeitado pelo banco: {one['nosso_numero']} (motivos {motives})"
    for line in shown["refused"]:
        yield f"linha {line['line']} recusada: {line['text']}"


def _plain(value: object) -> object:
    return value if value is None or isinstance(value, int) else str(value)
