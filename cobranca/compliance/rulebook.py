"""The rules in force, read from `rules.toml`, which says where each comes from."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files

from cobranca.compliance.persons import Listed
from cobranca.compliance.reasons import Reason
from cobranca.compliance.rule_forms import Rulebook, SuppressedForm
from cobranca.compliance.rules import Rule


class UnreadableRules(ValueError):
    """As regras de contato não estão na forma esperada."""


@cache
def rules_in_force() -> tuple[Rule, ...]:
    """Return the rules that ship with the product."""
    return _rules(_shipped())


@cache
def reasons_in_force() -> Mapping[str, Reason]:
    """Return the reasons of the suppression ledger, by code."""
    kept = (rule for rule in _shipped().rule if isinstance(rule, SuppressedForm))
    return {rule.code: rule.as_reason() for rule in kept}


def lists_of(rules: Iterable[Rule]) -> frozenset[str]:
    """Return the do-not-call lists that rules look at, by name."""
    checks = (rule.check for rule in rules)
    return frozenset().union(*(c.lists for c in checks if isinstance(c, Listed)))


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules written in TOML; raises UnreadableRules, with what is wrong."""
    return _rules(_parse(text))


@cache
def _shipped() -> Rulebook:
    return _parse(files("cobranca.compliance").joinpath("rules.toml").read_text("utf-8"))


def _parse(text: str) -> Rulebook:
    try:
        return Rulebook.model_validate(tomllib.loads(text))
    except ValueError as error:  # of TOML or of a rule
        raise UnreadableRules(f"{UnreadableRules.__doc__} {error}") from error


def _rules(book: Rulebook) -> tuple[Rule, ...]:
    return tuple(
        Rule(code=r.code, title=r.title, source=r.cited, check=r.check(), scope=r.scope)
        for r in book.rule
    )
