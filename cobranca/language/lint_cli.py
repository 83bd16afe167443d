"""`acordo compliance lint`."""

from __future__ import annotations

import json
import sys
from collections.abc import Iterable
from pathlib import Path

import click

from cobranca.language.lint import Finding, line_of, lint
from cobranca.language.rulebook import blind, rules_in_force
from cobranca.language.shipped import shipped
from cobranca.language.texts import Said, TextUnreadable, texts_of
from foundation.cli import Failure

Found = list[tuple[Said, Finding]]


@click.command(name="lint")
@click.argument("files", nargs=-1, type=click.Path(path_type=Path), metavar="[ARQUIVO]...")
@click.option(
    "--before-identity",
    is_flag=True,
    help="Os textos são ditos antes de se saber quem ouve.",
)
@click.option("--json", "as_json", is_flag=True, help="Para ser lido por um programa.")
def lint_command(files: tuple[Path, ...], before_identity: bool, as_json: bool) -> None:
    """Procura em textos ameaça, vergonha, urgência falsa e dívida antes da identificação.

    ARQUIVO é um roteiro, catálogo (.toml, .json), página ou modelo; «-» lê a entrada
    padrão. Sem nenhum, lê tudo o que o próprio produto diz a devedores. Num roteiro, a
    linha «--- identidade confirmada ---» separa o que é dito antes e depois. Termina com 1
    se algum texto não pode ser usado.
    """
    rules = rules_in_force()
    if told := blind(rules):
        raise Failure("as regras não acham os próprios exemplos: " + "; ".join(told))
    try:
        texts = list(_given(files, before_identity=before_identity)) or shipped()
    except TextUnreadable as error:
        raise Failure(str(error)) from error
    found = [
        (said, finding)
        for said in texts
        for finding in lint(said.text, rules, before_identity=said.before_identity)
    ]
    click.echo(_json(texts, found) if as_json else _text(texts, found))
    if any(finding.refuses for _, finding in found):
        sys.exit(1)


def _given(files: Iterable[Path], *, before_identity: bool) -> Iterable[Said]:
    for file in files:
        if str(file) == "-":
            yield Said(file="-", text=sys.stdin.read(), before_identity=before_identity)
        else:
            yield from texts_of(file, before_identity=before_identity)


def _json(texts: list[Said], found: Found) -> str:
    findings = [
        {
            "file": said.file,
            "key": said.key or None,
            "line": line_of(said.text, finding.begin)[0],
            "column": line_of(said.text, finding.begin)[1],
            "found": finding.found,
            "rule": finding.rule.code,
            "name": finding.rule.name,
            "source": finding.rule.source,
            "instead": finding.rule.instead,
            "refuses": finding.refuses,
        }
        for said, finding in found
    ]
    return json.dumps({"texts": len(texts), "findings": findings}, ensure_ascii=False)


def _text(texts: list[Said], found: Found) -> str:
    lines = []
    for said, finding in found:
        line, column = line_of(said.text, finding.begin)
        where = f"{said.file}: {said.key}" if said.key else f"{said.file}:{line}:{column}"
        kind = "recusado" if finding.refuses else "a rever"
        lines += [
            f"{where}: {kind}: «{finding.found}»: {finding.rule.name}",
            f"  {finding.rule.source}",
            f"  {finding.rule.instead}",
        ]
    refused = sum(finding.refuses for _, finding in found)
    lines.append(
        f"{len(texts)} textos lidos, {refused} achados que recusam, "
        f"{len(found) - refused} a rever"
    )
    return "\n".join(lines)
