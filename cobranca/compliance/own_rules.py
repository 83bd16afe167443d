"""Rules of contact of this installation's own, beside those that ship with the product.

They stand in a file that a setting names, in the form of `rules.toml`, and are read once a
process. All rules are asked together, so that one's own can only forbid more: none can
take the place of another, and none makes a reason of the suppression ledger.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from pydantic import ValidationError

from cobranca.compliance.rule_forms import Rulebook
from cobranca.compliance.rulebook import rules_in_force
from cobranca.compliance.rules import Rule
from foundation.cli import Failure
from foundation.reasons import entries, reasons
from foundation.settings import ProcessSettings

KINDS = ("cap", "days_off", "holidays", "hours", "listed", "minor", "prescribed", "sundays")
_PARTS_BEFORE = 3  # of a name in an error: rule, its place, its kind


class BadOwnRules(Failure):
    """As regras próprias não podem ser usadas como estão; a mensagem diz o que e onde."""


def rules_of(settings: ProcessSettings) -> tuple[Rule, ...]:
    """Return the rules that ship, then those of the installation. Raises BadOwnRules."""
    file = settings.compliance.rules
    shipped = rules_in_force()
    return shipped if file is None else (*shipped, *_own(file.expanduser().absolute()))


@cache
def _own(file: Path) -> tuple[Rule, ...]:
    found: dict[str, Rule] = {rule.code: rule for rule in rules_in_force()}
    own = []
    for at, entry in enumerate(_entries(file), 1):
        rule = _rule(
            entry, f"regras próprias: {file}: regra {entry.get('code', f'nº {at}')}"
        )
        if rule.code in found:
            raise BadOwnRules(f"regras próprias: {file}: já há uma regra {rule.code}")
        found[rule.code] = rule
        own.append(rule)
    return tuple(own)


def _entries(file: Path) -> list[dict[str, Any]]:
    return entries(file, "rule", lambda why: BadOwnRules(f"regras próprias: {file}: {why}"))


def _rule(entry: dict[str, Any], where: str) -> Rule:
    if entry.get("kind") not in KINDS:
        raise BadOwnRules(f"{where}: kind: use {', '.join(KINDS)}")
    if "caution" in entry:
        raise BadOwnRules(f"{where}: caution: é só das regras do Acordo")
    try:
        (form,) = Rulebook.model_validate({"rule": [entry]}).rule
    except ValidationError as error:
        raise BadOwnRules(f"{where}: {reasons(error, _PARTS_BEFORE)}") from error
    source = form.source if form.read_on is None else form.cited
    return Rule(
        code=form.code,
        title=form.title,
        source=f"{source}; regra própria",
        check=form.check(),
        scope=form.scope,
    )
