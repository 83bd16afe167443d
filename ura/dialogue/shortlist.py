"""Which phrases of a question are worth scoring, by the words that were written down.

Pure. To force a phrase on the sound costs a third of writing it down, and a question may
listen for eighty. The text is often wrong in its words and seldom in all of its letters,
so phrases are held to it by pairs of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ura.dialogue.words import words

PHRASES = 1024  # texts of callers come and go


def shortlist(text: str, phrases: Sequence[str], *, first: int, most: int) -> list[str]:
    """Return at most `most` phrases: the `first` ones, then those that are most like it.

    >>> shortlist("Pare de mi ligar.", ["sim", "não", "para de me ligar"], first=1, most=2)
    ['sim', 'para de me ligar']
    """
    heard = _pairs(text)
    others = sorted(phrases[first:], key=lambda phrase: -_alike(heard, _pairs(phrase)))
    return [*phrases[:first], *others][:most]


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    """0 to 1: what two texts have in common of all that they have."""
    return 2 * len(a & b) / max(1, len(a) + len(b))


@lru_cache(PHRASES)
def _pairs(text: str) -> frozenset[str]:
    """Letters of a text two by two; a word's first and last one stand for its ends."""
    padded = (f" {word} " for word in words(text))
    return frozenset(w[at : at + 2] for w in padded for at in range(len(w) - 1))
