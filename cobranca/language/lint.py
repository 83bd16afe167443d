"""Look over one text for a debtor: what in it breaks a rule of wording. Pure.

A text may say where identity becomes sure, by a line `--- identidade confirmada ---`:
what stands before it is said to nobody in particular.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

_SURE = re.compile(
    r"^[ \t]*-{3,} *identidade confirmada *-{3,}[ \t]*$", re.MULTILINE | re.IGNORECASE
)
# a sentence ends with its mark and a space, so that 1.500 and Sr.Silva do not end one
_SENTENCE = re.compile(r".*?(?:[.!?…]+(?=\s|$)|\n\s*\n|$)", re.DOTALL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One rule; `rules.toml` explains what its parts mean."""

    code: str
    name: str
    source: str
    instead: str
    patterns: tuple[re.Pattern[str], ...] = ()
    cased: tuple[re.Pattern[str], ...] = ()
    unless: tuple[re.Pattern[str], ...] = ()
    before_identity: bool = False
    review: bool = False
    bad: tuple[str, ...] = ()
    good: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A place that breaks a rule: `begin` to `end` of the text, which reads `found`."""

    rule: Rule
    begin: int
    end: int
    found: str

    @property
    def refuses(self) -> bool:
        """The text may not be used as it is; else somebody should look at it."""
        return not self.rule.review


def lint(
    text: str, rules: Sequence[Rule], *, before_identity: bool = False
) -> list[Finding]:
    """Return what breaks a rule, in the order of the text; the longest of overlapping ones.

    `before_identity`: all of it is said before it is sure who listens, unless the text
    itself says where that becomes sure.
    """
    sure = _SURE.search(text)
    unsure_until = sure.start() if sure else len(text) if before_identity else 0
    plain = unaccented(text)
    found: list[Finding] = []
    for rule in rules:
        until = unsure_until if rule.before_identity else len(text)
        for begin, end in _places(rule, text, plain):
            if end <= until and not (sure and sure.start() <= begin < sure.end()):
                what = " ".join(text[begin:end].split())
                found.append(Finding(rule=rule, begin=begin, end=end, found=what))
    return _told_once(found)


def unaccented(text: str) -> str:
    """Small letters without accents, each in the place of its own.

    >>> unaccented("Última CHANCE — só hoje")
    'ultima chance — so hoje'
    """
    return "".join(map(_base, text))


def line_of(text: str, at: int) -> tuple[int, int]:
    """Return line and column, both from 1, of a place in the text.

    >>> line_of("um\\ndois", 4)
    (2, 2)
    """
    return text.count("\n", 0, at) + 1, at - text.rfind("\n", 0, at)


def _base(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[0].lower()
    return base if len(base) == 1 else letter


def _places(rule: Rule, text: str, plain: str) -> Iterator[tuple[int, int]]:
    for sentence in _SENTENCE.finditer(plain):
        begin, end = sentence.span()
        hits = [
            hit.span()
            for patterns, where in ((rule.patterns, plain), (rule.cased, text))
            for pattern in patterns
            for hit in pattern.finditer(where, begin, end)
        ]
        if hits and not any(pattern.search(plain, begin, end) for pattern in rule.unless):
            yield from (hit for hit in hits if hit[1] > hit[0])


def _told_once(found: Sequence[Finding]) -> list[Finding]:
    """One of several findings of a rule at a place; a rule that refuses hides a review."""
    kept: list[Finding] = []
    ranked = sorted(found, key=lambda f: (f.rule.review, f.begin - f.end, f.begin))
    for finding in ranked:
        if not any(_hides(other, finding) for other in kept):
            kept.append(finding)
    return sorted(kept, key=lambda f: (f.begin, f.rule.code))


def _hides(other: Finding, finding: Finding) -> bool:
    overlap = other.begin < finding.end and finding.begin < other.end
    same = other.rule.code == finding.rule.code
    return overlap and (same or (other.refuses and not finding.refuses))
