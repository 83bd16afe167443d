"""The rules of wording in force, read from `rules.toml`, which gives their sources."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Sequence
from datetime import date
from functools import cache
from importlib.resources import files

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from cobranca.language.lint import Rule, lint


class BadRules(ValueError):
    """The rules of wording are malformed; the message says which, and how."""


class _Written(BaseModel):
    """One rule as it is written; `rules.toml` explains each field."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    code: str = Field(pattern=r"[a-z_]+")
    name: str = Field(min_length=1)
    source: str = Field(min_length=1)
    since: int
    read_on: date
    instead: str = Field(min_length=1)
    patterns: tuple[str, ...] = ()
    cased: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    before_identity: bool = False
    review: bool = False
    bad: tuple[str, ...] = Field(min_length=1)
    good: tuple[str, ...] = Field(min_length=1)

    def rule(self) -> Rule:
        return Rule(
            code=self.code,
            name=self.name,
            source=f"{self.source}; lido em {self.read_on:%d/%m/%Y}",
            instead=self.instead,
            patterns=tuple(map(_plain, self.patterns)),
            cased=tuple(map(re.compile, self.cased)),
            unless=tuple(map(_plain, self.unless)),
            before_identity=self.before_identity,
            review=self.review,
            bad=self.bad,
            good=self.good,
        )


class _Book(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    rules: tuple[_Written, ...] = Field(min_length=1)


@cache
def rules_in_force() -> tuple[Rule, ...]:
    """Return the rules that ship with the product."""
    return parse_rules(files("cobranca.language").joinpath("rules.toml").read_text("utf-8"))


def parse_rules(text: str) -> tuple[Rule, ...]:
    """Return the rules written in TOML; raises BadRules."""
    try:
        written = _Book.model_validate(tomllib.loads(text)).rules
        rules = tuple(one.rule() for one in written)
    except (tomllib.TOMLDecodeError, ValidationError, re.error) as error:
        raise BadRules(str(error)) from error
    codes = [rule.code for rule in rules]
    if len(set(codes)) < len(codes):
        raise BadRules(f"a code is given twice: {sorted(codes)}")
    return rules


def _plain(pattern: str) -> re.Pattern[str]:
    """Whole words, and any run of spaces where the rule has one."""
    spaced = pattern.replace(" ?", r"\s*").replace(" ", r"\s+")
    return re.compile(rf"(?<![\w])(?:{spaced})(?![\w])")


def blind(rules: Sequence[Rule]) -> list[str]:
    """Tell which rules do not find their own bad sentences, or find a good one.

    A linter whose rules find nothing passes everything: this is asked before it is
    believed.
    """
    return [
        f"{rule.code} {'não acha' if bad else 'acha sem razão'}: {sentence}"
        for rule in rules
        for bad, sentences in ((True, rule.bad), (False, rule.good))
        for sentence in sentences
        if bool(lint(sentence, (rule,), before_identity=True)) is not bad
    ]
