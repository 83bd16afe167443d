"""Who corrects himself means what he says last: `dia quinze, não, dia vinte`. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TypeVar

from ura.dialogue.words import starts

Value = TypeVar("Value")


def corrected(
    spoken: Sequence[str], understand: Callable[[Sequence[str]], Value | None]
) -> Value | None:
    """Understand the last part of the words that can be; parts end where one corrects.

    >>> corrected("quinze nao vinte".split(), lambda w: w[0] if w else None)
    'vinte'
    """
    for part in reversed(parts_of(spoken)):
        value = understand(part)
        if value is not None:
            return value
    return None


def parts_of(spoken: Sequence[str], marks: str = "corrects") -> list[list[str]]:
    """Cut the words where somebody corrects himself, by a list of `words_pt_BR.toml`.

    >>> parts_of("nao dia vinte".split())
    [[], ['dia', 'vinte']]
    """
    parts: list[list[str]] = [[]]
    at = 0
    while at < len(spoken):
        length = starts(spoken, at, marks)
        if length:
            parts.append([])
            at += length
        else:
            parts[-1].append(spoken[at])
            at += 1
    return parts
