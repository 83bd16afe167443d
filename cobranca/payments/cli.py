"""`acordo pix`, `acordo boleto` and `acordo retorno`: write and read codes and files."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

import click

from cobranca.payments.boleto.account import BillingAccount
from cobranca.payments.boleto.banks import BANKS, rules_of
from cobranca.payments.boleto.bar_code import (
    Slip,
    bar_code,
    formatted_linha,
    linha_digitavel,
)
from cobranca.payments.boleto.reading import read_slip
from cobranca.payments.boleto.utility import UtilitySlip
from cobranca.payments.cnab.retorno import Answer, Retorno, read_retorno
from cobranca.payments.pix.brcode import (
    BrCode,
    Receiver,
    dynamic_code,
    read_code,
    static_code,
)
from cobranca.payments.pix.key import parse_key
from cobranca.payments.refusal import PaymentRefused
from foundation.brasil.dates import InvalidDate, format_date, parse_date
from foundation.brasil.money import InvalidAmount, format_amount, parse_amount
from foundation.cli import Failure
from foundation.clock import SAO_PAULO

_T = TypeVar("_T")
_LABELS = {
    "linha_digitavel": "linha digitável",
    "bar_code": "código de barras",
    "nosso_numero": "nosso número",
    "name": "nome",
    "city": "cidade",
    "key": "chave",
    "url": "cobrança",
    "recurrence_url": "recorrência",
    "amount": "valor",
    "txid": "identificador",
    "message": "mensagem",
    "once": "uso único",
    "utility": "conta de",
    "bank": "banco",
    "due_on": "vencimento",
    "campo_livre": "campo livre",
}
_JSON = click.option(
    "--json", "as_json", is_flag=True, help="Para ser lido por um programa."
)


@click.group()
def pix() -> None:
    """Código Pix copia e cola."""


@pix.command(name="encode")
@click.option("--key", "key_text", help="Chave Pix de quem recebe (código estático).")
@click.option("--url", help="Endereço da cobrança no banco (código dinâmico).")
@click.option("--name", required=True, help="Nome de quem recebe.")
@click.option("--city", required=True, help="Cidade de quem recebe.")
@click.option("--amount", "amount_text", help="Valor; sem ele, quem paga escolhe.")
@click.option("--txid", help="Identificador, até 25 letras e números.")
@click.option("--message", help="Texto para quem paga.")
def pix_encode(
    key_text: str | None,
    url: str | None,
    name: str,
    city: str,
    amount_text: str | None,
    txid: str | None,
    message: str | None,
) -> None:
    """Escreve um código a partir de uma chave ou do endereço de uma cobrança."""
    if (key_text is None) == (url is None):
        raise click.UsageError("Informe --key ou --url, um dos dois.")
    receiver = Receiver(name=name, city=city)
    if url is not None:
        click.echo(_done(lambda: dynamic_code(url, receiver)))
        return
    amount = None if amount_text is None else _done(lambda: parse_amount(amount_text))
    click.echo(
        _done(
            lambda: static_code(
                parse_key(key_text or ""),
                receiver,
                amount=amount,
                txid=txid,
                message=message,
            )
        )
    )


@pix.command(name="decode")
@click.argument("code")
@_JSON
def pix_decode(code: str, as_json: bool) -> None:
    """Lê um código copia e cola e confere o dígito de controle."""
    _show(_pix_said(_done(lambda: read_code(code))), as_json)


@click.group()
def boleto() -> None:
    """Código de barras e linha digitável."""


@boleto.command(name="encode")
@click.option("--bank", type=click.Choice(sorted(BANKS)), required=True, help="Banco.")
@click.option("--branch", required=True, help="Agência, sem o dígito.")
@click.option("--account", "own", default="", help="Conta, sem o dígito.")
@click.option("--carteira", required=True, help="Carteira ou modalidade do banco.")
@click.option("--beneficiary", default="", help="Convênio ou código do beneficiário.")
@click.option("--number", type=int, required=True, help="Nosso número, sem dígito.")
@click.option("--due", "due_text", required=True, help="Vencimento, como 31/12/2026.")
@click.option("--amount", "amount_text", required=True, help="Valor, como 1.234,56.")
@_JSON
def boleto_encode(
    bank: str,
    branch: str,
    own: str,
    carteira: str,
    beneficiary: str,
    number: int,
    due_text: str,
    amount_text: str,
    as_json: bool,
) -> None:
    """Escreve o código de barras e a linha digitável de um boleto."""
    account = BillingAccount(
        bank=bank, branch=branch, account=own, carteira=carteira, beneficiary=beneficiary
    )

    def made() -> dict[str, Any]:
        rules = rules_of(bank)
        slip = Slip(
            bank=bank,
            due_on=parse_date(due_text),
            amount=parse_amount(amount_text),
            campo_livre=rules.campo_livre(account, number),
        )
        code = bar_code(slip)
        return {
            "linha_digitavel": formatted_linha(linha_digitavel(code)),
            "bar_code": code,
            "nosso_numero": rules.nosso_numero(account, number),
        }

    _show(_done(made), as_json)


@boleto.command(name="decode")
@click.argument("line")
@click.option("--on", "on_text", help="Data de referência do vencimento; sem ela, hoje.")
@_JSON
def boleto_decode(line: str, on_text: str | None, as_json: bool) -> None:
    """Lê uma linha digitável ou um código de barras, também de contas de consumo.

    O vencimento se repete a cada 9.000 dias: vale o dia mais próximo da data de
    referência.
    """
    near = (
        datetime.now(UTC).astimezone(SAO_PAULO).date()
        if on_text is None
        else _done(lambda: parse_date(on_text))
    )
    _show(_slip_said(_done(lambda: read_slip(line, near=near))), as_json)


@click.group()
def retorno() -> None:
    """Arquivos de retorno dos bancos."""


@retorno.command(name="read")
@click.argument(
    "path", type=click.Path(exists=True, dir_okay=False, path_type=Path), metavar="ARQUIVO"
)
@click.option("--bank", required=True, help="Código do banco, como 341.")
@_JSON
def retorno_read(path: Path, bank: str, as_json: bool) -> None:
    """Lê um retorno CNAB 240 ou 400 e mostra o que houve com cada título; nada grava."""
    told = _done(lambda: read_retorno(path.read_bytes(), bank=bank))
    if as_json:
        click.echo(json.dumps(_retorno_said(told), ensure_ascii=False))
        return
    for answer in told.answers:
        click.echo(_answer_line(answer))
    for line in told.illegible:
        click.echo(f"linha {line.line}: {line.text}", err=True)
    click.echo(f"{len(told.answers)} títulos lidos, {len(told.illegible)} linhas recusadas")
    if told.illegible:
        raise SystemExit(1)


def _done(work: Callable[[], _T]) -> _T:
    """Do it; what is refused becomes one line and exit status 1."""
    try:
        return work()
    except (PaymentRefused, InvalidAmount, InvalidDate) as error:
        raise Failure(str(error)) from error


def _show(said: Mapping[str, Any], as_json: bool) -> None:
    if as_json:
        click.echo(json.dumps(said, ensure_ascii=False, default=str))
        return
    for name, value in said.items():
        if value is not None:
            click.echo(f"{_LABELS[name]}: {_read_by_people(value)}")


def _read_by_people(value: object) -> str:
    match value:
        case Decimal():
            return format_amount(value)
        case date():
            return format_date(value)
        case bool():
            return "sim" if value else "não"
        case _:
            return str(value)


def _pix_said(code: BrCode) -> dict[str, Any]:
    return {
        "name": code.receiver.name,
        "city": code.receiver.city,
        "key": None if code.key is None else code.key.text,
        "url": code.url,
        "recurrence_url": code.recurrence_url,
        "amount": code.amount,
        "txid": code.txid,
        "message": code.message,
        "once": code.once,
    }


def _slip_said(slip: Slip | UtilitySlip) -> dict[str, Any]:
    if isinstance(slip, UtilitySlip):
        return {
            "utility": slip.segment,
            "bar_code": slip.code,
            "amount": slip.amount,
        }
    return {
        "bank": slip.bank,
        "due_on": slip.due_on,
        "amount": slip.amount,
        "campo_livre": slip.campo_livre,
        "bar_code": bar_code(slip),
    }


def _retorno_said(told: Retorno) -> dict[str, Any]:
    return {
        "bank": told.bank,
        "size": told.size,
        "generated_on": None
        if told.generated_on is None
        else told.generated_on.isoformat(),
        "titles": [
            {
                "line": each.line,
                "nosso_numero": each.nosso_numero,
                "charge_id": None if each.charge_id is None else str(each.charge_id),
                "occurrence": each.occurrence.code,
                "kind": each.occurrence.kind,
                "motives": list(each.motives),
                "paid": str(each.paid),
            }
            for each in told.answers
        ],
        "refused": [{"line": line.line, "code": line.code} for line in told.illegible],
    }


def _answer_line(answer: Answer) -> str:
    paid = f", {format_amount(answer.paid)}" if answer.paid else ""
    why = f" (motivos {', '.join(answer.motives)})" if answer.motives else ""
    return f"{answer.nosso_numero}: {answer.occurrence.text}{paid}{why}"
