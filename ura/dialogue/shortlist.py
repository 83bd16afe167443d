"""Which phrases of a question are worth scoring, by what was probably said.

Pure. To force a phrase on the sound costs a third of writing it down, and a question may
listen for four hundred. What is written down is often wrong in its words and seldom in all
of its letters, so phrases are held to it by pairs of letters.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from ura.dialogue.words import words

PHRASES = 8192  # texts of callers come and go


def shortlist(
    guesses: Sequence[str], phrases: Sequence[str], *, most: int, always: int = 0
) -> list[str]:
    """Return at most `most` phrases: the first ones, and the most like one of the guesses.

    >>> shortlist(["Pare de mi ligar.", "Sin"], ["sim", "não", "para de me ligar"], most=2)
    ['para de me ligar', 'sim']
    """
    heard = [_pairs(guess) for guess in guesses]

    def likeness(phrase: str) -> float:
        return max((_alike(each, _pairs(phrase)) for each in heard), default=0.0)

    usual = list(phrases[:always])
    others = sorted(phrases[always:], key=likeness, reverse=True)
    return [*usual, *others[: most - len(usual)]]


def _alike(a: frozenset[str], b: frozenset[str]) -> float:
    """0 to 1: what two texts have in common of all that they have."""
    return 2 * len(a & b) / max(1, len(a) + len(b))


@lru_cache(PHRASES)
def _pairs(text: str) -> frozenset[str]:
    """Letters of a text two by two; a word's first and last one stand for its ends."""
    padded = (f" {word} " for word in words(text))
    return frozenset(w[at : at + 2] for w in padded for at in range(len(w) - 1))
