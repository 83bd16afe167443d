"""Refuses a text that somebody writes to a debtor, where a rule of wording does."""

from __future__ import annotations

from collections.abc import Sequence

from cobranca.language.lint import Finding, lint
from cobranca.language.rulebook import rules_in_force


class Unsayable(ValueError):
    """O texto não pode ser dito a um devedor como está."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        self.findings = tuple(findings)
        told = (f"«{f.found}» ({f.rule.name}): {f.rule.instead}" for f in self.findings)
        super().__init__(" ".join((str(self.__doc__), *told)))


def sayable(text: str, *, before_identity: bool = False) -> str:
    """Return the text as it is; raises Unsayable, whose message says what to write instead.

    What only asks for a review passes: the page showed it to who wrote.
    """
    found = lint(text, rules_in_force(), before_identity=before_identity)
    if refused := [finding for finding in found if finding.refuses]:
        raise Unsayable(refused)
    return text


def said_to_anybody(text: str) -> str:
    """What is read before it is sure who reads it; raises Unsayable."""
    return sayable(text, before_identity=True)
