"""`acordo settings`: what is set, where it came from, what it does."""

from __future__ import annotations

import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from itertools import groupby

import click

from foundation.cli import Failure
from foundation.settings_catalogue import Setting, Source, collect, registered, section

SOURCES: dict[Source, str] = {
    "default": "padrão",
    "environment": "ambiente",
    "file": "arquivo",
}
HEAD = """\
# Configuração

Cada configuração é uma variável de ambiente. O valor também pode vir de um arquivo: basta
acrescentar `_FILE` ao nome (`ACORDO_AMI__SECRET_FILE=/run/secrets/ami`). Nenhum segredo tem
valor padrão: o que falta é gerado na primeira vez e guardado em `ACORDO_HOME/secrets`, só
para o dono. `acordo settings` mostra o que vale agora e de onde veio cada valor.

Esta página é escrita por `acordo settings --markdown`.
"""
TABLE_HEAD = "| Variável | Padrão | O que faz |\n| --- | --- | --- |\n"


@click.command()
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
@click.option("--markdown", is_flag=True, help="A página docs/configuracao.md.")
def settings(as_json: bool, markdown: bool) -> None:
    """Mostra todas as configurações, de onde vieram e o que fazem."""
    try:
        found = collect(registered(), os.environ)
    except ValueError as error:
        raise Failure(f"configuração: {_first_reason(error)}") from None
    if as_json:
        click.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=2))
    elif markdown:
        click.echo(page(found), nl=False)
    else:
        click.echo(_listing(found))


def page(found: Iterable[Setting]) -> str:
    """Return docs/configuracao.md: names, defaults and meanings, by section."""
    parts = [HEAD]
    for title, members in groupby(found, key=lambda one: section(one.name)):
        parts.append(f"\n## {title or 'Gerais'}\n\n{TABLE_HEAD}")
        parts += [
            f"| `{one.name}` | {_cell(one.default)} | {one.what} |\n" for one in members
        ]
    return "".join(parts)


def _cell(default: str) -> str:
    return f"`{default}`" if default else "–"


def _listing(found: list[Setting]) -> str:
    width = max(len(one.name) for one in found)
    lines = []
    for one in found:
        value = f"{one.value or '(vazio)'}  [{SOURCES[one.source]}]"
        lines.append(f"{one.name:<{width}}  {value}")
        lines.append(f"{'':<{width}}    {one.what}")
    return "\n".join(lines)


def _first_reason(error: ValueError) -> str:
    """Names and reasons, never values: one of them may be a secret."""
    from pydantic import ValidationError

    from foundation.process import what_is_wrong

    return what_is_wrong(error) if isinstance(error, ValidationError) else str(error)
