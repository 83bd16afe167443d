"""Which known announcement a recognised text is, or is the beginning of.

Pure. It names the kind of a recording; that it is one is for `wording` to tell. The text
comes from a recogniser that hears a telephone: words are misheard and the last one may be
cut off. So a pattern asks for few words in their order and allows others between them; the
list and its signs are in `phrases.toml`.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from ura.answering.sounds_like import distance, words

GAP = ".."
WIDE, NARROW = 4, 1  # other words that may stand between two
_LONG = 7  # letters from which two may be wrong
_SHORTEST_MISHEARD = 5


@dataclass(frozen=True, slots=True)
class Step:
    """One of these words, after at most `gap` others."""

    words: tuple[str, ...]
    misheard: tuple[bool, ...]
    gap: int


@dataclass(frozen=True, slots=True)
class Pattern:
    text: str
    kind: str
    steps: tuple[Step, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """What a text is taken for; `kind` empty: nothing that is known."""

    kind: str = ""
    patterns: tuple[str, ...] = ()  # by which it was known


def found(text: str, patterns: Sequence[Pattern] | None = None) -> Found:
    """Look the text up; without `patterns` in the list that ships with the product.

    >>> found("Deixe seu recado após o si").kind
    'mailbox'
    >>> found("Ele não está, quer deixar algum recado?").kind
    ''
    """
    spoken = words(text)
    hits = [p for p in patterns or known() if matches(p, spoken)]
    return Found(hits[0].kind, tuple(p.text for p in hits)) if hits else Found()


def matches(pattern: Pattern, spoken: Sequence[str]) -> bool:
    """Whether the pattern's words stand in the text in their order."""
    first = pattern.steps[0]
    return any(
        _is(first, word) and _goes_on(pattern.steps[1:], spoken[at + 1 :])
        for at, word in enumerate(spoken)
    )


def _goes_on(steps: Sequence[Step], spoken: Sequence[str]) -> bool:
    if not steps:
        return True
    step, reach = steps[0], steps[0].gap + 1
    return any(
        _is(step, word) and _goes_on(steps[1:], spoken[at + 1 :])
        for at, word in enumerate(spoken[:reach])
    )


def _is(step: Step, word: str) -> bool:
    return any(
        word == wanted or (may and _misheard(word, wanted))
        for wanted, may in zip(step.words, step.misheard, strict=True)
    )


@cache
def _misheard(word: str, wanted: str) -> bool:
    if min(len(word), len(wanted)) < _SHORTEST_MISHEARD:
        return False
    most = 2 if len(wanted) > _LONG else 1
    return abs(len(word) - len(wanted)) <= most and distance(word, wanted) <= most


@cache
def known() -> tuple[Pattern, ...]:
    """The list that ships with the product."""
    tables = tomllib.loads(files(__package__).joinpath("phrases.toml").read_text("utf-8"))
    return parsed(tables)


def parsed(tables: Mapping[str, Sequence[str]]) -> tuple[Pattern, ...]:
    """Read lists of kind -> patterns."""
    return tuple(
        Pattern(text, kind, _steps(text))
        for kind, texts in tables.items()
        for text in texts
    )


def _steps(text: str) -> tuple[Step, ...]:
    steps, gap = [], NARROW
    for piece in text.split():
        if piece == GAP:
            gap = WIDE
            continue
        words_ = piece.split("|")
        steps.append(
            Step(
                tuple(word.removeprefix("~") for word in words_),
                tuple(word.startswith("~") for word in words_),
                gap,
            )
        )
        gap = NARROW
    return tuple(steps)
