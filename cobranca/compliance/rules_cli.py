"""`acordo compliance rules`: what is in force here, from where, for whom and since when."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import date

import click

from cobranca.compliance.own_rules import rules_of
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import Rule
from cobranca.compliance.wording import words
from foundation.settings import ProcessSettings
from foundation.settings_reading import read_settings


@click.command(name="rules")
@click.option("--json", "for_program", is_flag=True, help="Para ser lido por um programa.")
def rules_command(for_program: bool) -> None:
    """Mostra as regras de contato daqui: as do Acordo e as próprias."""
    shipped = {rule.code for rule in rules_in_force()}
    rules = rules_of(read_settings(ProcessSettings))
    if for_program:
        told = [_as_json(rule, own=rule.code not in shipped) for rule in rules]
        click.echo(json.dumps(told, ensure_ascii=False))
        return
    for rule in rules:
        click.echo(f"{rule.code}: {rule.title}")
        click.echo(f"  {'; '.join(_said(rule))}")
        click.echo(f"  {rule.source}")


def _said(rule: Rule) -> Iterator[str]:
    """For whom, by what, since when."""
    scope, means = rule.scope, words("means")
    if scope.ufs:
        yield f"UF {', '.join(sorted(scope.ufs))}"
    if scope.ddds:
        yield f"DDD {', '.join(sorted(scope.ddds))}"
    if scope.cities:
        yield f"município {', '.join(sorted(scope.cities))}"
    if scope.means:
        yield ", ".join(means[one] for one in means if one in scope.means)
    if scope.creditor:
        yield f"credor {scope.creditor}"
    if scope.campaign:
        yield f"campanha {scope.campaign}"
    yield f"desde {scope.since:%d/%m/%Y}"
    if scope.ends:
        yield f"até {scope.ends:%d/%m/%Y}"


def _as_json(rule: Rule, *, own: bool) -> dict[str, object]:
    scope = rule.scope
    return {
        "code": rule.code,
        "title": rule.title,
        "source": rule.source,
        "own": own,
        "ufs": sorted(scope.ufs),
        "ddds": sorted(scope.ddds),
        "cities": sorted(scope.cities),
        "means": sorted(scope.means),
        "purposes": sorted(scope.purposes),
        "creditor": scope.creditor and str(scope.creditor),
        "campaign": scope.campaign and str(scope.campaign),
        "since": _iso(scope.since),
        "ends": _iso(scope.ends),
    }


def _iso(day: date | None) -> str | None:
    return None if day is None else day.isoformat()


COMMANDS = (rules_command,)
